"""The ways to the hosts while they are scanned: a link, a route, an own address or a next hop may become another."""

import errno
import time
from collections.abc import Callable
from contextlib import closing

import numpy as np
import numpy.typing as npt

from tui_scan.engine.loops.outages import NOTE, PATIENCE, PAUSE
from tui_scan.engine.loops.results import Results
from tui_scan.engine.retries import Retries
from tui_scan.engine.routing import Destinations, is_own, to_text
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport.carriers import Carriers
from tui_scan.engine.transport.lanes import Lanes
from tui_scan.engine.transport.route_events import RouteEvents
from tui_scan.engine.transport.rtnetlink import Hop, Route, RouteTable
from tui_scan.language import Sentence
from tui_scan.model.states import PortState

EVERY = 0.2
"""Seconds between two looks while packets leave."""
SHARE = 10
"""A look may cost a part of the time in so many, where routes change all the time and hosts are many."""
MOVED = (
    "The network changed in mid-scan: probes left from {source}, which this machine no longer has or no longer uses "
    "for these hosts. Ports without an answer have no verdict; scan again."
)


class Ways:
    """Watches from now on what the kernel tells of the ways to a scan's hosts; ``obey`` obeys pause and stop.

    A round in which one was away or became another one does not count among the tries.
    """

    def __init__(
        self, scan: Scan, destinations: Destinations, results: Results, retries: Retries, obey: Callable[[], float]
    ) -> None:
        self._scan, self._destinations, self._results = scan, destinations, results
        self._retries, self._obey = retries, obey
        self._carriers, self._events = Carriers(), RouteEvents()
        with closing(RouteTable()) as table:
            self._macs = table.neighbours(scan.hosts.family)
        self._lanes: Lanes | None = None
        self._sources = np.empty((0, scan.hosts.width), np.uint8)
        self._next = 0.0
        self._moved = False

    def close(self) -> None:
        """Watch no more."""
        self._events.close()
        self._carriers.close()

    def guide(self, lanes: Lanes, sources: npt.NDArray[np.uint8]) -> None:
        """From now on packets that this program addresses itself follow changes: their lanes, and the own address
        towards each host (uint8 of shape (hosts, 4 or 16)) that they carry."""
        self._lanes, self._sources = lanes, sources

    def look(self) -> None:
        """Follow what has changed, if the last look is long enough ago."""
        began = time.monotonic()
        if began >= self._next:
            self._follow()
            now = time.monotonic()
            self._next = now + max(EVERY, SHARE * (now - began))

    def mend(self) -> None:
        """After a round: where the way to a host was away or became another one, its silence tells nothing.

        An interface without carrier is waited for; hosts behind one that stays without are given up with a sentence.
        """
        self._follow()
        routes = self._destinations.routes
        self._carriers.look()
        used = {route.interface for route in routes.values() if not route.local} if self._carriers.changed else set()
        away = bool(used & self._carriers.changed)
        if not away and not self._moved:
            return
        self._retries.discount()
        self._scan.notes.extend([NOTE] if NOTE not in self._scan.notes else [])
        self._moved = False
        if not away:
            return
        end = time.monotonic() + PATIENCE
        while used & self._carriers.lost and self._obey() < end:
            time.sleep(PAUSE)
            self._carriers.look()
        self._carriers.changed.clear()
        for host, route in routes.items():
            if not route.local and route.interface in self._carriers.lost and not self._results.dead[host]:
                self._results.local_failure(host, OSError(errno.ENOBUFS, "the link"))

    def _follow(self) -> None:
        changes = self._events.read()
        hosts = self._of_new_neighbours(changes.neighbours)
        former = self._of_new_routes() if changes.ways else {}
        if self._lanes is not None and (hosts or former):
            self._lanes.take(hosts | former.keys())
            self._keep_sources(former)

    def _of_new_neighbours(self, told: dict[Hop, bytes]) -> set[int]:
        """Hosts whose next hop has another link address than it was known to have."""
        other = {hop for hop, mac in told.items() if self._macs.get(hop) != mac}
        if not other:
            return set()
        hops = {host: (route.interface, route.next_hop) for host, route in self._destinations.routes.items()}
        mine = {host for host, hop in hops.items() if hop in other}
        self._moved |= any(self._macs.get(hops[host]) for host in mine)
        self._macs |= told
        return mine

    def _of_new_routes(self) -> dict[int, Route]:
        """Hosts that are still asked and to which another route leads, or none, with that of before."""
        waiting = ~self._results.dead & (self._scan.ledger.counts[:, PortState.UNTRIED] > 0)
        former = {}
        for host in np.flatnonzero(waiting).tolist():
            known = self._destinations.routes.get(host)
            if known is not None and self._destinations.ask_again(host) != known:
                former[host] = known
        self._moved |= bool(former)
        return former

    def _keep_sources(self, former: dict[int, Route]) -> None:
        """Give up hosts to which packets would no longer leave from the address that their probes carry.

        One that is gone is waited for, as that of a link that is set up anew.
        """
        if self._scan.request.third.source is not None:
            return
        end = time.monotonic() + PATIENCE
        while any(map(self._is_gone, former)) and self._obey() < end:
            time.sleep(PAUSE)
        for host, before in former.items():
            route, used = self._destinations.route(host), self._sources[host].tobytes()
            elsewhere = route.interface != before.interface and route.source != used
            if elsewhere or self._is_gone(host):
                self._results.give_up(host, Sentence(MOVED, source=to_text(used)))

    def _is_gone(self, host: int) -> bool:
        """Whether the address that probes to this host carry is no longer this machine's."""
        return not is_own(self._sources[host].tobytes(), self._destinations.scope(host))
