"""Received packets as rows of three widths: answers are short, and most of a scan's memory would be zeros otherwise."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from tui_scan.engine.rowlog import RowLog
from tui_scan.engine.spool import Rows

NARROW, WIDTH, WIDE = 64, 176, 1968
"""Bytes of a packet that a row of each type holds: short answers, and all that a slot of each size of ring does."""


def _row_type(width: int) -> np.dtype[np.void]:
    head = [("cell", "u4"), ("wire", "u4"), ("time_ns", "i8"), ("length", "u2"), ("try", "u1"), ("origin", "u1")]
    return np.dtype([*head, ("data", "u1", (width,))])


NARROW_ROW, RECEIVED, WIDE_ROW = ROWS = _row_type(NARROW), _row_type(WIDTH), _row_type(WIDE)
"""``data`` holds the packet from its IP header on, ``length`` bytes of it; ``wire`` is its true length."""


class PacketLog:
    """A log of rows of these types, searched as one."""

    def __init__(self) -> None:
        self._logs = {kind: RowLog(kind) for kind in ROWS}

    @property
    def logs(self) -> tuple[RowLog, ...]:
        """The log of each type."""
        return tuple(self._logs.values())

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(log.count for log in self._logs.values())

    def append(self, rows: Rows) -> None:
        """Add rows of one type; the array must not be changed afterwards."""
        self._logs[rows.dtype].append(rows)

    def of(self, cell: int) -> list[np.void]:
        """All rows of one cell; those of one width stand in the order of their arrival."""
        return [row for log in self._logs.values() for row in log.of(cell)]

    def keep(self, wanted: Callable[[npt.NDArray[Any]], npt.NDArray[np.bool_]]) -> int:
        """Drop the rows whose cells are not ``wanted``; returns how many were dropped."""
        return sum(log.keep(wanted) for log in self._logs.values())
