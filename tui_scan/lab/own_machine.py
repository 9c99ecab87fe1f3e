"""The scanner's own machine: a few services and connections, so that its local view has something to show."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from tui_scan.lab import datagrams
from tui_scan.lab.listeners import ANYWHERE, Endpoint, Listeners
from tui_scan.lab.topology import Topology
from tui_scan.model.errors import LocalError

_PATIENCE_SECONDS = 5.0


@dataclass
class OwnMachine:
    """An inhabitant of the scanner's namespace, which is not its own; the hosts must be there already."""

    topology: Topology
    names: datagrams.Names

    @property
    def name(self) -> str:
        """The name of the place, for people."""
        return "scanner"

    def announce(self) -> None:
        """Nothing: it is the scanner's side."""

    def prepare(self) -> None:
        """Nothing: the namespace is in use."""

    def settle(self) -> None:
        """Open the services, then connect to the hosts."""
        self._listeners = Listeners(_endpoints(self.topology), partial(datagrams.answer, self.names))
        for wanted in self.topology.connections:
            address = str(self.topology.host(wanted.host).addresses[0].ip)
            try:
                connection = socket.create_connection((address, wanted.port), _PATIENCE_SECONDS)
            except OSError as error:
                raise LocalError(
                    "no connection to {host} port {port}: {error}", host=wanted.host, port=wanted.port, error=error
                ) from error
            self._listeners.hold(connection)

    def serve(self, parent: int) -> None:
        """Answer until the parent ends."""
        self._listeners.serve(parent)


def _endpoints(topology: Topology) -> Iterator[Endpoint]:
    for service in topology.services:
        for address in ANYWHERE if service.address is None else (service.address,):
            for port in service.ports:
                yield Endpoint(service.protocol, address, port)
