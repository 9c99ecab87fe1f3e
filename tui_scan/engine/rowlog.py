"""An append-only log of numpy rows that one thread writes and others may search at any moment."""

from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.void]
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


def _indexed(parts: list[Rows]) -> Index:
    cells = np.concatenate([part["cell"] for part in parts])
    order = np.argsort(cells, kind="stable")
    starts = np.array([0, *accumulate(len(part) for part in parts[:-1])], np.int64)
    return Index(parts, cells[order], order, starts)


class RowLog:
    """Structured rows with a field ``cell`` (uint32), in the order of their arrival.

    Small appends are merged into arrays of up to ``WHOLE`` rows, each row copied O(log WHOLE) times; larger
    arrays stay as they came. The list of arrays is replaced, never changed, so that a
    reader in another thread always sees a whole log.
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._parts: list[Rows] = []
        self._searched: tuple[list[Rows], int] = (self._parts, 0)
        self._index: Index | None = None
        self.count = 0

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return self.count * self.dtype.itemsize

    def append(self, rows: Rows) -> None:
        """Add rows of ``dtype``; the array must not be changed afterwards."""
        if not len(rows):
            return
        parts = [*self._parts, rows]
        while len(parts) > 1 and len(parts[-2]) <= min(2 * len(parts[-1]), WHOLE):
            last = parts.pop()
            parts[-1] = np.concatenate([parts[-1], last])
        self._parts = parts
        self.count += len(rows)

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
        """Drop the rows whose cells are not ``wanted``; returns how many were dropped."""
        before = self.count
        parts = [part[wanted(part["cell"])] for part in self._parts]
        self._parts = [part for part in parts if len(part)]
        self.count = sum(len(part) for part in self._parts)
        return before - self.count
