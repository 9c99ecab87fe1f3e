"""The ways to the hosts while they are scanned: a link, a route or a next hop may go, come back, or become another."""

import errno
import time
from collections.abc import Callable, Collection
from contextlib import closing

import numpy as np

from tui_scan.engine.loops.carried_sources import CarriedSources
from tui_scan.engine.loops.outages import NOTE, PATIENCE, PAUSE
from tui_scan.engine.loops.results import Results
from tui_scan.engine.neighbours import Neighbours
from tui_scan.engine.retries import Retries
from tui_scan.engine.routing import Destinations
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport.carriers import Carriers
from tui_scan.engine.transport.lanes import Lanes
from tui_scan.engine.transport.route_events import RouteEvents
from tui_scan.engine.transport.rtnetlink import Hop, Route, RouteTable
from tui_scan.model.states import PortState

EVERY = 0.2
"""Seconds between two looks while packets leave."""
SHARE = 10
"""A look may cost a part of the time in so many, where routes change all the time and hosts are many."""
A_TURN = 1024
"""Routes that are asked for before pause and stop are obeyed again."""


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
        self._macs = self._neighbours()
        self._lanes: Lanes | None = None
        self._sources: CarriedSources | None = None
        self._without: set[int] = set()
        self._next = self._waited = 0.0
        self._moved = False

    def close(self) -> None:
        """Watch no more."""
        self._events.close()
        self._carriers.close()

    def guide(self, lanes: Lanes, sources: CarriedSources) -> None:
        """From now on packets that this program addresses itself, by these lanes and from these own addresses, follow
        changes."""
        self._lanes, self._sources = lanes, sources

    def look(self) -> None:
        """Follow what has changed, if the last look is long enough ago."""
        began = time.monotonic()
        if began >= self._next:
            self._waited = 0.0
            self._follow()
            now = time.monotonic()
            self._next = now + max(EVERY, SHARE * (now - began - self._waited))

    def mend(self) -> None:
        """After a round: where the way to a host was away or became another one, its silence tells nothing.

        An interface without carrier is waited for; hosts behind one that stays without are given up with a sentence.
        """
        self._follow()
        self._carriers.look()
        away = bool(self._carriers.changed and self._used() & self._carriers.changed)
        if not away and not self._moved:
            return
        self._retries.discount()
        self._scan.notes.extend([NOTE] if NOTE not in self._scan.notes else [])
        self._moved = False
        if away:
            self._wait_for_carriers()

    def _wait_for_carriers(self) -> None:
        end = time.monotonic() + PATIENCE
        while self._used() & self._carriers.lost and self._obey() < end:
            time.sleep(PAUSE)
            self._follow()
            self._carriers.look()
        self._carriers.look()  # it may have come back in a pause
        self._carriers.changed.clear()
        for host, route in self._destinations.routes.items():
            if not route.local and route.interface in self._carriers.lost and not self._results.dead[host]:
                self._results.local_failure(host, OSError(errno.ENOBUFS, "the link"))

    def _used(self) -> set[int]:
        """The interfaces by which hosts are reached that still get probes."""
        dead, routes = self._results.dead, self._destinations.routes
        return {route.interface for host, route in routes.items() if not route.local and not dead[host]}

    def _follow(self) -> None:
        changes = self._events.read()
        hosts = self._of_new_neighbours(self._neighbours() if changes.lost else changes.neighbours)
        former = self._of_new_routes() if changes.ways else {}
        if not hosts and not former:
            return
        began = time.monotonic()
        if self._sources is not None:
            self._moved |= self._sources.keep(former)
        self._find_hops(former)
        self._waited += time.monotonic() - began
        if self._lanes is not None:
            self._steer(self._lanes, [host for host in hosts | former.keys() if not self._results.dead[host]])

    def _steer(self, lanes: Lanes, hosts: Collection[int]) -> None:
        lanes.take([host for host in hosts if host not in self._without], self._results.give_up)
        lanes.lose([host for host in hosts if host in self._without])

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
        for number, host in enumerate(np.flatnonzero(waiting).tolist()):
            if not number % A_TURN:
                self._obey()
            known = self._destinations.routes.get(host)
            if known is None:
                continue
            now, was_without = self._destinations.ask_again(host), host in self._without
            if now == known and not was_without:
                continue
            (self._without.add if now is None else self._without.discard)(host)
            former[host] = known
            # Packets carry the address that they began with, so that a newly preferred one moves nothing.
            self._moved |= now is None or was_without or now._replace(source=known.source) != known
        return former

    def _find_hops(self, former: dict[int, Route]) -> None:
        """Give up hosts whose new next hop does not resolve: their silence would tell nothing."""
        dead, routes = self._results.dead, self._destinations.routes
        asked = [host for host, before in former.items() if not dead[host] and routes[host][:2] != before[:2]]
        for host in Neighbours(self._destinations, self._scan.hosts.family, self._obey).unresolved(asked):
            self._results.local_failure(host, OSError(errno.EHOSTDOWN, "the next hop"))

    def _neighbours(self) -> dict[Hop, bytes]:
        with closing(RouteTable()) as table:
            return {hop: mac for hop, mac in table.neighbours(self._scan.hosts.family).items() if mac}
