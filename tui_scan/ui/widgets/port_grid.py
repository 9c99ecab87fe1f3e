"""The live map of a host's ports: a cell a port or a block of ports, repainted only where it changed."""

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_scan.ui.glyphs import STYLES, UNICODE, glyphs_of
from tui_scan.ui.widgets.grid_runs import GridRuns

if TYPE_CHECKING:  # numpy comes with the scan, and the first picture does not need it
    from tui_scan.engine.scan import Scan
    from tui_scan.ui.widgets.grid_map import GridMap, Place

RUNS_A_LINE = 4
"""With more changed runs than this in one line it is repainted from the first to the last of them."""

ZOOM = 4
"""How many times fewer ports a cell holds after one step of zoom."""


class PortGrid(ScrollView, can_focus=True):
    """One host's ports. ``show`` a scan's host, then ``pull`` each frame; the cursor is a column of the scan.

    ``touched`` says that the person has moved the cursor or zoomed since the scan was first shown.
    """

    DEFAULT_CSS = """
    PortGrid { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1, 0)", "left", show=False, id="grid.left", tooltip="one cell left"),
        Binding("right,l", "move(1, 0)", "right", show=False, id="grid.right", tooltip="one cell right"),
        Binding("up,k", "move(0, -1)", "up", show=False, id="grid.up", tooltip="one row up"),
        Binding("down,j", "move(0, 1)", "down", show=False, id="grid.down", tooltip="one row down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="grid.page_up", tooltip="one page up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="grid.page_down", tooltip="one page down"),
        Binding("g,home", "edge(-1)", "first", show=False, id="grid.first", tooltip="to the first port"),
        Binding("G,end", "edge(1)", "last", show=False, id="grid.last", tooltip="to the last port"),
        Binding("n", "open(1)", "next open", id="grid.next_open", tooltip="to the next open port"),
        Binding("N", "open(-1)", "prev open", show=False, id="grid.prev_open", tooltip="to the open port before"),
        Binding("enter,plus", "zoom(-1)", "zoom", id="grid.zoom_in", tooltip="fewer ports a cell"),
        Binding("escape,minus", "zoom(1)", "out", show=False, id="grid.zoom_out", tooltip="more ports a cell"),
    ]

    class Moved(Message):
        """The cursor came to another port, or another host is shown."""

        def __init__(self, grid: "PortGrid", host: int, column: int) -> None:
            super().__init__()
            self.grid, self.host, self.column = grid, host, column

        @property
        def control(self) -> "PortGrid":
            """The grid that sent it."""
            return self.grid

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.map: GridMap | None = None
        self.column = 0
        self.touched = False
        self.frozen = False
        self._block: int | None = None
        self._runs = GridRuns(Style(), UNICODE)
        self._titled = ""

    def show(self, scan: "Scan", host: int) -> None:
        """Show a host of a scan; within one scan the cursor stays on its port and the zoom as it is."""
        from tui_scan.ui.widgets.grid_map import GridMap

        if self.map is None or self.map.scan is not scan:
            self.column, self._block, self.touched = 0, None, False
        self.map = GridMap(scan, host)
        self._arrange()
        self.post_message(self.Moved(self, host, self.column))

    def pull(self) -> int:
        """Repaint what changed in the ledger since the last pull; returns how many cells. Frozen: none."""
        if self.map is None or self.frozen:
            return 0
        from tui_scan.ui.widgets.grid_map import LABEL

        top, bottom, count = self.scroll_offset.y, self.scroll_offset.y + self.size.height, 0
        regions: list[Region] = []
        version = self.map.version
        for line, cells in self.map.pull():
            count += len(cells)
            if top <= line < bottom:
                regions += [Region(LABEL + first, line - top, length, 1) for first, length in _runs(cells.tolist())]
        if regions:
            self.refresh(*regions)
        if self.map.version != version:
            self._entitle()
        return count

    def reveal(self, column: int) -> None:
        """Put the cursor on a column of the scan and bring it into view."""
        if self.map is None or not 0 <= column < self.map.scan.columns.count:
            return
        old, self.column = self.map.place(self.column), column
        self._scroll_to_cursor()
        self._repaint(old)
        self._repaint(self.map.place(column))
        self.post_message(self.Moved(self, self.map.host, column))

    @property
    def caption(self) -> str:
        """What a cell stands for, such as ``64 ports a cell``."""
        block = self.map.block if self.map else 1
        return "1 port a cell" if block == 1 else f"{block:,} ports a cell"

    @property
    def legend(self) -> Text:
        """Which of several hosts this is, what a cell stands for, and the glyphs in use with their words."""
        text, glyphs = Text(self._host_words + self.caption), glyphs_of(self.app)
        for look in self.map.looks() if self.map else ():
            text.append(f"  {glyphs.of(look)}", STYLES[look])
            text.append(f" {look.label}")
        return text

    @property
    def _host_words(self) -> str:
        if self.map is None or self.map.scan.hosts.count < 2:
            return ""
        hosts, host = self.map.scan.hosts, self.map.host
        return f"{hosts.address(host)} ({host + 1:,}/{hosts.count:,})  "

    def _entitle(self) -> None:
        """Put the legend into the border, where there is one; seldom, since that repaints the whole widget."""
        legend = self.legend
        if legend.plain != self._titled:
            self._titled = legend.plain
            self.border_title = legend

    def _arrange(self) -> None:
        if self.map is None:
            return
        room = self.scrollable_content_region.size
        self.map.arrange(room.width, room.height, self._block)
        self.virtual_size = Size(room.width, self.map.lines)
        self._entitle()
        self._scroll_to_cursor()
        self.refresh()

    def _scroll_to_cursor(self) -> None:
        if self.map is None or not self.size.height:
            return
        line, top, height = self.map.place(self.column).line, self.scroll_offset.y, self.size.height
        if top <= line < top + height:
            return
        beside = line in (top - 1, top + height)
        near = line if line < top else line - height + 1
        to = near if beside else line - height // 2
        self.scroll_to(y=max(0, to), animate=False, force=True)

    def _repaint(self, place: "Place") -> None:
        from tui_scan.ui.widgets.grid_map import LABEL

        self.refresh(Region(LABEL + place.x, place.line - self.scroll_offset.y, 1, 1))

    def on_resize(self) -> None:
        """Choose the blocks for the new size."""
        self._arrange()

    def render_line(self, y: int) -> Strip:
        """One row of the map: its first port, then a run of segments, one a stretch of equal cells."""
        base, width = self.rich_style, self.scrollable_content_region.width
        glyphs, number = glyphs_of(self.app), self.scroll_offset.y + y
        line = self.map.line(number) if self.map else None
        if self.map is None or line is None:
            return Strip.blank(width, base)
        if line.looks is None:
            return Strip([Segment(line.label, base + Style(bold=True))]).adjust_cell_length(width, base)
        if self._runs.made_for != (base, glyphs):
            self._runs = GridRuns(base, glyphs)
        values = line.looks.tobytes()
        at = self.map.place(self.column)
        cells = self._runs.line(values, at.x if at.line == number else None)
        label = Segment(f"{line.label:>5} ", base + Style(dim=True))
        return Strip([label, *cells], len(label.text) + len(values)).adjust_cell_length(width, base)

    def action_move(self, across: int, down: int) -> None:
        """Go by cells; over the end of a row to the next one, and over a section's title."""
        if self.map is None:
            return
        from tui_scan.ui.widgets.grid_steps import below, beside

        to = beside(self.map, self.column, across) if across else below(self.map, self.column, down)
        self.touched = True
        if to != self.column:
            self.reveal(to)

    def action_page(self, way: int) -> None:
        """Go one screen of rows."""
        self.action_move(0, way * max(1, self.size.height - 1))

    def action_edge(self, way: int) -> None:
        """Go to the first (-1) or the last (1) port."""
        if self.map is not None:
            self.touched = True
            self.reveal(0 if way < 0 else self.map.scan.columns.count - 1)

    def action_open(self, way: int) -> None:
        """Go to the next (1) or previous (-1) open port, round the end."""
        found = self.map.next_open(self.column, way) if self.map else None
        if found is None:
            self.notify("No open port has been found on this host.", timeout=3)
        else:
            self.touched = True
            self.reveal(found)

    def action_zoom(self, way: int) -> None:
        """Fewer (-1) or more (1) ports a cell; out stops where all ports fit."""
        if self.map is None:
            raise SkipAction
        now, widest = self.map.block, self.map.fitting
        block = max(1, now // ZOOM) if way < 0 else min(widest, now * ZOOM)
        if block == now:
            raise SkipAction
        self._block, self.touched = block if block < widest else None, True
        self._arrange()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the cell that was clicked."""
        from tui_scan.ui.widgets.grid_map import LABEL, Place

        offset = event.get_content_offset(self)
        if self.map is None or offset is None:
            return
        found = self.map.column_at(Place(self.scroll_offset.y + offset.y, offset.x - LABEL))
        if found is not None:
            self.touched = True
            self.reveal(found)


def _runs(cells: list[int]) -> list[tuple[int, int]]:
    """Stretches (first, length) that cover ascending cell numbers, few enough to be worth it."""
    runs: list[list[int]] = []
    for cell in cells:
        if runs and cell == runs[-1][0] + runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([cell, 1])
    if len(runs) > RUNS_A_LINE:
        return [(cells[0], cells[-1] - cells[0] + 1)]
    return [(first, length) for first, length in runs]
