"""The table of a comparison, with the keys of its view."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui_scan.compare.join import Finding
from tui_scan.model.filter_terms import Term
from tui_scan.model.techniques import Protocol
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.compare_filter import matching
from tui_scan.ui.widgets.compare_rows import COLUMNS, COLUMNS_OF_MANY, CompareRows
from tui_scan.ui.widgets.virtual_table import VirtualTable


class CompareTable(VirtualTable):
    """Findings, alarms first; ``terms`` choose among them.

    Until the person moves the cursor it stays on the first row, so that what needs a look is seen as it comes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "ask('start')", "start", id="compare.start", tooltip="read the list and look, or stop"),
        Binding("c", "ask('edit')", "edit", id="compare.edit", tooltip="edit target, list and vantage point"),
        Binding("slash", "ask('filter')", "filter", id="compare.filter", tooltip="show the ports that match"),
        Binding("x", "ask('exchange')", "exchange", id="compare.exchange", tooltip="the packets of the port"),
        Binding("y", "ask('copy')", "copy", id="compare.copy", tooltip="send what is told to the clipboard"),
        Binding("e", "ask('export')", "export", id="compare.export", tooltip="write all as JSON lines to a file"),
        Binding(
            "E", "ask('save')", "save", show=False, id="compare.save", tooltip="write the port's exchange to a file"
        ),
        Binding("w", "ask('settle')", "guess", show=False, id="compare.settle", tooltip="wait no longer for a limit"),
    ]

    class Asked(Message):
        """The person wants something of the view: start, edit, filter, exchange, copy, export, save or settle."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        """``empty`` is said while there is nothing to show."""
        super().__init__(COLUMNS, sort="class", empty=empty, id=id)
        self.terms: tuple[Term, ...] = ()
        self._findings: tuple[Finding, ...] = ()
        self._moved = False

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
        """Show these; the cursor stays on its port once it was moved."""
        self._findings = findings
        self.columns = COLUMNS_OF_MANY if len({one.address for one in findings}) > 1 else COLUMNS
        self.show(CompareRows(matching(findings, self.terms), glyphs_of(self.app)))
        if not self._moved:
            self.move_to(0)

    def say_of_nothing(self, empty: str) -> None:
        """What stands where no rows are."""
        if empty != self.empty:
            self.empty = empty
            self.refresh()

    def clear(self) -> None:
        """Show nothing, as before the first."""
        self._moved = False
        self.take(())

    def seek(self, protocol: Protocol, port: int) -> bool:
        """Put the cursor on the first row of a port; whether there is one."""
        rows = self.rows.shown if isinstance(self.rows, CompareRows) else ()
        row = next((row for row, one in enumerate(rows) if (one.protocol, one.port) == (protocol, port)), None)
        if row is None:
            return False
        self._moved = True
        self.move_to(row)
        return True

    def choose(self, terms: tuple[Term, ...]) -> None:
        """Show only what fits the terms of a filter."""
        self.terms = terms
        self.take(self._findings)
        self.chosen()

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._moved = True
        super().action_move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self._moved = True
        super().action_page(by)

    def action_edge(self, way: int) -> None:
        """Move the cursor to an end; at the first row it stays there."""
        self._moved = way > 0
        super().action_edge(way)

    def on_click(self, event: events.Click) -> None:
        """The cursor stays where it is put; what else a click does, textual has the table's own handler do."""
        self._moved = True

    def action_select(self) -> None:
        """Turn to the packets of the row; start where there is no row yet."""
        if self._findings:
            super().action_select()
        else:
            self.action_ask("start")

    def action_ask(self, what: str) -> None:
        """Pass on a wish."""
        self.post_message(self.Asked(what))
