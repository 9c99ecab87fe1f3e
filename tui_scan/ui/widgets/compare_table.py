"""The table of a comparison, with the keys of its view."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui_scan.compare.join import Finding
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.compare_filter import CompareTerm, matching
from tui_scan.ui.widgets.compare_rows import COLUMNS, CompareRows
from tui_scan.ui.widgets.virtual_table import VirtualTable


class CompareTable(VirtualTable):
    """Findings, alarms first; ``terms`` choose among them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "ask('start')", "start", id="compare.start", tooltip="read the list and look, or stop"),
        Binding("c", "ask('edit')", "edit", id="compare.edit", tooltip="edit target, list and vantage point"),
        Binding("slash", "ask('filter')", "filter", id="compare.filter", tooltip="show the ports that match"),
        Binding("x", "ask('exchange')", "exchange", id="compare.exchange", tooltip="the packets of the port"),
        Binding("y", "ask('copy')", "copy", id="compare.copy", tooltip="send what is told to the clipboard"),
        Binding("e", "ask('export')", "export", id="compare.export", tooltip="write all as JSON lines to a file"),
        Binding("w", "ask('settle')", "guess", show=False, id="compare.settle", tooltip="wait no longer for a limit"),
    ]

    class Asked(Message):
        """The person wants something of the view: start, edit, filter, exchange, copy, export or settle."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        """``empty`` is said while there is nothing to show."""
        super().__init__(COLUMNS, sort="class", empty=empty, id=id)
        self.terms: tuple[CompareTerm, ...] = ()
        self._findings: tuple[Finding, ...] = ()

    @property
    def selected(self) -> Finding | None:
        """The finding under the cursor."""
        rows = self.rows
        return rows.shown[self.cursor] if isinstance(rows, CompareRows) and self.cursor < len(rows) else None

    @property
    def hidden(self) -> int:
        """How many findings the filter keeps away."""
        return len(self._findings) - len(self.rows)

    def take(self, findings: tuple[Finding, ...]) -> None:
        """Show these; the cursor stays on its port."""
        self._findings = findings
        self.show(CompareRows(matching(findings, self.terms), glyphs_of(self.app)))

    def choose(self, terms: tuple[CompareTerm, ...]) -> None:
        """Show only what fits the terms of a filter."""
        self.terms = terms
        self.take(self._findings)

    def action_ask(self, what: str) -> None:
        """Pass on a wish."""
        self.post_message(self.Asked(what))
