"""The live map of a host's ports: a cell a port or a block of ports, repainted only where it changed."""

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_scan.language import number
from tui_scan.ui.glyphs import UNICODE, glyphs_of
from tui_scan.ui.host_words import host_words
from tui_scan.ui.widgets.grid_legend import cell_words, legend
from tui_scan.ui.widgets.grid_runs import GridRuns

if TYPE_CHECKING:  # numpy comes with the scan, and the first picture does not need it
    from tui_scan.engine.scan import Scan
    from tui_scan.ui.widgets.grid_map import GridMap, Place

RUNS_A_LINE = 4
"""With more changed runs than this in one line it is repainted from the first to the last of them."""


RULE_ENDS = 4
"""Character cells that the border keeps at the ends of its title."""


class GridView(ScrollView, can_focus=True):
    """One host's ports. ``show`` a scan's host, then ``pull`` each frame; the cursor is a column of the scan.

    ``touched`` says that the person has moved the cursor or zoomed since the scan was first shown.
    """

    DEFAULT_CSS = """
    GridView { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    class Moved(Message):
        """The cursor came to another port, or another host is shown."""

        def __init__(self, grid: "GridView", host: int, column: int) -> None:
            super().__init__()
            self.grid, self.host, self.column = grid, host, column

        @property
        def control(self) -> "GridView":
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
            self.entitle()
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
    def legend(self) -> Text:
        """Which of several hosts this is, what a cell stands for, and the glyphs in use with their words."""
        if self.map is None:
            return Text()
        hosts, host, cell = self.map.scan.hosts, self.map.host, cell_words(self.map.block)
        heads = [cell]
        if hosts.count > 1:
            names = (host_words(hosts, host), hosts.address(host))
            heads = [f"{name} ({number(host + 1)}/{number(hosts.count)})  {cell}" for name in names]
        return legend(heads, self.map.looks(), glyphs_of(self.app), self.size.width - RULE_ENDS)

    def entitle(self) -> None:
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
        self.entitle()
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
