"""The pane that tells one port: its verdict, the packets that were exchanged, and why they mean that."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import Worker, WorkerState

from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.exchange_watch import ExchangeWatch, News

if TYPE_CHECKING:  # the first picture needs neither numpy nor what tells an exchange
    from tui_scan.engine.scan import Scan
    from tui_scan.exchange.steps import Exchange
    from tui_scan.ui.widgets.exchange_lines import Line

AT_ONCE = 12
"""An exchange of at most so many packets is decoded on the spot, in a few milliseconds."""


class ExchangePane(ScrollView, can_focus=True):
    """One port's exchange. ``show`` a cell, then ``pull`` each frame; scrolls when it has the focus."""

    DEFAULT_CSS = """
    ExchangePane { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "up", show=False, id="exchange.up", tooltip="one line up"),
        Binding("j", "scroll_down", "down", show=False, id="exchange.down", tooltip="one line down"),
        Binding("g", "scroll_home", "top", show=False, id="exchange.first", tooltip="to the first line"),
        Binding("G", "scroll_end", "end", show=False, id="exchange.last", tooltip="to the last line"),
    ]

    class Decoded(Message):
        """A worker thread has told an exchange."""

        def __init__(self, cell: "tuple[Scan, int, int]", exchange: "Exchange") -> None:
            super().__init__()
            self.cell, self.exchange = cell, exchange

    def __init__(
        self,
        *,
        empty: str = "Move the cursor onto a port to see its exchange.",
        clock: Callable[[], float] = time.monotonic,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """``empty`` is said while no port is shown; ``clock`` gives seconds."""
        super().__init__(id=id, classes=classes)
        self.exchange: Exchange | None = None
        self.frozen = False
        self._empty = empty
        self._watch = ExchangeWatch(clock)
        self._failure = ""
        self._lines: list[Line] = []

    def load(self) -> None:
        """Load what dissects packets; best while nothing is scanned."""
        self._watch.load()

    def show(self, scan: "Scan", host: int, column: int) -> None:
        """Tell this port. Showing the one that is shown already only looks for news."""
        if self._watch.point((scan, host, column)):
            self.exchange, self._failure = None, ""
            self.scroll_to(y=0, animate=False, force=True)
        self._look()

    def clear(self) -> None:
        """Show no port."""
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

        return full_text(self.exchange)

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
            self._failure = f"This exchange cannot be told: {event.worker.error}"
            self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._lines = self._told(width) if width else []
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _told(self, width: int) -> "list[Line]":
        from tui_scan.ui.widgets.exchange_lines import explanation_lines, ladder_lines, verdict_line

        if self._watch.cell is None:
            return [((self._empty, Style(dim=True)),)]
        from tui_scan.services.names import service_name

        scan, host, column = self._watch.cell
        glyphs, verdict = glyphs_of(self.app), scan.verdict(host, column)
        lines = verdict_line(verdict, service_name(verdict.protocol, verdict.port, scan.request.datadir), glyphs, width)
        if self._failure:
            lines.append(((self._failure, Style(color="red")),))
        if self.exchange is not None:
            lines += ladder_lines(self.exchange, glyphs, width)
            lines += explanation_lines(self.exchange, width)
        return lines

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """One line of the story."""
        base, width = self.rich_style, self.scrollable_content_region.width
        at = self.scroll_offset.y + y
        if at >= len(self._lines):
            return Strip.blank(width, base)
        pieces = [Segment(text, base + style) for text, style in self._lines[at] if text]
        return Strip(pieces).adjust_cell_length(width, base)
