"""An append-only log of numpy rows that one thread writes and others may search at any moment."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.spool import Rows, Spool

WHOLE = 4096
SEARCHES = 64
"""So many searches through all rows cost about as much as sorting them once."""


class Index(NamedTuple):
    """Where the rows of a log's arrays are by cell: ``order`` sorts the rows of all ``parts`` stably.

    ``cells`` are the rows' cells so sorted (uint32), ``starts`` (int64) the number of each part's first row.
    """

    parts: list[Rows]
    cells: npt.NDArray[np.uint32]
    order: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]

    def of(self, cell: int) -> list[Rows]:
        """The rows of one cell by part, oldest first."""
        key = np.uint32(cell)  # of another type, it would have the whole array converted
        low, high = self.cells.searchsorted(key), self.cells.searchsorted(key, "right")
        rows = self.order[low:high]
        holders = self.starts.searchsorted(rows, "right") - 1
        return [self.parts[at][rows[holders == at] - self.starts[at]] for at in dict.fromkeys(holders.tolist())]


class View(NamedTuple):
    """A log's rows at one moment, by their numbers from 0 on: whatever the log does later, they stay."""

    parts: list[Rows]

    def column(self, name: str) -> npt.NDArray[Any]:
        """One field of all rows."""
        return np.concatenate([part[name] for part in self.parts]) if self.parts else np.empty(0, np.int64)

    def rows(self, numbers: npt.NDArray[np.int64]) -> Rows:
        """The rows of these numbers, in their order; the log must have some."""
        starts = _starts(self.parts)
        holders = starts.searchsorted(numbers, "right") - 1
        found = np.empty(len(numbers), self.parts[0].dtype)
        for at in np.flatnonzero(np.bincount(holders)):
            mine = holders == at
            found[mine] = self.parts[at][numbers[mine] - starts[at]]
        return found


def _starts(parts: list[Rows]) -> npt.NDArray[np.int64]:
    """The number of each part's first row."""
    return np.array([0, *accumulate(len(part) for part in parts[:-1])], np.int64)


def _indexed(parts: list[Rows]) -> Index:
    cells = np.concatenate([part["cell"] for part in parts])
    order = np.argsort(cells, kind="stable")
    return Index(parts, cells[order], order, _starts(parts))


class RowLog:
    """Structured rows with a field ``cell`` (uint32), in the order of their arrival.

    Small appends are merged into arrays of up to ``WHOLE`` rows, each row copied O(log WHOLE) times; larger
    arrays stay as they came. The list of arrays is replaced, never changed, so that a
    reader in another thread always sees a whole log. ``spool`` moves the oldest arrays to a file; their rows stay
    where they are in the order.
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._parts: list[Rows] = []
        self._searched: tuple[list[Rows], int] = (self._parts, 0)
        self._index: Index | None = None
        self._spool = Spool(self.dtype)
        self.count = 0

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes; what is spooled holds none."""
        return (self.count - self._spool.count) * self.dtype.itemsize

    @property
    def spooled(self) -> int:
        """How many rows are in the file."""
        return self._spool.count

    @property
    def view(self) -> View:
        """The rows of this moment."""
        return View(self._parts)

    def append(self, rows: Rows) -> None:
        """Add rows of ``dtype``; the array must not be changed afterwards."""
        if not len(rows):
            return
        parts, first = [*self._parts, rows], int(self._spool.count > 0)
        while len(parts) > first + 1 and len(parts[-2]) <= min(2 * len(parts[-1]), WHOLE):
            last = parts.pop()
            parts[-1] = np.concatenate([parts[-1], last])
        self._parts = parts
        self.count += len(rows)

    def spool(self, least: int) -> None:
        """Move the oldest array to the file, and as many more as make ``least`` bytes.

        Raises OSError where the disk has no room; then all stays in memory.
        """
        first = int(self._spool.count > 0)
        before = accumulate((part.nbytes for part in self._parts[first:-1]), initial=0)
        after = first + sum(size < max(1, least) for size in before)
        self._parts = [self._spool.add(self._parts[first:after]), *self._parts[after:]]

    def of(self, cell: int) -> Rows:
        """All rows of one cell, oldest first."""
        parts = self._parts
        index = self._index_of(parts)
        found = index.of(cell) if index else [part[part["cell"] == cell] for part in parts]
        return np.concatenate(found) if found else np.empty(0, self.dtype)

    def _index_of(self, parts: list[Rows]) -> Index | None:
        """The index of these parts, made once they were searched often; None before."""
        index = self._index
        if index and index.parts is parts:
            return index
        searched, times = self._searched
        times = times + 1 if searched is parts else 1
        self._searched = (parts, times)
        self._index = _indexed(parts) if parts and times > SEARCHES else None
        return self._index

    def since(self, number: int, most: int) -> Rows:
        """Up to ``most`` rows from row ``number`` on (a copy); rows that ``keep`` dropped are not counted."""
        left, found = number, []
        for part in self._parts:
            if left < len(part):
                found.append(part[left : left + most])
                most -= len(found[-1])
            left = max(0, left - len(part))
            if most <= 0:
                break
        return np.concatenate(found) if found else np.empty(0, self.dtype)

    def all(self) -> Rows:
        """Every row, oldest first (a copy)."""
        return np.concatenate(self._parts) if self._parts else np.empty(0, self.dtype)

    def keep(self, wanted: Callable[[npt.NDArray[Any]], npt.NDArray[np.bool_]]) -> int:
        """Drop the rows in memory whose cells are not ``wanted``; returns how many were dropped."""
        before, first = self.count, int(self._spool.count > 0)
        parts = [part[wanted(part["cell"])] for part in self._parts[first:]]
        self._parts = [*self._parts[:first], *(part for part in parts if len(part))]
        self.count = sum(len(part) for part in self._parts)
        return before - self.count
