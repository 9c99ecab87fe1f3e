"""Hosts on the link that were never asked, for this machine had no room for their link addresses.

Linux holds 1,024 of them by default for all interfaces and namespaces, and drops packets that would need one more
(arp(7), gc_thresh3) without a word to whoever sent them.
"""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.routing import Destinations
from tui_scan.engine.transport.rtnetlink import RouteTable, is_ethernet
from tui_scan.language import Sentence

Index = npt.NDArray[np.int64]
NOTE = (
    "{hosts:,} hosts on the link may not have been asked and have no verdict: this machine had no room for their link "
    "addresses (it holds {most:,}: gc_thresh3, arp(7)). Scan fewer at a time, or as root with -sS, which needs no room."
)


class LinkRoom:
    """Watches the kernel's table of link addresses from now on, for the calling thread's network namespace."""

    def __init__(self, family: int) -> None:
        self._family = family
        self._table = RouteTable()
        self._before, self._most = self._table.overflows(family)

    def close(self) -> None:
        """Watch no more."""
        self._table.close()

    @property
    def overflowed(self) -> bool:
        """Whether there was no room for one since."""
        return self._table.overflows(self._family)[0] != self._before

    def note(self, hosts: int) -> Sentence:
        """What is told of so many hosts that were not asked."""
        return Sentence(NOTE, hosts=hosts, most=self._most)

    def unasked(self, destinations: Destinations, silent: Index) -> Index:
        """Those of ``silent`` hosts that the kernel had to look for itself, and for which it may have had no room.

        None where there was room all the time. Whose link address is known was asked.
        """
        if not self.overflowed:
            return silent[:0]
        known = self._table.neighbours(self._family)
        ethernet: dict[int, bool] = {}
        left = []
        for host in silent.tolist():
            route = destinations.routes.get(host)
            if route is None or route.local or not route.interface or (route.interface, route.next_hop) in known:
                continue
            if route.interface not in ethernet:
                ethernet[route.interface] = is_ethernet(route.interface)
            if ethernet[route.interface] and route.next_hop == destinations.hosts.wire[host].tobytes():
                left.append(host)
        return np.array(left, np.int64)
