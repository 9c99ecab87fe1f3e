"""Before the first probe: the link addresses of the next hops, so that no probe waits for them and none is judged
by their time."""

import socket
import time
from collections.abc import Callable
from contextlib import closing

from tui_scan.engine.link_room import LinkRoom
from tui_scan.engine.routing import Destinations
from tui_scan.engine.transport.rtnetlink import Hop, RouteTable

PATIENCE = 4.0
"""Seconds to wait: Linux asks three times, a second apart, before it gives a neighbour up (arp(7))."""
_PAUSE = 0.005
_AT_ONCE = 256
"""Next hops resolved together: the kernel's table holds 1,024 at the most by default (gc_thresh3)."""
_DISCARD = 9


class Neighbours:
    """Resolves the next hops of hosts. ``turn`` obeys pause and stop."""

    def __init__(self, destinations: Destinations, family: int, turn: Callable[[], float]) -> None:
        self._destinations, self._family, self._turn = destinations, family, turn
        self._domain = socket.AF_INET if family == 4 else socket.AF_INET6

    def unresolved(self, hosts: list[int]) -> list[int]:
        """Those of ``hosts`` whose next hop does not resolve; waits for it up to ``PATIENCE`` seconds.

        Where this machine had no room for all, nothing is held against those that it did not look for.
        """
        hops: dict[Hop, list[int]] = {}
        for host in hosts:
            route = self._destinations.route(host)
            if route.next_hop and self._destinations.on_ethernet(host):
                hops.setdefault((route.interface, route.next_hop), []).append(host)
        lost: list[int] = []
        with closing(RouteTable()) as table:
            room = LinkRoom(self._family)
            known = table.neighbours(self._family)
            unknown = [hop for hop in hops if not known.get(hop)]
            for at in range(0, len(unknown), _AT_ONCE):
                for hop in self._resolve(table, room, unknown[at : at + _AT_ONCE], hops):
                    lost.extend(hops[hop])
        return lost

    def _resolve(self, table: RouteTable, room: LinkRoom, hops: list[Hop], hosts: dict[Hop, list[int]]) -> set[Hop]:
        """The hops that stay unresolved."""
        for hop in hops:
            if not table.resolve(*hop):
                self._knock(hosts[hop][0])
        waiting = set(hops)
        lost: set[Hop] = set()
        end = time.monotonic() + PATIENCE
        while waiting and self._turn() < end:
            known = table.neighbours(self._family)
            lost |= {hop for hop in waiting if known.get(hop) == b""}
            waiting -= {hop for hop in waiting if hop in known}
            if waiting:
                time.sleep(_PAUSE)
        return lost if room.overflowed else lost | waiting

    def _knock(self, host: int) -> None:
        """Without CAP_NET_ADMIN any packet makes the kernel resolve its next hop: an empty datagram to discard."""
        with socket.socket(self._domain, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            try:
                sock.sendto(b"", self._destinations.of(host, _DISCARD))
            except OSError:
                return
