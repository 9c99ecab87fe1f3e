"""Many silent hosts behind a router, asked all at once: it may have passed over some, so scouts go to them, slowly.

A router that looks for more hosts than it has room for drops what is for the others (``discovery.crowd`` says more).
Where discovery was left out, the first round of a port scan may fare so.
"""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery.finds import LOOKED_FOR
from tui_scan.engine.ledger import NO_RTT
from tui_scan.engine.loops.rounds import Round
from tui_scan.engine.passed_over import CROWD, LOOKED
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState

PORTS = 16
"""Ports of a host that are asked together: a router keeps a few packets for each host that it looks for, Linux about a
hundred (arp(7), unres_qlen), and where one of them is answered, all of the host's ports get their tries."""
EXPECTED = 5
"""Scouts that bring nothing, though so many answers were to be expected of them, tell that nobody was passed over."""
NOTE = "asking {left:,} silent hosts again, {crowd} at a time: a router has to look for each of them"

Cells = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.uint8, np.uint32)


class Scouts:
    """Chooses the silent hosts that are asked again after the first round, and their cells; sans I/O.

    ``cells`` are those that had their second try. The other ports of hosts that were found have theirs before the
    hosts that are not there fill the router's room again.

    ``hosts`` are in the order in which they were asked, ``columns`` in that of their worth. ``fresh``: nobody was
    asked before them, so that the router had room for the first ones.

    The first group goes on suspicion. The others follow where a router told late that it did not find a host, or where
    the scouts so far found one: hosts that are silent for another reason hold the scan up for seconds only.
    """

    def __init__(self, scan: Scan, hosts: Cells, columns: Cells, fresh: bool) -> None:
        self._scan, self._hosts, self._columns, self._fresh = scan, hosts, columns, fresh
        self._left: Cells = np.empty(0, np.int64)
        self._asked: Cells = np.empty(0, np.int64)
        self._answered = 0
        self.cells: Cells = np.empty(0, np.int64)

    def rounds(self, dead: Mask, seconds: float, may: bool) -> Iterator[Round]:
        """Pauses, in which a router forgets whom it looks for, and scouts in turn; they count as second tries.

        The first round was sent within so many seconds; ``dead`` (bool by host) are those that get no more probes.
        """
        self._suspect(dead, seconds)
        while may and len(self._left):
            note = Sentence(NOTE, left=len(self._left), crowd=CROWD)
            groups = -(-len(self._left) // CROWD)
            yield Round(iter(()), 0, 2, note=note, rest=LOOKED, expected=groups * LOOKED)
            yield from self._round(self._cells(self._next(), PORTS), note, (groups - 1) * LOOKED)
            if self._scan.settling or not self._with_reason():
                break
        self._scan.settling = False
        found = self._asked[self._scan.hosts.state[self._asked] == HostState.UP]
        cells = self._cells(found, len(self._columns))
        yield from self._round(cells[~np.isin(cells, self.cells)])

    def _round(self, cells: Cells, note: str = "", expected: float | None = None) -> Iterator[Round]:
        """A second try of these cells, if there are any; so many seconds are expected to follow."""
        if len(cells) and not self._scan.settling:
            self.cells = np.concatenate([self.cells, cells])
            yield Round(iter([cells]), len(cells), 2, note=note, expected=expected)

    def _suspect(self, dead: Mask, seconds: float) -> None:
        """Whom a router may have passed over, where there are many: last asked, most likely."""
        states = self._scan.hosts.state[self._hosts]
        most = CROWD * max(1.0, seconds / LOOKED)
        quiet = self._hosts[(states == HostState.UNKNOWN) & ~dead[self._hosts]]
        far = [self._is_far(host) for host in quiet.tolist()] if len(quiet) > most else []
        if sum(far) <= most:
            return
        self._answered = int(np.count_nonzero(states == HostState.UP))
        had_room = self._hosts[: CROWD if self._fresh else 0]
        quiet = quiet[far]
        self._left = quiet[~np.isin(quiet, had_room)][::-1]
        self._scan.hosts.passed_over[self._left] = True

    def _next(self) -> Cells:
        """The hosts to ask now: those still silent of which nothing said that they are not there."""
        passed_over, state = self._scan.hosts.passed_over, self._scan.hosts.state
        passed_over[self._hosts[self._missed().any(axis=1)]] = False
        left = self._left[passed_over[self._left] & (state[self._left] == HostState.UNKNOWN)]
        now: Cells = left[:CROWD]
        self._left = left[CROWD:]
        passed_over[now] = False
        self._asked = np.concatenate([self._asked, now])
        return now

    def _with_reason(self) -> bool:
        """Whether something speaks for it that hosts were passed over; where much speaks against it, none were."""
        if (self._scan.hosts.state[self._asked] == HostState.UP).any() or self._told():
            return True
        if self._answered * len(self._asked) >= EXPECTED * len(self._hosts):
            self._scan.hosts.passed_over[self._left] = False
        return False

    def _told(self) -> bool:
        """Whether a router said of a host, some time after it was asked for it, that it cannot be reached."""
        rtts = self._rows(self._scan.ledger.rtt_us)[self._missed()]
        return bool(((rtts >= LOOKED_FOR * 1e6) & (rtts != NO_RTT)).any())

    def _missed(self) -> Mask:
        """Which cells brought the word that the host cannot be reached; shape (hosts, columns)."""
        missed: Mask = self._rows(self._scan.ledger.reason) == Reason.HOST_UNREACH
        return missed

    def _cells(self, hosts: Cells, most: int) -> Cells:
        """So many silent cells of each of these hosts, port after port."""
        silent = self._rows(self._scan.ledger.state, hosts) == PortState.UNTRIED
        chosen = silent & (np.cumsum(silent, axis=1) <= most)
        column, host = np.nonzero(chosen.T)
        cells: Cells = hosts[host] * self._scan.ledger.columns + self._columns[column]
        return cells

    def _rows(self, array: npt.NDArray[Number], hosts: Cells | None = None) -> npt.NDArray[Number]:
        """Of an array by cell: shape (hosts, columns)."""
        hosts = self._hosts if hosts is None else hosts
        return array.reshape(-1, self._scan.ledger.columns)[hosts][:, self._columns]

    def _is_far(self, host: int) -> bool:
        """Whether a router leads to the host."""
        route = self._scan.hosts.routes.get(host)
        return route is not None and not route.local and route.next_hop != self._scan.hosts.wire[host].tobytes()
