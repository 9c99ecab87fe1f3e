"""Hosts that were never asked, for this machine had no room for the link addresses on the way to them.

Linux holds 1,024 of them by default for all interfaces and namespaces, and drops packets that would need one more
(arp(7), gc_thresh3). Whoever sent them by a TCP socket is not told.
"""

from contextlib import closing, suppress

import numpy as np
import numpy.typing as npt

from tui_scan.engine.routing import Destinations
from tui_scan.engine.transport.rtnetlink import RouteTable
from tui_scan.language import Sentence

Index = npt.NDArray[np.int64]
NOTE = (
    "Hosts that may not have been asked: {hosts:,}. This machine had no room for the link addresses on the way to them "
    "(it holds {most:,}: gc_thresh3, arp(7)). Scan fewer at a time, or as root with -sS, which needs no room."
)


class LinkRoom:
    """Watches the kernel's table of link addresses from now on, for the calling thread's network namespace.

    Whoever overfills the table, in whatever namespace, leaves no room to all.
    """

    def __init__(self, family: int) -> None:
        self._family = family
        self._before, self._most = self._overflows()

    @property
    def overflowed(self) -> bool:
        """Whether there was no room for one since."""
        return self._overflows()[0] != self._before

    def note(self, hosts: int) -> Sentence:
        """What is told of so many hosts that were not asked."""
        return Sentence(NOTE, hosts=hosts, most=self._most)

    def unasked(self, destinations: Destinations, hosts: Index) -> Index:
        """Those of ``hosts`` to which the kernel had to find the way on the link, and for which it has no room now.

        None where there was room all the time.
        """
        if not self.overflowed:
            return hosts[:0]
        with closing(RouteTable()) as table:
            known = table.neighbours(self._family)
        left = []
        for host in hosts.tolist():
            route = destinations.routes.get(host)
            if route is None or not route.next_hop or (route.interface, route.next_hop) in known:
                continue
            if destinations.on_ethernet(host):
                left.append(host)
        return np.array(left, np.int64)

    def _overflows(self) -> tuple[int, int]:
        """The kernel's count, and how many link addresses it holds; zeros where it does not tell."""
        with closing(RouteTable()) as table, suppress(OSError):
            return table.overflows(self._family)
        return 0, 0
