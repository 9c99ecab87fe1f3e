"""Names of the hosts, found in a thread of their own while their ports are scanned."""

import threading
from collections.abc import Callable, Iterable
from contextlib import closing

import numpy as np

from tui_scan.engine.discovery.listed import listed_names
from tui_scan.engine.scan import Scan
from tui_scan.model.discovery import Aim
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.states import HostState

SystemNames = Callable[[Iterable[str], float], dict[str, str]]
"""Asks the system's resolver for the names of addresses, for at most that many seconds."""

LEAST_SECONDS = 2.0
NAMES_A_SECOND = 500
"""So many names more may take a second more."""


def names_of(addresses: list[str], request: ScanRequest, seconds: float, system: SystemNames) -> dict[str, str]:
    """The names of these addresses by the hosts file and the name servers, or the system's resolver where asked."""
    if request.system_dns:
        return system(addresses, seconds)
    listed = listed_names()
    found = {address: listed[address] for address in addresses if address in listed}
    left = [address for address in addresses if address not in found]
    if not left:
        return found
    from tui_scan.engine.discovery.dns import ReverseLookups, configured_servers

    with closing(ReverseLookups(request.name_servers or configured_servers())) as lookups:
        return found | lookups.names(left, seconds)


class Naming:
    """Looks up the hosts of a scan: all of them with ``-R`` or for a list, else those that are up."""

    def __init__(self, scan: Scan, system: SystemNames) -> None:
        self._scan, self._system = scan, system
        self._asked: set[int] = set()
        self._thread = threading.Thread(target=self._meanwhile, name="names", daemon=True)

    def start(self) -> None:
        """Begin as soon as it is known which hosts are up."""
        if self._scan.request.resolve is not Resolve.NEVER:
            self._thread.start()

    def finish(self) -> None:
        """The scan is over: wait for the names, also of hosts that came up late, but not for long."""
        if self._scan.request.resolve is Resolve.NEVER:
            return
        self._scan.hosts_known.set()
        self._thread.join(self._patience(self._scan.hosts.count))
        if not self._thread.is_alive():
            self._look_up()
            self._look_up_hops()

    def _meanwhile(self) -> None:
        self._scan.hosts_known.wait()
        self._look_up()

    def _look_up(self) -> None:
        scan, hosts = self._scan, self._scan.hosts
        everybody = scan.request.resolve is Resolve.ALWAYS or scan.request.aim is Aim.LIST
        chosen = range(hosts.count) if everybody else np.flatnonzero(hosts.state == HostState.UP).tolist()
        wanted = {hosts.address(host): host for host in chosen if host not in hosts.names and host not in self._asked}
        self._asked.update(wanted.values())
        if not wanted:
            return
        found = names_of(list(wanted), scan.request, self._patience(len(wanted)), self._system)
        hosts.names.update((wanted[address], name) for address, name in found.items())
        scan.ledger.version += 1

    def _look_up_hops(self) -> None:
        """Routers on the way have names too."""
        scan = self._scan
        hops = {hop.address for trace in scan.traces.values() for hop in trace.hops if trace.protocol}
        left = sorted(hops - scan.hop_names.keys())
        if left:
            scan.hop_names.update(names_of(left, scan.request, self._patience(len(left)), self._system))

    def _patience(self, count: int) -> float:
        return LEAST_SECONDS + count / NAMES_A_SECOND
