"""The truth of a practice network, port by port, as a right scanner reports it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tui_scan.lab.topology import Topology
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TCP_AND_UDP, Protocol


@dataclass(frozen=True, slots=True)
class TruthRow:
    """The state of one port; ``port`` is None for all the ports that the host's description does not name."""

    addr: str
    family: int
    host: str
    proto: Protocol
    port: int | None
    state: PortState
    reason: Reason

    def json(self) -> dict[str, str | int | None]:
        """The row as ``tui-scan lab --truth`` prints it."""
        return {
            "addr": self.addr,
            "family": self.family,
            "host": self.host,
            "proto": self.proto.value,
            "port": self.port,
            "state": self.state.label,
            "reason": self.reason.label,
        }


def truth(topology: Topology, ports: Iterable[int] | None = None) -> Iterator[TruthRow]:
    """Rows of every host, address and protocol.

    ``ports`` None gives the ports that the description names, then a row whose ``port`` is None for all
    others; otherwise there is a row for each of ``ports``.
    """
    wanted = None if ports is None else tuple(ports)
    for host in topology.hosts:
        for interface in host.addresses:
            for protocol in dict.fromkeys((*TCP_AND_UDP, *host.services)):
                listed = host.named_ports(protocol) if wanted is None else wanted
                for port in listed:
                    state, reason = host.expected(protocol, port, interface.version)
                    yield TruthRow(str(interface.ip), interface.version, host.name, protocol, port, state, reason)
                if wanted is None:
                    other = next(port for port in range(65535, 0, -1) if port not in listed)
                    state, reason = host.expected(protocol, other, interface.version)
                    yield TruthRow(str(interface.ip), interface.version, host.name, protocol, None, state, reason)
