"""The view of one row, every type: ports by scan types, the exchange of a cell, and the kind of filter they prove."""

from typing import Self

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, VerticalScroll
from textual.widgets import Input, Label, Static

from tui_scan.engine.progress import Phase
from tui_scan.exchange.matrix import HostFinding, findings, title
from tui_scan.language import translate
from tui_scan.ui.screens.matrix_actions import MatrixActions
from tui_scan.ui.screens.probing_view import USUAL_PORTS
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.matrix_rows import technique_at
from tui_scan.ui.widgets.matrix_table import MatrixTable

EMPTY = "Press Enter or s: each port is asked by nine scan types, one after the other."
NO_TYPE = "Move the cursor onto a type to see its exchange."
NOT_ABLE = "{type}: needs raw sockets, and this process may not open them (no CAP_NET_RAW)."
WIDE = 146
"""Columns from which the meaning of the row stands beside the exchange of the cell."""


class MatrixView(MatrixActions):
    """Targets and ports, the table, and below it what is told of the cell and of its row."""

    DEFAULT_CSS = """
    MatrixView { layout: vertical; }
    MatrixView #matrix-asked { height: 1; }
    MatrixView Label { color: ansi_bright_black; }
    MatrixView #matrix-targets { width: 3fr; }
    MatrixView #matrix-ports { width: 2fr; margin-right: 1; }
    MatrixView #matrix-says { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    MatrixView #matrix-table { height: 1fr; min-height: 4; border-top: solid ansi_bright_black; }
    MatrixView #matrix-lower { height: 11; layout: horizontal; }
    MatrixView #matrix-exchange { width: 1fr; height: 1fr; border-top: solid ansi_bright_black; }
    MatrixView #matrix-why { width: 1fr; height: 1fr; border-top: solid ansi_bright_black; scrollbar-size-vertical: 1; }
    MatrixView #matrix-table:focus, MatrixView #matrix-exchange:focus, MatrixView #matrix-why:focus {
        border-top: solid $accent;
    }
    MatrixView.wide #matrix-lower { height: 45%; }
    MatrixView.wide #matrix-exchange { margin-right: 1; }
    MatrixView.low #matrix-lower { height: 6; }
    """

    def __init__(self, session: Session, host: int = 0, *, id: str | None = None) -> None:
        """``host`` is the number of the scan's host that the targets begin with, where there is a scan."""
        super().__init__(id=id)
        self.session = session
        self._host = host
        self.told = self._said = ""
        self._drawn = (-1, Phase.READY)
        self._found: list[HostFinding] = []

    def compose(self) -> ComposeResult:
        """What is asked, how far it is, the table, and what it tells."""
        with Horizontal(id="matrix-asked"):
            yield Label(f" {translate('Targets')} ")
            yield Input(self.first_target(self._host), compact=True, id="matrix-targets")
            yield Label(f" {translate('Ports')} ")
            yield Input(self.session.request.ports or USUAL_PORTS, compact=True, id="matrix-ports")
        yield Static(id="matrix-says", markup=False)
        yield MatrixTable(empty=translate(EMPTY), id="matrix-table")
        with Container(id="matrix-lower"):
            yield ExchangePane(empty=NO_TYPE, id="matrix-exchange")
            with VerticalScroll(id="matrix-why"):
                yield Static(markup=False)

    def on_mount(self) -> None:
        """Name the panes."""
        self.query_one(ExchangePane).border_title = translate("exchange")
        self.query_one("#matrix-why").border_title = translate("kind of filter")
        self.pull()

    def on_resize(self) -> None:
        """Both panes where there is room, else the one of the cursor's column."""
        self.set_class(self.size.width >= WIDE, "wide")
        self.set_class(self.size.height < 18, "low")
        self._tell()

    def focus(self, scroll_visible: bool = True) -> Self:
        """The table takes the keys; where no target is known yet, the targets do."""
        targets = self.query_one("#matrix-targets", Input)
        (self.table if self.session.matrix or targets.value else targets).focus(scroll_visible)
        return self

    def look(self) -> None:
        """Take what is new."""
        worker = self.session.matrix
        if worker is not None:
            mark = (worker.matrix.version, worker.phase)
            if mark != self._drawn:
                self._drawn = mark
                self._found = findings(worker.matrix)
                self.table.show(self._found, not mark[1].ended)
                self._tell()
            elif self.query_one(ExchangePane).display:
                self.query_one(ExchangePane).pull()
            self._say()

    def _say(self) -> None:
        sentence = f" {self._progress()}"
        if sentence != self._said:
            self._said = sentence
            self.query_one("#matrix-says", Static).update(sentence, layout=False)

    def _progress(self) -> str:
        worker = self.session.matrix
        if worker is None:
            return ""
        matrix = worker.matrix
        if worker.error:
            return str(worker.error)
        phase = self._drawn[1]
        if worker.now is not None and not phase.ended:
            done, count = list(matrix.scans).index(worker.now), len(matrix.scans)
            note = translate(matrix.scans[worker.now].progress().note)
            where = translate("{type}, {number} of {count}", type=title(worker.now), number=done + 1, count=count)
            return f"{where}  {note}"
        if matrix.lacking:
            able = translate(" and ").join(title(one) for one in matrix.scans)
            return translate("Only {types}: the others need raw sockets (sudo). No kind is proven.", types=able)
        if not self._found:
            return translate("No host is up. Targets that answer no ping need -Pn: “Take as up” in the scan's form.")
        stopped = f"{translate('stopped')}  " if phase is Phase.STOPPED else ""
        return stopped + ("  ".join(map(translate, matrix.notes)) or translate("done"))

    @on(MatrixTable.Moved)
    def _moved(self, event: MatrixTable.Moved) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        """The exchange of the cursor's cell, and what its row or its host means."""
        line, matrix = self.table.line, self.session.matrix.matrix if self.session.matrix else None
        exchange, why = self.query_one(ExchangePane), self.query_one("#matrix-why")
        type_ = technique_at(self.table.column)
        on_cell = line is not None and line.port is not None and type_ is not None
        lacking = on_cell and matrix is not None and type_ in matrix.lacking
        wide = self.has_class("wide")
        exchange.display = wide or (on_cell and not lacking)
        why.display = wide or not exchange.display
        told = self._why()
        if told != self.told:
            self.told = told
            why.query_one(Static).update(told)
        if on_cell and not lacking and line is not None and matrix is not None and type_ is not None:
            exchange.border_title = f"{translate('exchange')}  {title(type_)}"
            exchange.show(matrix.scans[type_], line.host.host, line.column)
        else:
            exchange.border_title = translate("exchange")
            exchange.clear()

    def _why(self) -> str:
        line, worker = self.table.line, self.session.matrix
        if line is None or worker is None:
            return ""
        type_ = technique_at(self.table.column)
        if line.port is not None and type_ in worker.matrix.lacking:
            return translate(NOT_ABLE, type=title(type_))
        if not worker.phase.ended:
            return translate("The kind is told when all types are there.")
        told = line.port or line.host
        where = line.host.address
        name = translate("{port} on {address}", port=line.port.port, address=where) if line.port else where
        return translate("{name}: {kind}. {explanation}", name=name, kind=told.kind.value, explanation=told.explanation)

    @on(MatrixActions.Begun)
    def _begun(self, event: MatrixActions.Begun) -> None:
        event.stop()
        self._found, self._drawn = findings(event.matrix), (-1, Phase.READY)
        self.query_one(ExchangePane).clear()
        self.table.clear()
        self.table.show(self._found, True)
        self.table.focus()

    def key_escape(self) -> None:
        """Leave the fields for the table."""
        self.table.focus()
