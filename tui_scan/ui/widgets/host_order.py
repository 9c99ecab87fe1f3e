"""The hosts of a scan as rows, in an order that may change."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt

from tui_scan.engine.scan import Scan


class HostOrder:
    """A row a host, its key the host's number; what a row says, and what orders them, is told by those who show it."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self._order: npt.NDArray[np.int64] = np.arange(scan.hosts.count)

    def __len__(self) -> int:
        return len(self._order)

    def key(self, row: int) -> int:
        """The number of the host."""
        return int(self._order[row])

    def find(self, key: Hashable) -> int | None:
        """The row of a host."""
        found = np.flatnonzero(self._order == key)
        return int(found[0]) if len(found) else None

    def order_by(self, values: npt.NDArray[np.integer[Any]], descending: bool) -> None:
        """Order by a number a host, equal ones by the host's."""
        self._order = np.argsort(-values if descending else values, kind="stable")
