"""A table of any length: only the rows on the screen are ever formatted (Textual's Line API)."""

from collections.abc import Hashable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_scan.language import chosen, translate
from tui_scan.ui.glyphs import glyphs_of
from tui_scan.ui.widgets.table_columns import Place, TableColumn, cut, empty_line, fit, headed, heading
from tui_scan.ui.widgets.table_rows import Cell, NoRows, Rows

__all__ = ["Cell", "NoRows", "Rows", "TableView"]


class TableView(ScrollView, can_focus=True):
    """A heading, and below it the rows of a ``Rows``; a cursor that stays on its row when rows move."""

    DEFAULT_CSS = """
    TableView { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    class RowMessage(Message):
        """Something about one row."""

        def __init__(self, table: "TableView", row: int, key: Hashable) -> None:
            super().__init__()
            self.table, self.row, self.key = table, row, key

        @property
        def control(self) -> "TableView":
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

    def chosen(self) -> None:
        """Repaint after a filter chose other rows: the cursor's row comes into view, or else the first row."""
        if self.rows.find(self._cursor_key) is None:
            self._cursor_key, self.cursor = None, 0
        self.updated()
        if len(self.rows):
            self.move_to(self.cursor)

    @property
    def cursor_key(self) -> Hashable:
        """The key of the row under the cursor, None where there is no row."""
        return self._cursor_key

    @property
    def shown_columns(self) -> list[TableColumn]:
        """The columns that there is room for."""
        return [self.columns[place.number] for place in self.places]

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
    def places(self) -> tuple[Place, ...]:
        """The columns that there is room for, and where."""
        return fit(headed(self.columns, chosen()), self._width)

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
            text = "" if len(self.rows) else empty_line(self.empty, width, row)
            return Strip([Segment(text, base + Style(dim=True))]).adjust_cell_length(width, base)
        return self._row(row, base).adjust_cell_length(width, base)

    def _heading(self, base: Style) -> Strip:
        glyphs, style = glyphs_of(self.app), base + Style(bold=True)
        segments = []
        for place in self.places:
            column = self.columns[place.number]
            ordered = glyphs.descending if self.descending else glyphs.ascending
            arrow = ordered if column.key == self.sorted_by else ""
            title = heading(translate(column.title), arrow, place.width, column.right, glyphs.more)
            segments.append(Segment(title, style + _sorted(column, self)))
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
        for place in self.places:
            column, cell = self.columns[place.number], cells[place.number]
            text, style = (cell, plain) if isinstance(cell, str) else (cell[0], base + cell[1] + mark)
            segments.append(Segment(cut(text, place.width, column.right, column.cut_middle, more), style))
            segments.append(Segment(" ", plain))
        return Strip(segments[:-1]).adjust_cell_length(self._width, plain)


def _sorted(column: TableColumn, table: TableView) -> Style:
    return Style(underline=True) if column.key == table.sorted_by else Style()
