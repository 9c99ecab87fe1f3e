"""The hosts of a scan: how many ports are open on each and how far it is, or who is up."""

from collections.abc import Sequence

import numpy as np
from textual import on
from textual.message import Message

from tui_scan.engine.scan import Scan
from tui_scan.language import number
from tui_scan.model.states import HostState, PortState
from tui_scan.ui.glyphs import STYLES, Look
from tui_scan.ui.widgets.host_order import HostOrder
from tui_scan.ui.widgets.host_state_rows import HostStateRows
from tui_scan.ui.widgets.table_columns import TableColumn
from tui_scan.ui.widgets.virtual_table import Cell, VirtualTable

COLUMNS = (
    TableColumn("host", "Host", 13, grow=1, most=39, cut_middle=True),
    TableColumn("open", "Open", 6, right=True),
    TableColumn("filtered", "Filtered", 8, right=True, hide=3),
    TableColumn("closed", "Closed", 7, right=True, hide=2),
    TableColumn("done", "Done", 6, right=True, hide=1),
)


SILENT = (PortState.FILTERED, PortState.OPEN_FILTERED)
"""What counts as filtered here: told by an ICMP error or by silence."""


class HostRows(HostOrder):
    """How many ports of each host are open, filtered and closed, and how far it is."""

    columns = COLUMNS

    def cells(self, row: int) -> Sequence[Cell]:
        """One line of the table."""
        host = self.key(row)
        counts = self.scan.ledger.counts[host]
        opened, columns = int(counts[PortState.OPEN]), self.scan.columns.count
        settled = columns - int(counts[PortState.UNTRIED])
        name = self.scan.hosts.names.get(host) or self.scan.hosts.address(host)
        if self.scan.hosts.state[host] == HostState.DOWN:
            return (name, "-", "-", "-", "down")
        done = 100 if settled == columns else min(99, settled * 100 // columns)
        return (
            name,
            (number(opened), STYLES[Look.OPEN]) if opened else "-",
            _count(counts[list(SILENT)].sum()),
            _count(counts[PortState.CLOSED]),
            f"{done}%" if done else "-",
        )

    def sort(self, column: str, descending: bool) -> None:
        """Order by address, counts or progress."""
        counts = self.scan.ledger.counts
        values = {
            "host": np.arange(len(counts)),
            "open": counts[:, PortState.OPEN],
            "filtered": counts[:, list(SILENT)].sum(axis=1),
            "closed": counts[:, PortState.CLOSED],
            "done": -counts[:, PortState.UNTRIED],
        }[column]
        self.order_by(values, descending)


def _count(count: int) -> str:
    return number(count) if count else "-"


class HostList(VirtualTable):
    """The hosts; the one under the cursor is shown."""

    class Chosen(Message):
        """Another host is to be shown."""

        def __init__(self, host: int) -> None:
            super().__init__()
            self.host = host

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(COLUMNS, sort="host", id=id)
        self._drawn: object = None
        self._scan: Scan | None = None

    def show_scan(self, scan: Scan) -> None:
        """Show another scan's hosts."""
        self._scan, self._drawn = scan, None
        rows = HostRows(scan) if scan.columns.count else HostStateRows(scan)
        self.columns = rows.columns
        if self.sorted_by not in {column.key for column in rows.columns}:
            self.sorted_by, self.descending = "host", False
        self.show(rows)

    def pull(self) -> None:
        """Take the counts and the states anew where they changed."""
        if self._scan is None:
            return
        version = (self._scan.ledger.version, self._scan.tally.answers, self._scan.hosts_known.is_set())
        if version != self._drawn:
            self._drawn = version
            self.refresh()

    def point(self, host: int) -> None:
        """Put the cursor on the host that is shown."""
        row = self.rows.find(host)
        if row is not None and row != self.cursor:
            self.move_to(row)

    @on(VirtualTable.RowHighlighted)
    def _highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        if isinstance(event.key, int):
            self.post_message(self.Chosen(event.key))
