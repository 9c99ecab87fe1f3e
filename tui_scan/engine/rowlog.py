"""An append-only log of numpy rows that one thread writes and others may search at any moment."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.void]
WHOLE = 4096


class RowLog:
    """Structured rows with a field ``cell`` (uint32), in the order of their arrival.

    Small appends are merged into arrays of up to ``WHOLE`` rows, each row copied O(log WHOLE) times; larger
    arrays stay as they came. The list of arrays is replaced, never changed, so that a
    reader in another thread always sees a whole log.
    """

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self._parts: list[Rows] = []
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
        found = [part[part["cell"] == cell] for part in self._parts]
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
