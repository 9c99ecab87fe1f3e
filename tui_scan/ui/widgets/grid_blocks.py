"""Ports as blocks: what each block of a section of the map shows, reduced from the ledger with numpy."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.ui.glyphs import Look, look_of

Looks = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]

EMPTY = len(Look)
"""The value of a place in the map where the scan has no port: after every Look."""

BLOCKS = tuple(1 << power for power in range(17))
"""How many ports a cell of the map can stand for."""


def _look_table() -> Looks:
    """The look of every (state, reason, tried), uint8 of shape (7, reasons, 2)."""
    return np.array(
        [[[look_of(state, reason, tries) for tries in (0, 1)] for reason in Reason] for state in PortState],
        np.uint8,
    )


_LOOKS = _look_table()


def read_looks(scan: Scan, host: int, columns: Index | slice = slice(None)) -> Looks:
    """The looks of a host's columns, read from the ledger now; uint8, one an entry of ``columns``."""
    row, ledger = scan.ledger.row(host), scan.ledger
    tried = (ledger.tries[row][columns] > 0).astype(np.uint8)
    found: Looks = _LOOKS[ledger.state[row][columns], ledger.reason[row][columns], tried]
    return found


class Section:
    """The columns ``first`` .. ``first + count - 1`` of a scan, those of one technique, cut into blocks.

    Ports without a gap are laid out by number, so that a row begins at a round one: place = port - ``start``.
    Other lists are laid out by their order, and ``start`` is None: place = column - ``first``.
    """

    def __init__(self, ports: npt.NDArray[np.uint16], first: int, title: str) -> None:
        self.first, self.count, self.title = first, len(ports), title
        self._ports = ports
        self._dense = int(ports[-1]) - int(ports[0]) + 1 == self.count and self.count > 1
        self.block = 1
        self._pad = 0
        self._table: Looks = np.full((0, 1), EMPTY, np.uint8)
        self.cells: Looks = np.zeros(0, np.uint8)

    def cells_needed(self, block: int) -> int:
        """How many cells the section takes with blocks of this size."""
        return -(-(self.count + self._padding(block)) // block)

    def cut(self, block: int, looks: Looks) -> None:
        """Cut into blocks anew; ``looks`` are those of the section's columns."""
        self.block, self._pad = block, self._padding(block)
        size = self.cells_needed(block)
        flat = np.full(size * block, EMPTY, np.uint8)
        flat[self._pad : self._pad + self.count] = looks
        self._table = flat.reshape(size, block)
        self.cells = self._table.min(axis=1)

    def change(self, columns: Index, looks: Looks) -> Index:
        """Take new looks of some of the section's columns; returns the cells that look different now."""
        places = columns - self.first + self._pad
        self._table.reshape(-1)[places] = looks
        touched = np.flatnonzero(np.bincount(places // self.block, minlength=len(self.cells)))
        new = self._table[touched].min(axis=1)
        differ = new != self.cells[touched]
        changed: Index = touched[differ]
        self.cells[changed] = new[differ]
        return changed

    def cell_of(self, column: int) -> int:
        """The cell that holds a column."""
        return (column - self.first + self._pad) // self.block

    def most_telling(self, cell: int) -> int | None:
        """The column that gives a cell its look, the lowest of several; None where the cell is empty."""
        if not 0 <= cell < len(self.cells) or self.cells[cell] == EMPTY:
            return None
        return self.first + cell * self.block + int(self._table[cell].argmin()) - self._pad

    def port_at(self, cell: int) -> int:
        """The port that a cell begins with, for the label of a row."""
        if self._dense:
            return int(self._ports[0]) - self._pad + cell * self.block
        return int(self._ports[min(cell * self.block, self.count - 1)])

    def _padding(self, block: int) -> int:
        """Places before the first port: all up to port 0 where that is near, else back to a round port."""
        if not self._dense:
            return 0
        lowest = int(self._ports[0])
        return lowest if lowest <= 1 else lowest % block
