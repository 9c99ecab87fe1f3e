"""What is told of one port: its verdict, the packets that were exchanged, and why they mean that."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.worker import Worker, WorkerState

from tui_scan.language import translate
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.cursor_view import CursorView
from tui_scan.ui.widgets.exchange_watch import ExchangeWatch, News

if TYPE_CHECKING:  # the first picture needs neither numpy nor what tells an exchange
    from tui_scan.engine.scan import Scan
    from tui_scan.exchange.steps import Exchange
    from tui_scan.ui.widgets.exchange_ladder import Rung

NO_PORT = "Move the cursor onto a port to see its exchange."
AT_ONCE = 12
"""An exchange of at most so many packets is decoded on the spot, in a few milliseconds."""


class ExchangeView(CursorView):
    """One port's exchange. ``show`` a cell, then ``pull`` each frame.

    ``step`` is the number of the step that the cursor is on, seen with the focus alone. ``absolute`` shows sequence
    numbers as they stand in the packets.
    """

    class Decoded(Message):
        """A worker thread has told an exchange."""

        def __init__(self, cell: "tuple[Scan, int, int]", exchange: "Exchange") -> None:
            super().__init__()
            self.cell, self.exchange = cell, exchange

    def __init__(
        self,
        *,
        empty: str = NO_PORT,
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """``empty`` is said while no port is shown; ``clock`` gives seconds."""
        super().__init__(id=id, classes=classes)
        self.exchange: Exchange | None = None
        self.frozen = self.absolute = False
        self.step = 0
        self._empty = empty
        self._watch = ExchangeWatch(clock)
        self._failure = ""
        self.rungs: list[Rung] = []

    def load(self) -> None:
        """Load what dissects packets; best while nothing is scanned."""
        self._watch.load()

    def show(self, scan: "Scan", host: int, column: int) -> None:
        """Tell this port. Showing the one that is shown already only looks for news."""
        if self._watch.point((scan, host, column)):
            self.exchange, self._failure, self.step = None, "", 0
            self.scroll_to(y=0, animate=False, force=True)
        self._look()

    def clear(self, empty: str = "") -> None:
        """Show no port; ``empty`` is said in its place from now on, "" for what was said before."""
        self._empty = empty or self._empty
        self._watch.point(None)
        self.exchange, self._failure = None, ""
        self._lay_out()

    def pull(self) -> bool:
        """Tell the port anew if something of it changed; returns whether it did. Frozen: never."""
        return not self.frozen and self._look()

    @property
    def text(self) -> str:
        """What the pane tells, to copy; empty while no port is shown."""
        if self.exchange is None:
            return ""
        from tui_scan.exchange.text import full_text

        return full_text(self.exchange, absolute=self.absolute)

    @property
    def cell(self) -> "tuple[Scan, int, int] | None":
        """The port that is shown: a scan, a host's number and a column."""
        return self._watch.cell

    def _look(self) -> bool:
        news = self._watch.look()
        if news is News.PACKETS:
            self._tell()
        if news is not News.NONE:
            self._lay_out()
        return news is not News.NONE

    def _tell(self) -> None:
        if self._watch.cell is None:
            return
        from tui_scan.exchange.story import story

        cell = self._watch.cell
        self._watch.load()
        if self._watch.packets <= AT_ONCE and self._watch.loaded:
            self.exchange = story(*cell)
        else:
            self.run_worker(
                partial(self._decode, *cell), thread=True, exclusive=True, exit_on_error=False, group="exchange"
            )

    def _decode(self, scan: "Scan", host: int, column: int) -> None:
        """In a worker thread: decode, then hand the exchange to the pane if it still shows that port."""
        from tui_scan.exchange.story import story

        self.post_message(self.Decoded((scan, host, column), story(scan, host, column)))

    @on(Decoded)
    def _take(self, event: Decoded) -> None:
        event.stop()
        if self._watch.watches(event.cell):
            self.exchange = event.exchange
            self._lay_out()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so where an exchange could not be told."""
        if event.state is WorkerState.ERROR:
            self._failure = translate("This exchange cannot be told: {error}", error=event.worker.error)
            self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self.rungs = self._told(width) if width else []
        self.virtual_size = Size(width, len(self.rungs))
        self.refresh()

    def _told(self, width: int) -> "list[Rung]":
        from tui_scan.ui.widgets.exchange_ladder import BESIDE_FROM, Rung, States, rungs
        from tui_scan.ui.widgets.exchange_lines import explanation_lines, verdict_line, wrapped

        if self._watch.cell is None:
            return [Rung(None, ((line, Style(dim=True)),)) for line in wrapped(translate(self._empty), max(8, width))]
        from tui_scan.services.names import service_name

        scan, host, column = self._watch.cell
        glyphs, verdict = glyphs_of(self.app), scan.verdict(host, column)
        service = service_name(verdict.protocol, verdict.port, scan.request.datadir)
        head = [Rung(None, line) for line in verdict_line(verdict, service, glyphs, width)]
        if self._failure:
            head.append(Rung(None, ((self._failure, Style(color="red")),)))
        if self.exchange is None:
            return head
        tail = [Rung(None, line) for line in explanation_lines(self.exchange, width)]
        ways = (States.BESIDE,) if width >= BESIDE_FROM else (States.BELOW, States.HIDDEN)
        if scan.request.packets.bad_sums:  # a TCP drops such segments, so whoever answered was none
            ways = (States.HIDDEN,)
        for states in ways:
            lines = [*head, *rungs(self.exchange, glyphs, width, states, absolute=self.absolute), *tail]
            if len(lines) <= self.size.height:
                break
        return lines

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """One line of the story."""
        base, width = self.rich_style, self.scrollable_content_region.width
        at = self.scroll_offset.y + y
        if at >= len(self.rungs):
            return Strip.blank(width, base)
        number, line = self.rungs[at]
        mark = Style(reverse=True) if self.has_focus and number == self.step and number is not None else Style()
        pieces = [Segment(text, base + style + mark) for text, style in line if text]
        return Strip(pieces).adjust_cell_length(width, base + mark)
