"""Many silent hosts behind a router: it may have had no room to look for all of them, and they are asked again.

A router asks on its link for every address that it has a packet for, and remembers each for seconds; it drops packets
for more addresses than it has room for, and nobody is told (RFC 6583 §2). Linux has room for 1,024 (arp(7)).
"""

from collections.abc import Callable

from tui_scan.engine.control import TURN
from tui_scan.engine.discovery.finds import Finds
from tui_scan.engine.discovery.sweep import Index, Sweep, Way
from tui_scan.engine.passed_over import CROWD, LOOKED
from tui_scan.engine.probes import TRIES
from tui_scan.engine.tally import Tally
from tui_scan.language import Sentence

TOLD = 0.5
"""Seconds within which it then says so."""
LATER_TRIES = 3
"""Numbers of tries that are kept for hosts that are asked again."""
NOTE = "looking again for {left:,} silent hosts, {crowd} at a time: a router has to look for each of them, too"


class Crowd:
    """Asks silent hosts again, as slowly as routers can look for them, where one told that it does; ``turn`` obeys
    pause and stop and gives the time in seconds."""

    def __init__(self, sweep: Sweep, way: Way, finds: Finds, tally: Tally, turn: Callable[[], float]) -> None:
        self._sweep, self._way, self._finds, self._tally, self._turn = sweep, way, finds, tally, turn

    def run(self, hosts: Index) -> None:
        """Ask ``hosts`` by the sweep, and those that stay silent once more where they are too many for a router."""
        began = self._turn()
        self._sweep.run(hosts)
        ended, before = self._turn(), min(self._sweep.tries, TRIES - LATER_TRIES)
        silent = self._silent(hosts)
        if len(silent) <= CROWD or len(silent) <= CROWD * (ended - began) / LOOKED / self._sweep.tries:
            return
        self._collect(began + LOOKED + TOLD, lambda: self._finds.looked_for)
        silent = self._silent(silent) if self._finds.looked_for else silent[:0]
        while len(silent):
            self._tally.note = Sentence(NOTE, left=len(silent), crowd=CROWD)
            self._collect(ended + LOOKED)
            asked, silent = silent[:CROWD], silent[CROWD:]
            ended = self._turn()
            self._sweep.run(asked, before)

    def _silent(self, hosts: Index) -> Index:
        left = self._finds.waiting(hosts)
        return left[~self._finds.unreachable[left]]

    def _collect(self, end: float, enough: Callable[[], bool] = lambda: False) -> None:
        """Take what comes until a time, or until that is enough."""
        while not enough() and (left := end - self._turn()) > 0:
            self._way.collect(min(left, TURN))
