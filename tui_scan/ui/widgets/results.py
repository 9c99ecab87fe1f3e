"""The table of results and the line that filters it."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tui_scan.engine.scan import Scan
from tui_scan.language import translate
from tui_scan.model.errors import UsageError
from tui_scan.model.states import PortState
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.results_filter import HINT, parse_filter
from tui_scan.ui.widgets.results_rows import COLUMNS, ResultRows
from tui_scan.ui.widgets.virtual_table import VirtualTable

EMPTY, ENDED = "No port to show yet.", "No port stands out: the counts above tell all."
NONE_FITS = "No port matches the filter."
"""What stands where no rows are."""


class ResultsTable(VirtualTable):
    """Ports with a telling verdict, by default the open ones first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(COLUMNS, sort="state", empty=translate(EMPTY), id=id)

    def updated(self, changed: Sequence[int] | None = None) -> None:
        """As any table, but who has not come here yet finds the first row, not the one found first."""
        if changed is None and self.cursor == 0 and not self.has_focus:
            self._cursor_key = None
        super().updated(changed)


class Results(Vertical):
    """The table, and above it the filter while there is one."""

    class Pointed(Message):
        """The person moved to a port, to be shown in the exchange."""

        def __init__(self, host: int, column: int) -> None:
            super().__init__()
            self.host, self.column = host, column

    class Chosen(Pointed):
        """A port was chosen, to be shown in the map."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: ResultRows | None = None
        self._drawn = (-1, False)

    def compose(self) -> ComposeResult:
        """The filter is hidden until it is asked for."""
        yield Input(placeholder=translate(HINT), compact=True, id="filter")
        yield Static(id="filter-error", classes="form-error wrong", markup=False)
        yield ResultsTable(id="results-table")

    def on_mount(self) -> None:
        """Begin without a filter."""
        self.query_one("#filter").display = False
        self.query_one("#filter-error").display = False

    @property
    def table(self) -> ResultsTable:
        """The table itself."""
        return self.query_one(ResultsTable)

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return len(self._rows) if self._rows else 0

    def show(self, scan: Scan) -> None:
        """Show another scan's results."""
        terms = self._rows.terms if self._rows else ()
        self._rows = ResultRows(scan, glyphs_of(self.app))
        self._rows.terms = terms
        self._drawn = (-1, False)
        table = self.table
        table.columns = self._rows.columns
        if table.sorted_by == "host" and len(self._rows.columns) < len(COLUMNS):
            table.sorted_by = "state"
        table.show(self._rows)

    def pull(self, ended: bool) -> None:
        """Take what the ledger has since the last pull; ``ended`` says that no more verdicts come."""
        if self._rows is None:
            return
        ledger = self._rows.scan.ledger
        seen = ledger.version if self._rows.terms or ended else int(ledger.counts[:, PortState.OPEN].sum())
        now = (seen, ended)
        if now != self._drawn:
            self._drawn = now
            self._rows.choose(ended)
            self._say_of_nothing(ended)
            self.table.updated()

    def _say_of_nothing(self, ended: bool) -> None:
        filtered = self._rows is not None and self._rows.terms
        self.table.empty = translate(NONE_FITS if filtered else ENDED if ended else EMPTY)

    def point(self, host: int, column: int) -> None:
        """Put the cursor on a port that is shown elsewhere, if it stands in the table; the person's own stays."""
        if self._rows is None or self.table.has_focus:
            return
        row = self._rows.find(host * self._rows.scan.columns.count + column)
        if row is not None and row != self.table.cursor:
            self.table.move_to(row)

    def ask_filter(self) -> None:
        """Open the filter's line."""
        line = self.query_one("#filter", Input)
        line.display = True
        line.focus()

    @on(Input.Changed, "#filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        error = self.query_one("#filter-error", Static)
        try:
            terms = parse_filter(event.value)
        except UsageError as wrong:
            error.update(str(wrong))
            error.display = True
            return
        error.display = False
        if self._rows is not None and terms != self._rows.terms:
            self._rows.terms = terms
            self._rows.choose(self._drawn[1])
            self._say_of_nothing(self._drawn[1])
            self.table.chosen()
            if isinstance(key := self.table.cursor_key, int):
                self.post_message(self.Pointed(*divmod(key, self._rows.scan.columns.count)))

    @on(Input.Submitted, "#filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = bool(event.value.strip())
        self.table.focus()

    def key_escape(self) -> None:
        """Drop the filter."""
        line = self.query_one("#filter", Input)
        line.value = ""
        line.display = False
        self.query_one("#filter-error").display = False
        self.table.focus()

    @on(VirtualTable.RowHighlighted)
    def _row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        event.stop()
        if self.table.has_focus and self._rows is not None and isinstance(event.key, int):
            self.post_message(self.Pointed(*divmod(event.key, self._rows.scan.columns.count)))

    @on(VirtualTable.RowSelected)
    def _row_selected(self, event: VirtualTable.RowSelected) -> None:
        event.stop()
        if self._rows is not None and isinstance(event.key, int):
            self.post_message(self.Chosen(*divmod(event.key, self._rows.scan.columns.count)))
