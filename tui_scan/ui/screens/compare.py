"""The view that sets what listens on a host beside what is seen of it: a form, the table, and what a row means."""

from typing import Self

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.widgets import Input, Static

from tui_scan.compare.join import Comparison, Finding
from tui_scan.compare.scan_look import ScanLook
from tui_scan.language import translate
from tui_scan.local.listing import THIS_HOST
from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import Protocol
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.screens.compare_actions import CompareActions
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.compare_filter import HINT, parse_compare_filter
from tui_scan.ui.widgets.compare_form import CompareForm
from tui_scan.ui.widgets.compare_says import STRONG, WRONG, notes, says
from tui_scan.ui.widgets.compare_table import CompareTable
from tui_scan.ui.widgets.compare_told import told
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.exchange_view import NO_PORT
from tui_scan.ui.widgets.told_scroll import ToldScroll

EMPTY = "Press Enter or s: the host's own list is read, and its ports are looked at from here."
NONE_FITS = "No port matches the filter."
UNSEEN = "Port {port} has no verdict yet. s: look from here; c, then From: from another host"
WAITING = "A row comes here as soon as there is something to tell of a port."
NOT_HERE = (
    "{host} asked this port, and this program did not see the packets. To see them, run “tcpdump -n host {target} and "
    "port {port}” on {host}, and compare once more."
)
LEAST_FOR_NOTES = 18
WIDE = 120
"""Columns from which the exchange stands beside what is told."""


class CompareView(CompareActions):
    """Target, list and vantage point; the table, alarms first; below it what is told of its row."""

    DEFAULT_CSS = """
    CompareView { layout: vertical; }
    CompareView #compare-says { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    CompareView #compare-says.wrong { height: auto; max-height: 4; padding-left: 1; text-wrap: wrap; }
    CompareView #compare-notes {
        height: 1; padding: 0 1; color: ansi_bright_black; text-overflow: ellipsis; text-wrap: nowrap;
    }
    CompareView #compare-filter { display: none; }
    CompareView #compare-table { height: 1fr; min-height: 4; border-top: solid ansi_bright_black; }
    CompareView #compare-lower { height: 9; layout: horizontal; }
    CompareView #compare-told, CompareView #compare-exchange {
        width: 1fr; height: 1fr; border-top: solid ansi_bright_black;
    }
    CompareView #compare-table:focus, CompareView #compare-exchange:focus, CompareView #compare-told:focus {
        border-top: solid $accent;
    }
    CompareView.wide #compare-notes { height: auto; max-height: 2; text-wrap: wrap; }
    CompareView.wide #compare-lower { height: 40%; }
    CompareView.wide #compare-told { margin-right: 1; }
    CompareView.low #compare-lower { height: 5; }
    """

    def __init__(self, session: Session, host: int = 0, *, id: str | None = None) -> None:
        """``host`` is the number of the scan's host that the form begins with, where there is a scan."""
        super().__init__(id=id)
        self.session = session
        self._host = host
        self._comparison: Comparison | None = None
        self._drawn: tuple[object, ...] = ()
        self._error, self._unseen, self._said = "", "", Text()
        self._wanted: tuple[Protocol, int] | None = None
        self._exchange_first = False

    def compose(self) -> ComposeResult:
        """The form, how far it is, the table, and what it tells."""
        yield CompareForm(self.first_target(self._host), id="compare-form")
        yield Static(id="compare-says", markup=False)
        yield Static(id="compare-notes", markup=False)
        yield Input(placeholder=translate(HINT), compact=True, id="compare-filter")
        yield CompareTable(empty=translate(EMPTY), id="compare-table")
        with Container(id="compare-lower"):
            yield ToldScroll(id="compare-told")
            yield ExchangePane(id="compare-exchange")

    def on_mount(self) -> None:
        """Name the panes, and show a comparison that there is."""
        self.query_one("#compare-told").border_title = translate("what this means")
        self.query_one(ExchangePane).border_title = translate("exchange")
        self.query_one("#compare-notes").display = False
        self.pull()

    def on_resize(self) -> None:
        """Both panes where there is room, else one of them."""
        self.set_class(self.size.width >= WIDE, "wide")
        self.set_class(self.size.height < LEAST_FOR_NOTES, "low")
        self._tell()

    def focus(self, scroll_visible: bool = True) -> Self:
        """The table takes the keys; where no target is known yet, the target does."""
        target = self.query_one("#compare-target", Input)
        (self.table if self.session.comparison or target.value else target).focus(scroll_visible)
        return self

    def go(self, protocol: Protocol, port: int) -> None:
        """Put the cursor on a port of this machine; where its list was not compared yet the form is filled for that.

        Nothing is sent before the person says so, and what is typed next goes to no field.
        """
        self._wanted = (protocol, port)
        worker = self.session.comparison
        if worker is None or worker.listing.source != THIS_HOST:
            self.form.look_at_own()
            self._unseen = translate(UNSEEN, port=port)
        self._seek()
        self.table.focus()

    def look(self) -> None:
        """Take what is new."""
        worker = self.session.comparison
        if worker is not None and self.display:
            mark = (worker, worker.version, worker.phase)
            if mark != self._drawn:
                self._drawn = mark
                self._comparison = worker.comparison()
                self.table.take(self._comparison.findings)
                self._seek()
                self._tell()
            elif self.query_one(ExchangePane).display:
                self.query_one(ExchangePane).pull()
        self._say()

    def _seek(self) -> None:
        if self._wanted is not None and self.table.seek(*self._wanted):
            self._wanted = None

    def _say(self) -> None:
        worker, line = self.session.comparison, Text(f" {self.waits}")
        wrong = self._error or self._failure
        if wrong:
            line = Text(wrong, WRONG)
        elif self._unseen and not self.waits:
            line = Text(f" {self._unseen}", STRONG)
        elif worker is not None and not self.waits:
            line = says(worker, self._comparison, self.table.hidden, self.size.width, glyphs_of(self.app))
        going = self.waits or self.session.comparing
        self.table.say_of_nothing(translate(NONE_FITS if self.table.hidden else WAITING if going else EMPTY))
        if line != self._said:
            self._said = line
            says_line = self.query_one("#compare-says", Static)
            layout = bool(wrong) or says_line.has_class("wrong")
            says_line.set_class(bool(wrong), "wrong")
            says_line.update(line, layout=layout)

    @property
    def _failure(self) -> str:
        """Why the comparison broke off, while no other one is asked for; empty where it did not."""
        worker = self.session.comparison
        over = worker is not None and worker.phase.ended and not self.waits and not self._unseen
        return str(worker.error) if worker is not None and worker.error and over else ""

    @on(CompareTable.RowHighlighted)
    def _moved(self, event: CompareTable.RowHighlighted) -> None:
        event.stop()
        self._tell()

    @on(CompareTable.RowSelected)
    def _selected(self, event: CompareTable.RowSelected) -> None:
        event.stop()
        self.turn_exchange()

    def turn_exchange(self) -> None:
        """Change between what is told and the packets, where there is room for one of them."""
        self._exchange_first = not self._exchange_first
        self._tell()

    def _tell(self) -> None:
        """What the row under the cursor means, and its packets."""
        one, wide = self.table.selected, self.has_class("wide")
        pane, words = self.query_one(ExchangePane), self.query_one(ToldScroll)
        pane.display, words.display = wide or self._exchange_first, wide or not self._exchange_first
        worker, found = self.session.comparison, self._comparison
        text = notes(worker, found) if worker is not None and found is not None else ""
        words.tell(told(one, glyphs_of(self.app), text) if one is not None else self._failure, self.table.cursor_key)
        self._tell_notes(text)
        self._show_exchange(one)

    def _show_exchange(self, one: Finding | None) -> None:
        pane, worker = self.query_one(ExchangePane), self.session.comparison
        for look in worker.looks if worker is not None and one is not None else ():
            place = look.place(one.seen.verdict) if one is not None and isinstance(look, ScanLook) else None
            if place is not None and isinstance(look, ScanLook):
                pane.show(look.scan, *place)
                return
        pane.clear(NO_PORT if one is None else _not_here(one))

    def _tell_notes(self, text: str) -> None:
        line = self.query_one("#compare-notes", Static)
        line.display = bool(text) and self.size.height >= LEAST_FOR_NOTES
        line.update(text)

    @on(CompareActions.Begun)
    def _begun(self, event: CompareActions.Begun) -> None:
        event.stop()
        self._comparison, self._drawn, self._unseen = None, (), ""
        self.query_one(ExchangePane).clear(NO_PORT)
        self.table.clear()
        self.table.focus()

    @on(ExchangePane.Left)
    @on(ToldScroll.Left)
    def _pane_left(self, event: Message) -> None:
        event.stop()
        self.table.focus()

    @on(Input.Changed, "#compare-filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            terms = parse_compare_filter(event.value)
        except UsageError as wrong:
            self._error = str(wrong)
            return
        self._error = ""
        self.table.choose(terms)

    @on(Input.Submitted, "#compare-filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = bool(event.value.strip())
        self.table.focus()

    def key_escape(self) -> None:
        """Leave the form for the table; elsewhere drop the filter."""
        if not self.form.has_focus_within:
            line = self.query_one("#compare-filter", Input)
            line.value = ""
            line.display = False
        self.table.focus()


def _not_here(one: Finding) -> str:
    return translate(NOT_HERE, host=one.seen.vantage.text, target=one.address, port=one.port)
