"""The one record of a scan: arrays with a cell per (host, port); the interface and the reports read it."""

import numpy as np
import numpy.typing as npt

from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

Cells = npt.NDArray[np.int64]
STATES = len(PortState)
NO_TTL = 0
NO_RTT = np.iinfo(np.uint32).max


def _precedence() -> npt.NDArray[np.bool_]:
    """May a new state replace an old one? Shape (old, new).

    The first definite answer wins; open is never overwritten; closed never becomes filtered; unfiltered
    yields to open and closed only; open|filtered, which silence gives, always yields.
    """
    may = np.zeros((STATES, STATES), np.bool_)
    may[PortState.UNTRIED, 1:] = True
    may[PortState.OPEN_FILTERED, 1:] = True
    may[PortState.CLOSED_FILTERED, 1:] = True
    may[PortState.UNFILTERED, [PortState.OPEN, PortState.CLOSED]] = True
    may[PortState.FILTERED, [PortState.OPEN, PortState.CLOSED, PortState.UNFILTERED]] = True
    may[PortState.CLOSED, PortState.OPEN] = True
    may[range(STATES), range(STATES)] = False
    return may


PRECEDENCE = _precedence()
RANK = (-PRECEDENCE.sum(axis=0)).astype(np.int8)
"""States by how many others they replace, most first: within a batch the strongest counts."""


def answered_for_itself(states: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Which of these states rest on an answer in the host's own name, which an ICMP error or silence is not."""
    own: npt.NDArray[np.bool_] = (states == PortState.OPEN) | (states == PortState.CLOSED)
    own |= states == PortState.UNFILTERED
    return own


class Ledger:
    """Verdicts of ``hosts * columns`` cells; cell = host * columns + column.

    Arrays by cell: ``state``, ``reason``, ``tries``, ``ttl`` (uint8; ttl 0 is "not seen"), ``rtt_us``
    (uint32, microseconds; ``NO_RTT`` is "not measured"), ``sent_us`` (uint32, microseconds since the scan's
    start, of the latest try), ``stamp`` (uint32: the version at which the cell last changed).

    One thread writes (the scan's); others only read. A reader keeps the ``version`` it drew and asks
    ``changed`` for what came since; a torn read shows at worst a cell one frame late.
    """

    def __init__(self, hosts: int, columns: int) -> None:
        size = hosts * columns
        self.hosts, self.columns, self.size = hosts, columns, size
        self.state = np.zeros(size, np.uint8)
        self.reason = np.zeros(size, np.uint8)
        self.tries = np.zeros(size, np.uint8)
        self.ttl = np.zeros(size, np.uint8)
        self.rtt_us = np.full(size, NO_RTT, np.uint32)
        self.sent_us = np.zeros(size, np.uint32)
        self.stamp = np.zeros(size, np.uint32)
        self.counts = np.zeros((hosts, STATES), np.int64)
        self.counts[:, PortState.UNTRIED] = columns
        self.sender: dict[int, str] = {}
        self.version = 1

    def cell(self, host: int, column: int) -> int:
        """The cell of a host's column."""
        return host * self.columns + column

    def row(self, host: int) -> slice:
        """The cells of one host, to slice the arrays with."""
        return slice(host * self.columns, (host + 1) * self.columns)

    def changed(self, host: int, since: int) -> Cells:
        """The columns of ``host`` that changed after version ``since``, ascending."""
        return np.flatnonzero(self.stamp[self.row(host)] > since)

    def totals(self) -> npt.NDArray[np.int64]:
        """How many cells of the whole scan have each state; int64 of shape (7,), indexed by PortState."""
        total: npt.NDArray[np.int64] = self.counts.sum(axis=0)
        return total

    def note_sent(self, cells: Cells, sent_us: npt.NDArray[np.uint32] | int) -> None:
        """Count one more try for these cells (each at most once), sent at ``sent_us``."""
        self.tries[cells] += 1
        self.sent_us[cells] = sent_us
        self._touch(cells)

    def record(
        self,
        cells: Cells,
        states: npt.NDArray[np.uint8],
        reasons: npt.NDArray[np.uint8],
        ttls: npt.NDArray[np.uint8] | int = NO_TTL,
        rtts_us: npt.NDArray[np.uint32] | int = NO_RTT,
    ) -> Cells:
        """Enter a batch of verdicts by precedence; returns the positions in the batch that were entered.

        All arrays have one entry an answer. A cell may stand in a batch more than once: of equal rank the
        first counts.
        """
        fits = np.flatnonzero(PRECEDENCE[self.state[cells], states])
        if not len(fits):
            return fits
        if _has_twins(cells[fits]):
            fits = fits[np.argsort(RANK[states[fits]], kind="stable")]
            _, first = np.unique(cells[fits], return_index=True)
            fits = fits[first]
        chosen, new = cells[fits], states[fits]
        host = chosen // self.columns
        flat = self.counts.reshape(-1)
        np.subtract.at(flat, host * STATES + self.state[chosen], 1)
        np.add.at(flat, host * STATES + new, 1)
        self.state[chosen] = new
        self.reason[chosen] = reasons[fits]
        self.ttl[chosen] = ttls if isinstance(ttls, int) else ttls[fits]
        self.rtt_us[chosen] = rtts_us if isinstance(rtts_us, int) else rtts_us[fits]
        self._touch(chosen)
        return fits

    def settle(self, cells: Cells, state: PortState, reason: Reason) -> None:
        """Give every still untried cell of ``cells`` the verdict that silence means."""
        open_cells = cells[self.state[cells] == PortState.UNTRIED]
        count = len(open_cells)
        self.record(open_cells, np.full(count, state, np.uint8), np.full(count, reason, np.uint8))

    def _touch(self, cells: Cells) -> None:
        self.stamp[cells] = self.version + 1
        self.version += 1


def _has_twins(cells: Cells) -> bool:
    """Whether a cell stands in a batch more than once, told without the slower sort that keeps their order."""
    ordered = np.sort(cells)
    return bool((ordered[1:] == ordered[:-1]).any())
