"""The own addresses that probes carry from a scan's beginning to its end: whether packets still leave from them."""

import time
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.loops.outages import PATIENCE, PAUSE
from tui_scan.engine.loops.results import Results
from tui_scan.engine.routing import Destinations, to_text
from tui_scan.engine.transport.rtnetlink import Route
from tui_scan.language import Sentence

MOVED = (
    "The network changed in mid-scan: probes left from {source}, which this machine no longer has or no longer uses "
    "for these hosts. Ports without an answer have no verdict; scan again."
)


class CarriedSources:
    """``sources`` holds the own address towards each host (uint8 of shape (hosts, 4 or 16)).

    Only those are watched that are known as this machine's when the watch begins.
    """

    def __init__(
        self,
        destinations: Destinations,
        sources: npt.NDArray[np.uint8],
        results: Results,
        obey: Callable[[], float],
    ) -> None:
        self._destinations, self._sources, self._results, self._obey = destinations, sources, results, obey
        self._began_by: dict[int, int] = {}
        carried = {self._carried(host) for host in destinations.routes}
        self._own = {one for one in carried if destinations.owns(*one)}

    def keep(self, former: dict[int, Route]) -> bool:
        """Give up hosts to which packets no longer leave from the address that their probes carry.

        ``former`` has the routes that were other ones until now. What was away is waited for, as of a link that is set
        up anew; returns whether that was so.
        """
        for host, route in former.items():
            self._began_by.setdefault(host, route.interface)
        lost = self._lost(former)
        waited, end = bool(lost), time.monotonic() + PATIENCE
        while lost and self._obey() < end:
            time.sleep(PAUSE)
            for host in lost:
                self._destinations.ask_again(host)
            lost = self._lost(lost)
        for host in lost:
            source = self._sources[host].tobytes()
            self._results.give_up(host, Sentence(MOVED, source=to_text(source)))
        return waited

    def _lost(self, hosts: Iterable[int]) -> list[int]:
        """Those whose address is gone, or to which another interface leads with another address."""
        hosts = list(hosts)
        carried = {host: self._carried(host) for host in hosts}
        gone = {one for one in {*carried.values()} & self._own if not self._destinations.owns(*one)}
        return [host for host in hosts if carried[host] in gone or self._leaves_elsewhere(host)]

    def _leaves_elsewhere(self, host: int) -> bool:
        route = self._destinations.route(host)
        other = route.interface != self._began_by.get(host, route.interface)
        return other and route.source != self._sources[host].tobytes()

    def _carried(self, host: int) -> tuple[bytes, int]:
        return self._sources[host].tobytes(), self._destinations.scope(host)
