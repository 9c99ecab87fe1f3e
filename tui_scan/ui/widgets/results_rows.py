"""Which ports the results show, in which order, and what a row says; read from the ledger, never kept twice."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tui_scan.engine.scan import Scan
from tui_scan.model.filter_terms import Term
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol
from tui_scan.services.names import service_name
from tui_scan.ui.glyphs import STYLES, GlyphSet, look_of
from tui_scan.ui.widgets.results_filter import Masks
from tui_scan.ui.widgets.table_columns import TableColumn
from tui_scan.ui.widgets.virtual_table import Cell

FEW = 25
"""Up to this many ports of one host in one state are worth a line each; more are counted in the header."""

COLUMNS = (
    TableColumn("host", "Host", 12, grow=1, most=24, cut_middle=True),
    TableColumn("port", "Port", 5, right=True),
    TableColumn("proto", "Prot", 4, hide=2),
    TableColumn("state", "State", 15, grow=4, most=17),
    TableColumn("service", "Service", 10, hide=1, grow=2, most=20),
    TableColumn("reason", "Reason", 14, hide=3, grow=1, most=18),
    TableColumn("rtt", "RTT ms", 8, right=True, hide=4),
    TableColumn("ttl", "TTL", 4, right=True, hide=5),
    TableColumn("tries", "Tries", 6, right=True, hide=7),
)

ORDER = np.array([6, 0, 5, 4, 2, 1, 3], np.uint8)
"""The place of each state when rows are ordered by state: open first."""


class ResultRows:
    """The rows of one scan; a row's key is its cell."""

    def __init__(self, scan: Scan, glyphs: GlyphSet) -> None:
        self.scan, self.glyphs = scan, glyphs
        self.terms: tuple[Term, ...] = ()
        self.cells_shown: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._sort = ("state", False)
        self._masks = Masks(scan)

    def __len__(self) -> int:
        return len(self.cells_shown)

    @property
    def columns(self) -> tuple[TableColumn, ...]:
        """The table's columns; a single host needs no column of its own."""
        return COLUMNS if self.scan.hosts.count > 1 else COLUMNS[1:]

    def service(self, column: int) -> str:
        """The name of what is usual on a column's port; empty where nothing is."""
        columns = self.scan.columns
        return service_name(columns.protocol(column), int(columns.port[column]), self.scan.request.datadir) or ""

    def key(self, row: int) -> int:
        """The cell of a row."""
        return int(self.cells_shown[row])

    def find(self, key: Hashable) -> int | None:
        """The row of a cell."""
        found = np.flatnonzero(self.cells_shown == key)
        return int(found[0]) if len(found) else None

    def cells(self, row: int) -> Sequence[Cell]:
        """One line of the table."""
        host, column = divmod(self.key(row), self.scan.columns.count)
        seen = self.scan.verdict(host, column)
        look = look_of(seen.state, seen.reason, seen.tries)
        named: tuple[Cell, ...] = (
            (self.scan.hosts.names.get(host) or seen.address,) if self.scan.hosts.count > 1 else ()
        )
        return (
            *named,
            str(seen.port),
            seen.protocol.value,
            (f"{self.glyphs.of(look)} {seen.state.label}", STYLES[look]),
            self.service(column) or "-",
            seen.reason.label,
            f"{seen.rtt_us / 1000:.3f}" if seen.rtt_us is not None else "-",
            str(seen.ttl) if seen.ttl is not None else "-",
            str(seen.tries),
        )

    def choose(self, ended: bool) -> bool:
        """Look at the ledger anew; returns whether other rows are shown than before.

        Without a filter: open ports, and once the scan has ended also the states that few ports have.
        """
        if self.terms:
            chosen = np.flatnonzero(self._masks.of(self.terms).reshape(-1))
        elif ended:
            chosen = self._telling()
        else:
            chosen = np.flatnonzero(self.scan.ledger.state == PortState.OPEN)
        before = self.cells_shown
        self.cells_shown = chosen
        self.sort(*self._sort)
        return not np.array_equal(before, self.cells_shown)

    def sort(self, column: str, descending: bool) -> None:
        """Order the rows by a column; equal ones by host, then TCP before UDP, then port."""
        self._sort = (column, descending)
        shown = np.sort(self.cells_shown)
        values = self._values(column, shown)
        ranks = np.unique(values, return_inverse=True)[1]
        self.cells_shown = shown[np.argsort(-ranks if descending else ranks, kind="stable")]

    def _telling(self) -> npt.NDArray[np.int64]:
        ledger = self.scan.ledger
        few = (ledger.counts > 0) & (ledger.counts <= FEW)
        few[:, PortState.OPEN] = True
        few[:, PortState.UNTRIED] = False
        parts = []
        for host in np.flatnonzero(few.any(axis=1) & (ledger.counts[:, PortState.UNTRIED] < ledger.columns)):
            shown = few[host][ledger.state[ledger.row(int(host))]]
            parts.append(np.flatnonzero(shown) + host * ledger.columns)
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _values(self, column: str, cells: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        ledger, columns = self.scan.ledger, self.scan.columns
        at = cells % columns.count
        if column == "service":
            return np.array([self.service(int(c)) for c in at], dtype=np.str_)
        if column == "reason":
            return np.array([Reason(r).label for r in ledger.reason[cells]], dtype=np.str_)
        table: dict[str, Callable[[], npt.NDArray[Any]]] = {
            "host": lambda: cells // columns.count,
            "port": lambda: columns.port[at],
            "proto": lambda: np.array([columns.protocol(int(c)) is Protocol.UDP for c in at], np.uint8),
            "state": lambda: ORDER[ledger.state[cells]],
            "rtt": lambda: ledger.rtt_us[cells],
            "ttl": lambda: ledger.ttl[cells],
            "tries": lambda: ledger.tries[cells],
        }
        return table[column]()
