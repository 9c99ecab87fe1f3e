"""A table of any length: only the rows on the screen are ever formatted (Textual's Line API)."""

from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.table_columns import Place, TableColumn, cut, fit
from tui_scan.ui.widgets.table_rows import Cell, NoRows, Rows

__all__ = ["Cell", "NoRows", "Rows", "VirtualTable"]


class VirtualTable(ScrollView, can_focus=True):
    """A heading, and below it the rows of a ``Rows``; a cursor that stays on its row when rows move."""

    DEFAULT_CSS = """
    VirtualTable { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

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

    class RowMessage(Message):
        """Something about one row."""

        def __init__(self, table: "VirtualTable", row: int, key: Hashable) -> None:
            super().__init__()
            self.table, self.row, self.key = table, row, key

        @property
        def control(self) -> "VirtualTable":
            """The table that sent it."""
            return self.table

    class RowHighlighted(RowMessage):
        """The cursor came to another row."""

    class RowSelected(RowMessage):
        """Enter, or a second click, on a row."""

    def __init__(
        self,
        columns: Sequence[TableColumn],
        rows: Rows | None = None,
        *,
        sort: str | None = None,
        descending: bool = False,
        empty: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """``sort`` is the key of the column that ``rows`` are ordered by; ``empty`` is said of no rows."""
        super().__init__(id=id, classes=classes)
        self.columns: tuple[TableColumn, ...] = tuple(columns)
        self.rows: Rows = rows if rows is not None else NoRows()
        self.sorted_by, self.descending = sort, descending
        self.empty = empty
        self.cursor = 0
        self._cursor_key: Hashable = None
        self._fitted: tuple[tuple[int, tuple[TableColumn, ...]], list[Place]] = ((-1, ()), [])

    def show(self, rows: Rows) -> None:
        """Show other rows; they are put in the table's order."""
        self.rows = rows
        if self.sorted_by is not None:
            rows.sort(self.sorted_by, self.descending)
        self.updated()

    def updated(self, changed: Sequence[int] | None = None) -> None:
        """Repaint after the rows changed: only ``changed`` where just their text did, else all that is seen.

        The cursor stays on the row with its key, and that row on its line of the screen.
        """
        if changed is not None:
            top, bottom = self.first_visible, self.first_visible + self.page
            for row in changed:
                if top <= row < bottom:
                    self.refresh_line(row + 1)
            return
        was = self.cursor
        at = self.rows.find(self._cursor_key) if self._cursor_key is not None else None
        self.cursor = at if at is not None else max(0, min(was, len(self.rows) - 1))
        self._resize_content()
        if at is not None and at != was:
            self.scroll_to(y=self.scroll_offset.y + at - was, animate=False, force=True)
        self._note_cursor(moved=at is None)
        self.refresh()

    @property
    def cursor_key(self) -> Hashable:
        """The key of the row under the cursor, None where there is no row."""
        return self._cursor_key

    @property
    def shown_columns(self) -> list[TableColumn]:
        """The columns that there is room for."""
        return [self.columns[place.number] for place in self._places]

    @property
    def first_visible(self) -> int:
        """The uppermost row on the screen."""
        return self.scroll_offset.y

    @property
    def page(self) -> int:
        """How many rows fit below the heading."""
        return max(1, self.size.height - 1)

    def move_to(self, row: int) -> None:
        """Put the cursor on a row and bring it into view."""
        row = max(0, min(row, len(self.rows) - 1))
        old, self.cursor = self.cursor, row
        self._note_cursor(moved=old != row)
        top = self.first_visible
        if self.size.height and not top <= row < top + self.page:
            self.scroll_to(y=row if row < top else row - self.page + 1, animate=False, force=True)
        self.refresh_line(old + 1)
        self.refresh_line(row + 1)

    def sort_by(self, column: str, descending: bool = False) -> None:
        """Order the rows by a column's key."""
        self.sorted_by, self.descending = column, descending
        self.rows.sort(column, descending)
        self.updated()

    def _note_cursor(self, moved: bool) -> None:
        key = self.rows.key(self.cursor) if len(self.rows) else None
        if moved or key != self._cursor_key:
            self._cursor_key = key
            if key is not None:
                self.post_message(self.RowHighlighted(self, self.cursor, key))

    def _resize_content(self) -> None:
        self.virtual_size = Size(self._width, len(self.rows) + 1)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _places(self) -> list[Place]:
        wanted = (self._width, self.columns)
        if self._fitted[0] != wanted:
            self._fitted = wanted, fit(self.columns, self._width)
        return self._fitted[1]

    def on_resize(self) -> None:
        """Choose the columns anew and keep the cursor in view."""
        self._resize_content()
        if len(self.rows):
            self.move_to(self.cursor)

    def on_focus(self) -> None:
        """Show the cursor as the focused one."""
        self.refresh_line(self.cursor + 1)

    def on_blur(self) -> None:
        """Show the cursor as a mere mark."""
        self.refresh_line(self.cursor + 1)

    def render_line(self, y: int) -> Strip:
        """The heading at y 0, below it the rows from the scroll offset on."""
        width, base = self._width, self.rich_style
        if y == 0:
            return self._heading(base).adjust_cell_length(width, base)
        row = self.scroll_offset.y + y - 1
        if row >= len(self.rows):
            text = self.empty if row == 0 else ""
            return Strip([Segment(text, base + Style(dim=True))]).adjust_cell_length(width, base)
        return self._row(row, base).adjust_cell_length(width, base)

    def _heading(self, base: Style) -> Strip:
        glyphs, style = glyphs_of(self.app), base + Style(bold=True)
        segments = []
        for place in self._places:
            column = self.columns[place.number]
            title = column.title
            if column.key == self.sorted_by:
                title += glyphs.descending if self.descending else glyphs.ascending
            segments.append(
                Segment(cut(title, place.width, column.right, False, glyphs.more), style + _sorted(column, self))
            )
            segments.append(Segment(" ", style))
        return Strip(segments[:-1])

    def _row(self, row: int, base: Style) -> Strip:
        if row == self.cursor:
            mark = Style(reverse=True) if self.has_focus else Style(underline=True, bold=True)
        else:
            mark = Style()
        plain, more = base + mark, glyphs_of(self.app).more
        cells = self.rows.cells(row)
        segments = []
        for place in self._places:
            column, cell = self.columns[place.number], cells[place.number]
            text, style = (cell, plain) if isinstance(cell, str) else (cell[0], base + cell[1] + mark)
            segments.append(Segment(cut(text, place.width, column.right, column.cut_middle, more), style))
            segments.append(Segment(" ", plain))
        return Strip(segments[:-1]).adjust_cell_length(self._width, plain)

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
        keys = [self.columns[place.number].key for place in self._places]
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
            place = next((p for p in self._places if p.left <= offset.x <= p.left + p.width), None)
            if place is not None:
                key = self.columns[place.number].key
                self.sort_by(key, key == self.sorted_by and not self.descending)
            return
        row = self.scroll_offset.y + offset.y - 1
        if row < len(self.rows):
            if row == self.cursor:
                self.action_select()
            self.move_to(row)


def _sorted(column: TableColumn, table: VirtualTable) -> Style:
    return Style(underline=True) if column.key == table.sorted_by else Style()
