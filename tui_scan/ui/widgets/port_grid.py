"""The keys and the mouse over the map of a host's ports."""

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from tui_scan.language import translate
from tui_scan.ui.widgets.grid_view import GridView

ZOOM = 4
"""How many times fewer ports a cell holds after one step of zoom."""


class PortGrid(GridView):
    """The map with a cursor that the person moves."""

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
            self.notify(translate("No open port has been found on this host."), timeout=3)
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
