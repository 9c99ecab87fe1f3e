"""The keys and the mouse over an exchange: from step to step, to a packet, to another port."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui_scan.language import translate
from tui_scan.ui.widgets.exchange_view import ExchangeView


class ExchangePane(ExchangeView):
    """An exchange with a cursor on a step of its ladder."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "packet", "packet", id="exchange.packet", tooltip="the fields and bytes of the step's packet"),
        Binding("up,k", "step(-1)", "up", show=False, id="exchange.up", tooltip="one step or line up"),
        Binding("down,j", "step(1)", "down", show=False, id="exchange.down", tooltip="one step or line down"),
        Binding("g,home", "edge(-1)", "top", show=False, id="exchange.first", tooltip="to the first line"),
        Binding("G,end", "edge(1)", "end", show=False, id="exchange.last", tooltip="to the last line"),
        Binding("a", "absolute", "absolute", id="exchange.absolute", tooltip="sequence numbers absolute or relative"),
        Binding(
            "n", "turn('open', 1)", "next open", show=False, id="exchange.next_open", tooltip="to the next open port"
        ),
        Binding("N", "turn('open', -1)", "prev open", show=False, id="exchange.prev_open", tooltip="to the one before"),
        Binding("left,h", "turn('port', -1)", "", show=False, id="exchange.left", tooltip="to the port before"),
        Binding("right,l", "turn('port', 1)", "", show=False, id="exchange.right", tooltip="to the next port"),
        Binding("escape", "leave", "back", id="exchange.leave", tooltip="back to the map"),
    ]

    class Left(Message):
        """The person wants to go back to where the port was chosen."""

    class Turned(Message):
        """The person wants another port: ``way`` is 1 or -1, ``open`` says that it is to be an open one."""

        def __init__(self, to_open: bool, way: int) -> None:
            super().__init__()
            self.to_open, self.way = to_open, way

    def action_step(self, by: int) -> None:
        """Go to another step; beyond the last one and before the first one scroll by lines."""
        last = len(self.exchange.steps) - 1 if self.exchange else -1
        to = self.step + by
        seen = range(self.scroll_offset.y, self.scroll_offset.y + self.size.height)
        at = next((number for number, rung in enumerate(self.rungs) if rung.step == self.step), 0)
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
        if self.cell is None or self.exchange is None or not self.exchange.steps:
            self.notify(translate("There is no packet here yet."), severity="warning")
            return
        from tui_scan.ui.screens.packet import PacketScreen

        self.app.push_screen(PacketScreen.of_port(*self.cell, self.step))

    def on_click(self, event: events.Click) -> None:
        """The step under the mouse; a second click shows its packet."""
        offset = event.get_content_offset(self)
        line = self.scroll_offset.y + offset.y if offset is not None else len(self.rungs)
        if line < len(self.rungs) and (number := self.rungs[line].step) is not None:
            if number == self.step and event.chain > 1:
                self.action_packet()
            self.step = number
            self.refresh()

    def _scroll_to_step(self) -> None:
        mine = [number for number, rung in enumerate(self.rungs) if rung.step == self.step]
        top, height = self.scroll_offset.y, self.size.height
        if mine and not top <= mine[0] <= mine[-1] < top + height:
            self.scroll_to(y=mine[0] if mine[0] < top else mine[-1] - height + 1, animate=False, force=True)
        self.refresh()
