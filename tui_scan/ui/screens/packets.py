"""The view of all packets of the scan, in the order of their times: follows live, filters, and leads to each one."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Self

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from tui_scan.exchange.packet_rows import count, gather
from tui_scan.language import translate
from tui_scan.model.errors import UsageError
from tui_scan.model.filter_terms import Term
from tui_scan.ui.glyphs import ASCII, glyphs_of
from tui_scan.ui.screens.packets_actions import PacketsActions
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.exchange_watch import ExchangeWatch
from tui_scan.ui.widgets.packet_detail import PacketDetail
from tui_scan.ui.widgets.packet_filter import HINT, parse_packet_filter
from tui_scan.ui.widgets.packet_lines import PacketLines, arrange
from tui_scan.ui.widgets.packet_table import PacketTable
from tui_scan.ui.widgets.results_filter import Masks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_scan.engine.scan import Scan
    from tui_scan.engine.watched import Shown

TURN, SHARE = 0.2, 10
"""Seconds between two looks for new packets, at least; and never less than so many times what gathering took."""

DETAIL_FROM = 36
"""Rows from which the fields of the packet under the cursor stand below the table."""

EMPTY = "No packet yet: start a scan (1, then s)."
NONE_FITS = "No packet matches the filter."
FAILED = "The packets cannot be listed: {error}"


class PacketsView(PacketsActions):
    """A line that says how many, the filter while there is one, the table, and where there is room the fields."""

    DEFAULT_CSS = """
    PacketsView { layout: vertical; }
    PacketsView #packets-says { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    PacketsView #packets-says.wrong { height: auto; max-height: 4; text-wrap: wrap; }
    PacketsView #packets-filter { display: none; }
    PacketsView #packets-table { height: 1fr; }
    PacketsView PacketDetail { height: 40%; border-top: solid ansi_bright_black; display: none; }
    PacketsView.tall PacketDetail { display: block; }
    PacketsView.plain PacketDetail { border-top: ascii ansi_bright_black; }
    """

    class Gathered(Message):
        """A worker thread has the packets of a moment."""

        def __init__(self, scan: "Scan", lines: PacketLines, terms: tuple[Term, ...], took: float) -> None:
            super().__init__()
            self.scan, self.lines, self.terms, self.took = scan, lines, terms, took

    def __init__(self, session: Session, show_port: Callable[[int, int], None], *, id: str | None = None) -> None:
        """``show_port`` shows a host's number and a column in the scan's view."""
        super().__init__(id=id)
        self.session, self.show_port = session, show_port
        self._terms: tuple[Term, ...] = ()
        self._taken: tuple[Term, ...] = ()
        self._masks: Masks | None = None
        self._seen: tuple[object, ...] = ()
        self._error = self._said = ""
        self._busy = False
        self._next = 0.0
        self._loading = ExchangeWatch()

    def compose(self) -> ComposeResult:
        """The parts, from the top."""
        yield Static(id="packets-says", markup=False)
        yield Input(placeholder=translate(HINT), compact=True, id="packets-filter")
        yield PacketTable(empty=translate(EMPTY), id="packets-table")
        yield PacketDetail(id="packets-detail")

    def focus(self, scroll_visible: bool = True) -> Self:
        """The table takes the keys."""
        self.table.focus(scroll_visible)
        return self

    def on_mount(self) -> None:
        """Look now, and again and again; without Unicode, rules of hyphens."""
        self.set_class(glyphs_of(self.app) is ASCII, "plain")
        self.pull()
        self.set_interval(TURN / 2, self.pull)

    def on_resize(self) -> None:
        """The fields stand below where there is room."""
        self.set_class(self.size.height >= DETAIL_FROM, "tall")
        self._detail()

    def pull(self) -> None:
        """Have the packets gathered in a thread if there are new ones, unless nobody looks."""
        scan = self.session.scan
        if scan is None or not self.display:
            return
        self._loading.load()
        self._say()
        held = self._held
        mark: tuple[object, ...]
        if held is not None:
            scan, mark = held.scan, (id(held.packets), self._terms)
        else:
            now = scan.ledger.version if self._terms else 0
            mark = (id(scan), count(scan, self.session.shown), self._terms, now, self._loading.loaded)
        if self._busy or mark == self._seen or time.monotonic() < self._next or not self._loading.loaded:
            return
        if self._masks is None or self._masks.scan is not scan:
            self._masks = Masks(scan)
        self._busy, self._seen = True, mark
        self.run_worker(
            partial(self._gather, scan, held, self.session.shown, self._terms, self._masks),
            thread=True,
            exit_on_error=False,
            group="packets",
        )

    @property
    def _held(self) -> PacketLines | None:
        """What the frozen list holds; None while it follows."""
        return self.table.lines if self.table.frozen else None

    def _gather(
        self,
        scan: "Scan",
        held: PacketLines | None,
        shown: "Sequence[Shown]",
        terms: tuple[Term, ...],
        masks: Masks,
    ) -> None:
        """In a worker thread: the packets of now, or those that are held, and which of them are shown."""
        began = time.thread_time()
        packets = held.packets if held is not None else gather(scan, shown=shown)
        lines = PacketLines(scan, packets, arrange(packets, terms, masks), glyphs_of(self.app))
        self.post_message(self.Gathered(scan, lines, terms, time.thread_time() - began))

    @on(Gathered)
    def _take(self, event: Gathered) -> None:
        event.stop()
        self._busy, self._next = False, time.monotonic() + max(TURN, SHARE * event.took)
        held = self._held
        stale = event.scan is not self.session.scan if held is None else event.lines.packets is not held.packets
        if stale or event.terms != self._terms:
            return
        self.table.empty = translate(NONE_FITS if len(event.lines.packets) else EMPTY)
        self.table.take(event.lines, chosen=event.terms != self._taken)
        self._taken = event.terms
        self._say()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so where a thread failed."""
        if event.state is WorkerState.ERROR:
            self._busy, self._error = False, translate(FAILED, error=event.worker.error)
            self._say()

    def _say(self) -> None:
        lines = self.table.lines
        parts = [self._error]
        if lines is not None and not self._error:
            parts = [translate("{count:,} packets", count=len(lines.packets))]
            parts += [translate("{count:,} shown", count=len(lines))] if self._taken else []
            older = lines.packets.left_out
            parts += [translate("{count:,} older ones left out", count=older)] if older else []
            at_end = self.table.cursor >= len(lines) - 1
            parts += [
                translate("[FROZEN] z lets it go on")
                if self.table.frozen
                else translate("following")
                if self.session.running and at_end
                else ""
            ]
        sentence = "  ".join(filter(None, parts))
        if sentence != self._said:
            self._said = sentence
            line = self.query_one("#packets-says", Static)
            line.set_class(bool(self._error), "wrong")
            line.update(sentence, layout=bool(self._error))

    @on(PacketTable.RowHighlighted)
    def _highlighted(self, event: PacketTable.RowHighlighted) -> None:
        event.stop()
        self._detail()
        self._say()

    def _detail(self) -> None:
        lines, detail = self.table.lines, self.query_one(PacketDetail)
        if self.has_class("tall") and lines is not None and self.table.cursor < len(lines):
            detail.show(lines.item(self.table.cursor))

    @on(Input.Changed, "#packets-filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            self._terms, self._error = parse_packet_filter(event.value), ""
        except UsageError as wrong:  # the list stays as it was before the wrong word was begun
            self._error = str(wrong)
            with suppress(UsageError):
                self._terms = parse_packet_filter(event.value.rstrip().rpartition(" ")[0])
        self._next = 0.0
        self._say()

    @on(Input.Submitted, "#packets-filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = bool(event.value.strip())
        self.table.focus()

    def key_escape(self) -> None:
        """Drop the filter."""
        line = self.query_one("#packets-filter", Input)
        line.value = ""
        line.display = False
        self.table.focus()
