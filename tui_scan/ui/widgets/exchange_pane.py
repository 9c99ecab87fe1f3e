"""The pane that tells one port: its verdict, the packets that were exchanged, and why they mean that."""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
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
    from tui_scan.ui.widgets.exchange_ladder import Rung

AT_ONCE = 12
"""An exchange of at most so many packets is decoded on the spot, in a few milliseconds."""


class ExchangePane(ScrollView, can_focus=True):
    """One port's exchange. ``show`` a cell, then ``pull`` each frame.

    With the focus it has a cursor on a step of the ladder, ``step``, and scrolls. ``absolute`` shows sequence numbers
    as they stand in the packets.
    """

    DEFAULT_CSS = """
    ExchangePane { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "packet", "packet", id="exchange.packet", tooltip="the fields and bytes of the step's packet"),
        Binding("up,k", "step(-1)", "up", show=False, id="exchange.up", tooltip="one step or line up"),
        Binding("down,j", "step(1)", "down", show=False, id="exchange.down", tooltip="one step or line down"),
        Binding("g,home", "edge(-1)", "top", show=False, id="exchange.first", tooltip="to the first line"),
        Binding("G,end", "edge(1)", "end", show=False, id="exchange.last", tooltip="to the last line"),
        Binding("a", "absolute", "absolute", id="exchange.absolute", tooltip="sequence numbers absolute or relative"),
        Binding("n", "turn('open', 1)", "next open", id="exchange.next_open", tooltip="to the next open port"),
        Binding("N", "turn('open', -1)", "prev open", show=False, id="exchange.prev_open", tooltip="to the one before"),
        Binding("left,h", "turn('port', -1)", "", show=False, id="exchange.left", tooltip="to the port before"),
        Binding("right,l", "turn('port', 1)", "", show=False, id="exchange.right", tooltip="to the next port"),
        Binding("escape", "leave", "back", show=False, id="exchange.leave", tooltip="back to the map"),
    ]

    class Left(Message):
        """The person wants to go back to where the port was chosen."""

    class Turned(Message):
        """The person wants another port: ``way`` is 1 or -1, ``open`` says that it is to be an open one."""

        def __init__(self, to_open: bool, way: int) -> None:
            super().__init__()
            self.to_open, self.way = to_open, way

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
        self.frozen = self.absolute = False
        self.step = 0
        self._empty = empty
        self._watch = ExchangeWatch(clock)
        self._failure = ""
        self._lines: list[Rung] = []

    def load(self) -> None:
        """Load what dissects packets; best while nothing is scanned."""
        self._watch.load()

    def show(self, scan: "Scan", host: int, column: int) -> None:
        """Tell this port. Showing the one that is shown already only looks for news."""
        if self._watch.point((scan, host, column)):
            self.exchange, self._failure, self.step = None, "", 0
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
            self._failure = f"This exchange cannot be told: {event.worker.error}"
            self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._lines = self._told(width) if width else []
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def _told(self, width: int) -> "list[Rung]":
        from tui_scan.ui.widgets.exchange_ladder import BESIDE_FROM, Rung, States, rungs
        from tui_scan.ui.widgets.exchange_lines import explanation_lines, verdict_line

        if self._watch.cell is None:
            return [Rung(None, ((self._empty, Style(dim=True)),))]
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
        for states in ways:
            lines = [*head, *rungs(self.exchange, glyphs, width, states, absolute=self.absolute), *tail]
            if len(lines) <= self.size.height:
                break
        return lines

    def action_step(self, by: int) -> None:
        """Go to another step; beyond the last one and before the first one scroll by lines."""
        last = len(self.exchange.steps) - 1 if self.exchange else -1
        to = self.step + by
        seen = range(self.scroll_offset.y, self.scroll_offset.y + self.size.height)
        at = next((number for number, rung in enumerate(self._lines) if rung.step == self.step), 0)
        if not 0 <= to <= last or at not in seen:
            self.scroll_relative(y=by, animate=False, force=True)
            return
        self.step = to
        self._scroll_to_step()

    def action_edge(self, way: int) -> None:
        """Go to the first (-1) or last (1) step, and to that end of what is told."""
        self.step = 0 if way < 0 or self.exchange is None else max(0, len(self.exchange.steps) - 1)
        self.scroll_to(y=0 if way < 0 else self.max_scroll_y, animate=False, force=True)
        self.refresh()

    def action_absolute(self) -> None:
        """Between absolute and relative sequence numbers."""
        self.absolute = not self.absolute
        self._lay_out()

    def action_turn(self, kind: str, way: int) -> None:
        """Ask for another port."""
        self.post_message(self.Turned(kind == "open", way))

    def action_leave(self) -> None:
        """Go back."""
        self.post_message(self.Left())

    def action_packet(self) -> None:
        """Show the packet of the step under the cursor, field by field."""
        if self._watch.cell is None or self.exchange is None or not self.exchange.steps:
            self.notify("There is no packet here yet.", severity="warning")
            return
        from tui_scan.ui.screens.packet import PacketScreen

        self.app.push_screen(PacketScreen.of_port(*self._watch.cell, self.step))

    def on_click(self, event: events.Click) -> None:
        """The step under the mouse; a second click shows its packet."""
        offset = event.get_content_offset(self)
        line = self.scroll_offset.y + offset.y if offset is not None else len(self._lines)
        if line < len(self._lines) and (number := self._lines[line].step) is not None:
            if number == self.step and event.chain > 1:
                self.action_packet()
            self.step = number
            self.refresh()

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def _scroll_to_step(self) -> None:
        mine = [number for number, rung in enumerate(self._lines) if rung.step == self.step]
        top, height = self.scroll_offset.y, self.size.height
        if mine and not top <= mine[0] <= mine[-1] < top + height:
            self.scroll_to(y=mine[0] if mine[0] < top else mine[-1] - height + 1, animate=False, force=True)
        self.refresh()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """One line of the story."""
        base, width = self.rich_style, self.scrollable_content_region.width
        at = self.scroll_offset.y + y
        if at >= len(self._lines):
            return Strip.blank(width, base)
        number, line = self._lines[at]
        mark = Style(reverse=True) if self.has_focus and number == self.step and number is not None else Style()
        pieces = [Segment(text, base + style + mark) for text, style in line if text]
        return Strip(pieces).adjust_cell_length(width, base + mark)
