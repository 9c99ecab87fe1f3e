"""The keys and the mouse over a table: move, select, sort."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui_scan.ui.widgets.table_rows import Cell, NoRows, Rows
from tui_scan.ui.widgets.table_view import TableView

__all__ = ["Cell", "NoRows", "Rows", "VirtualTable"]


class VirtualTable(TableView):
    """A table whose cursor the person moves, and whose order the person chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False, id="table.up", tooltip="one row up"),
        Binding("down,j", "move(1)", "down", show=False, id="table.down", tooltip="one row down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="table.page_up", tooltip="one page up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="table.page_down", tooltip="one page down"),
        Binding("g,home", "edge(-1)", "top", show=False, id="table.first", tooltip="to the first row"),
        Binding("G,end", "edge(1)", "end", show=False, id="table.last", tooltip="to the last row"),
        Binding("enter", "select", "select", show=False, id="table.select", tooltip="go to this row's port"),
        Binding("o", "sort_next", "sort", id="table.sort", tooltip="sort by the next column"),
        Binding("O", "sort_turn", "reverse", show=False, id="table.reverse", tooltip="turn the order round"),
    ]

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self.move_to(self.cursor + by * self.page)

    def action_edge(self, way: int) -> None:
        """Move the cursor to the first (-1) or last (1) row."""
        self.move_to(0 if way < 0 else len(self.rows) - 1)

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        if len(self.rows):
            self.post_message(self.RowSelected(self, self.cursor, self.rows.key(self.cursor)))

    def action_sort_next(self) -> None:
        """Sort by the next column that is shown."""
        keys = [self.columns[place.number].key for place in self.places]
        if keys:
            at = keys.index(self.sorted_by) if self.sorted_by in keys else -1
            self.sort_by(keys[(at + 1) % len(keys)])

    def action_sort_turn(self) -> None:
        """Turn the order round."""
        if self.sorted_by is not None:
            self.sort_by(self.sorted_by, not self.descending)

    def on_click(self, event: events.Click) -> None:
        """A row takes the cursor, the row under the cursor is chosen, a heading sorts."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            place = next((p for p in self.places if p.left <= offset.x <= p.left + p.width), None)
            if place is not None:
                key = self.columns[place.number].key
                self.sort_by(key, key == self.sorted_by and not self.descending)
            return
        row = self.scroll_offset.y + offset.y - 1
        if row < len(self.rows):
            if row == self.cursor:
                self.action_select()
            self.move_to(row)
