"""The table of a matrix, with a cursor on one cell; only the lines on the screen are formatted (Textual's Line API)."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_scan.engine.matrix import TYPES
from tui_scan.exchange.matrix import HostFinding, title
from tui_scan.language import translate
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.matrix_rows import (
    TALL_FROM,
    MatrixLine,
    Text,
    cell_text,
    kind_text,
    lines_of,
    tall_text,
    widths,
)
from tui_scan.ui.widgets.table_columns import cut, empty_line

KIND_COLUMN = len(TYPES)


class MatrixTable(ScrollView, can_focus=True):
    """Hosts and ports by types; the cursor's cell is told by ``Moved``."""

    DEFAULT_CSS = """
    MatrixTable { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "ask('start')", "start", id="matrix.start", tooltip="probe the ports by every type, or stop"),
        Binding("x,enter", "ask('exchange')", "exchange", id="matrix.exchange", tooltip="the exchange of the cell"),
        Binding("left,h", "move(0, -1)", "types", id="matrix.left", tooltip="the type before"),
        Binding("c", "ask('edit')", "edit", id="matrix.edit", tooltip="edit targets and ports"),
        Binding("y", "ask('copy')", "copy", id="matrix.copy", tooltip="send what is told of the cell to the clipboard"),
        Binding(
            "E", "ask('save')", "save", show=False, id="matrix.save", tooltip="write the cell's exchange to a file"
        ),
        Binding("w", "ask('settle')", "guess the rest", id="matrix.settle", tooltip="wait no longer for a limit"),
        Binding("up,k", "move(-1, 0)", "up", show=False, id="matrix.up", tooltip="one port up"),
        Binding("down,j", "move(1, 0)", "down", show=False, id="matrix.down", tooltip="one port down"),
        Binding("right,l", "move(0, 1)", "right", show=False, id="matrix.right", tooltip="the next type"),
        Binding("pageup", "move(-8, 0)", "page up", show=False, id="matrix.page_up", tooltip="eight ports up"),
        Binding("pagedown", "move(8, 0)", "page down", show=False, id="matrix.page_down", tooltip="eight ports down"),
    ]

    class Moved(Message):
        """The cursor came to another cell."""

    class Asked(Message):
        """The person wants something of the view: start, exchange, edit, copy, save or settle."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, empty: str = "", id: str | None = None) -> None:
        """``empty`` is said while there is nothing to show."""
        super().__init__(id=id)
        self.lines: list[MatrixLine] = []
        self.row, self.column = 0, KIND_COLUMN
        self._empty, self._filling = empty, False
        self._tops: list[int] = [0]

    @property
    def line(self) -> MatrixLine | None:
        """The line under the cursor."""
        return self.lines[self.row] if self.row < len(self.lines) else None

    def show(self, found: Sequence[HostFinding], running: bool) -> None:
        """Show what was found; the cursor stays where it is."""
        fresh = not self.lines
        self.lines, self._filling = lines_of(found), running
        self.row = 1 if fresh and self.lines else max(0, min(self.row, len(self.lines) - 1))
        self._resize()
        self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        self.lines, self.row, self.column = [], 0, KIND_COLUMN
        self._resize()
        self.refresh()

    def to_type(self) -> bool:
        """Put the cursor on the first type that is probed, if it is on the kind; whether it is on such a type then."""
        line = self.line
        if line is None or line.port is None:
            return False
        probed = [at for at, verdict in enumerate(line.port.row.values()) if verdict is not None]
        if self.column == KIND_COLUMN and probed:
            self._go(self.row, probed[0])
        return self.column in probed

    def action_ask(self, what: str) -> None:
        """Pass on a wish."""
        self.post_message(self.Asked(what))

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        self._go(self.row + rows, self.column + columns)

    def on_click(self, event: events.Click) -> None:
        """The cell under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y == 0:
            return
        left, column = widths(self._width)[0] + 1, 0
        for size in widths(self._width)[1:-1]:
            left += size + 1
            column += offset.x >= left
        self._go(self._row_at(self.scroll_offset.y + offset.y - 1)[0], column)

    def on_resize(self) -> None:
        """Choose the columns anew and keep the cursor in view."""
        self._resize()
        self._go(self.row, self.column)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _tall(self) -> bool:
        return self._width >= TALL_FROM

    def _resize(self) -> None:
        heights = (2 if self._tall and line.port is not None else 1 for line in self.lines)
        self._tops = list(accumulate(heights, initial=0))
        self.virtual_size = Size(self._width, self._tops[-1] + 1)

    def _go(self, row: int, column: int) -> None:
        row, column = max(0, min(row, len(self.lines) - 1)), max(0, min(column, KIND_COLUMN))
        if (row, column) != (self.row, self.column):
            self.row, self.column = row, column
            self.refresh()
            self.post_message(self.Moved())
        top, bottom = self._tops[self.row], self._tops[min(self.row + 1, len(self.lines))]
        page, first = max(1, self.size.height - 1), self.scroll_offset.y
        if self.size.height and not first <= top <= bottom <= first + page:
            self.scroll_to(y=top if top < first else bottom - page, animate=False, force=True)

    def _row_at(self, y: int) -> tuple[int, int]:
        """The row at a line of the content, and which of the row's lines that is."""
        row = bisect_right(self._tops, y) - 1
        return row, y - self._tops[row]

    def render_line(self, y: int) -> Strip:
        """The heading at y 0, below it the lines from the scroll offset on."""
        base, sizes = self.rich_style, widths(self._width)
        if y == 0:
            heads = (translate("PORT"), *(title(technique) for technique in TYPES), translate("KIND"))
            texts = [(head, Style(bold=True, underline=at - 1 == self.column)) for at, head in enumerate(heads)]
            return self._strip(texts, sizes, base, None)
        row, part = self._row_at(self.scroll_offset.y + y - 1)
        if row >= len(self.lines):
            text = "" if self.lines else empty_line(self._empty, self._width, y - 1)
            return Strip([Segment(text, base + Style(dim=True))]).adjust_cell_length(self._width, base)
        line, here = self.lines[row], row == self.row
        if line.port is None:
            return self._host_strip(line.host, base, here)
        return self._strip(self._texts(line, sizes, part), sizes, base, self.column + 1 if here else None)

    def _host_strip(self, host: HostFinding, base: Style, here: bool) -> Strip:
        name = f" ({host.name})" if host.name and host.name != host.address else ""
        kind, style = kind_text(host.kind, self._filling)
        mark = self._mark if here else Style()
        pieces = [Segment(f"{host.address}{name}  ", base + Style(bold=True) + mark), Segment(kind, base + style)]
        return Strip(pieces).adjust_cell_length(self._width, base)

    def _texts(self, line: MatrixLine, sizes: Sequence[int], part: int) -> list[Text]:
        glyphs, port = glyphs_of(self.app), line.port
        assert port is not None
        verdicts = list(port.row.values())
        if self._tall:
            cells = [tall_text(verdict, glyphs)[part] for verdict in verdicts]
        else:
            cells = [cell_text(verdict, size, glyphs) for verdict, size in zip(verdicts, sizes[1:], strict=False)]
        head = (str(port.port) if not part else "", Style(bold=True))
        return [head, *cells, kind_text(port.kind, self._filling) if not part else ("", Style())]

    @property
    def _mark(self) -> Style:
        return Style(reverse=True) if self.has_focus else Style(underline=True, bold=True)

    def _strip(self, texts: Sequence[Text], sizes: Sequence[int], base: Style, marked: int | None) -> Strip:
        more, segments = glyphs_of(self.app).more, []
        for number, ((text, style), size) in enumerate(zip(texts, sizes, strict=True)):
            mark = self._mark if number == marked else Style()
            segments.append(Segment(cut(text, size, number == 0, False, more), base + style + mark))
            segments.append(Segment(" ", base))
        return Strip(segments[:-1]).adjust_cell_length(self._width, base)
