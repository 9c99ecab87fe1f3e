"""The bytes of a packet in hexadecimal and as text, with the bytes of one field marked."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui_scan.ui.widgets.cursor_view import CursorView

WIDE, NARROW = 16, 8
"""Bytes a line where there is room, and where there is not."""

OFFSET = 6
"""Character cells before the first byte."""

WIDTH = OFFSET + 3 * WIDE + 1 + WIDE
"""Character cells of a line of ``WIDE`` bytes."""


class HexDump(CursorView):
    """Bytes with a cursor; ``Pointed`` tells to which byte the person moved it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1, 0)", "left", show=False, id="bytes.left", tooltip="one byte back"),
        Binding("right,l", "move(1, 0)", "right", show=False, id="bytes.right", tooltip="one byte on"),
        Binding("up,k", "move(0, -1)", "up", show=False, id="bytes.up", tooltip="one line up"),
        Binding("down,j", "move(0, 1)", "down", show=False, id="bytes.down", tooltip="one line down"),
        Binding("g,home", "move(-99999, 0)", "first", show=False, id="bytes.first", tooltip="to the first byte"),
        Binding("G,end", "move(99999, 0)", "last", show=False, id="bytes.last", tooltip="to the last byte"),
    ]

    class Pointed(Message):
        """The cursor came to another byte."""

        def __init__(self, offset: int) -> None:
            super().__init__()
            self.offset = offset

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._data = b""
        self.cursor = 0
        self.marked = self.around = range(0)

    @property
    def lines_needed(self) -> int:
        """Lines that the bytes take."""
        return -(-len(self._data) // self._across)

    def show(self, data: bytes) -> None:
        """Show other bytes, none of them marked."""
        self._data, self.cursor, self.marked, self.around = data, 0, range(0), range(0)
        self._arrange()

    def mark(self, marked: range, around: range, cursor: int | None = None) -> None:
        """Mark a field's bytes and bring them into view; those ``around`` it, its layer's, stand out a little."""
        self.marked, self.around = marked, around
        self.cursor = marked.start if cursor is None else cursor
        self.bring_into_view(self.cursor // self._across)

    def action_move(self, across: int, down: int) -> None:
        """Move the cursor by bytes and lines."""
        to = self.cursor + across + down * self._across
        if down and not 0 <= to < len(self._data):
            return
        self._point(to)

    def on_click(self, event: events.Click) -> None:
        """The byte under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        text = OFFSET + 3 * self._across + 1
        across = offset.x - text if offset.x >= text else (offset.x - OFFSET) // 3
        to = (self.scroll_offset.y + offset.y) * self._across + across
        if 0 <= across < self._across and to < len(self._data):
            self._point(to)

    def on_resize(self) -> None:
        """As many bytes a line as there is room for."""
        self._arrange()

    @property
    def _across(self) -> int:
        return WIDE if self.scrollable_content_region.width >= WIDTH else NARROW

    def _point(self, to: int) -> None:
        if self._data:
            self.cursor = max(0, min(to, len(self._data) - 1))
            self.bring_into_view(self.cursor // self._across)
            self.post_message(self.Pointed(self.cursor))

    def _arrange(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self.lines_needed)
        self.bring_into_view(self.cursor // self._across)

    def render_line(self, y: int) -> Strip:
        """Where the line begins, its bytes, and what they are as ASCII."""
        width, base, across = self.scrollable_content_region.width, self.rich_style, self._across
        first = (self.scroll_offset.y + y) * across
        if first >= len(self._data):
            return Strip.blank(width, base)
        dim = base + Style(dim=True)
        pieces = [Segment(f"{first:04x}  ", dim)]
        text = []
        for at in range(first, first + across):
            inside = at < len(self._data)
            style, byte = self._style(at, base), self._data[at] if inside else 0
            pieces.append(Segment(f"{byte:02x}" if inside else "  ", style))
            joined = at in self.marked and at + 1 in self.marked and at + 1 < first + across
            pieces.append(Segment(" ", base + Style(reverse=True) if joined else base))
            text.append(Segment((chr(byte) if 32 <= byte < 127 else ".") if inside else " ", style))
        return Strip([*pieces, Segment(" ", base), *text]).crop_extend(0, width, base)

    def _style(self, at: int, base: Style) -> Style:
        here = Style(underline=True, bold=True) if at == self.cursor and self.has_focus else Style()
        if at in self.marked:
            return base + Style(reverse=True) + here
        return base + (Style(color="cyan") if at in self.around else Style(dim=True)) + here
