"""The table of any length: what it formats, where its cursor stays, what it hides."""

from collections.abc import Hashable, Sequence

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from tui_scan.ui.widgets.table_columns import TableColumn, cut, fit, heading
from tui_scan.ui.widgets.virtual_table import Cell, VirtualTable

COLUMNS = (
    TableColumn("number", "No", 6, right=True),
    TableColumn("name", "Name", 8, grow=1, most=20),
    TableColumn("word", "Word", 10, hide=1, grow=2),
    TableColumn("rest", "Rest", 12, hide=2),
)


class Numbers:
    """Rows that are numbers."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = list(numbers)
        self.formatted = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def cells(self, row: int) -> Sequence[Cell]:
        self.formatted += 1
        number = self.numbers[row]
        return str(number), f"n{number}", "word", "rest"

    def key(self, row: int) -> int:
        return self.numbers[row]

    def find(self, key: Hashable) -> int | None:
        return self.numbers.index(key) if key in self.numbers and isinstance(key, int) else None

    def sort(self, column: str, descending: bool) -> None:
        self.numbers.sort(reverse=descending)


class TableApp(App[None]):
    def __init__(self, rows: Numbers) -> None:
        super().__init__()
        self.rows = rows
        self.told: list[tuple[str, int, Hashable]] = []

    def compose(self) -> ComposeResult:
        yield VirtualTable(COLUMNS, self.rows, sort="number", empty="nothing here")

    @property
    def table(self) -> VirtualTable:
        return self.query_one(VirtualTable)

    def on_table_view_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        self.told.append(("highlighted", event.row, event.key))

    def on_table_view_row_selected(self, event: VirtualTable.RowSelected) -> None:
        self.told.append(("selected", event.row, event.key))


def drawn(app: TableApp) -> list[str]:
    return [app.table.render_line(y).text for y in range(app.table.size.height)]


async def test_keys_move_and_choose_and_a_million_rows_cost_a_screen() -> None:
    rows = Numbers(range(1_000_000))
    app = TableApp(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.focus()
        await pilot.press("G")
        await pilot.pause()
        assert app.table.cursor == 999_999 and "999999" in drawn(app)[-1]
        await pilot.press("pageup", "k", "enter")
        await pilot.pause()
        assert app.told[-1] == ("selected", 999_999 - 23 - 1, 999_999 - 23 - 1)
        assert rows.formatted < 1000


async def test_a_row_under_the_cursor_stays_when_rows_come_go_and_turn() -> None:
    rows = Numbers(range(0, 2000, 2))
    app = TableApp(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.focus()
        await pilot.press("pagedown", "pagedown", "pagedown")
        await pilot.pause()
        held, line = app.table.cursor_key, app.table.cursor - app.table.first_visible
        rows.numbers = list(range(2000))
        app.table.updated()
        await pilot.pause()
        assert (app.table.cursor_key, app.table.cursor - app.table.first_visible) == (held, line)
        rows.numbers.remove(int(str(held)))
        app.table.updated()
        await pilot.pause()
        assert app.table.cursor < len(rows) and app.told[-1][2] == app.table.cursor_key != held
        kept = app.table.cursor_key
        await pilot.press("O")
        await pilot.pause()
        assert app.table.descending and app.table.cursor_key == kept
        rows.numbers = []
        app.table.updated()
        await pilot.pause()
        assert app.table.cursor_key is None and "nothing here" in drawn(app)[1]


async def test_headings_sort_and_rows_are_chosen_by_a_click() -> None:
    rows = Numbers(range(100))
    app = TableApp(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.styles.border = ("solid", "white")
        await pilot.pause()
        await pilot.click(VirtualTable, offset=(3, 1))
        assert app.table.descending and rows.numbers[0] == 99
        await pilot.click(VirtualTable, offset=(3, 4))
        await pilot.click(VirtualTable, offset=(3, 4), times=1)
        await pilot.pause()
        row = app.table.first_visible + 2
        assert app.told[-1] == ("selected", row, 99 - row)


async def test_only_the_row_that_changed_is_repainted(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp(Numbers(range(1000)))
    async with app.run_test(size=(80, 24)):
        lines: list[int] = []
        monkeypatch.setattr(app.table, "refresh_line", lines.append)
        app.table.updated([3, 500])
        assert lines == [4]


@pytest.mark.parametrize("width", [79, 40, 30, 16, 5])
def test_columns_fit_or_go_in_their_order(width: int) -> None:
    places = fit(COLUMNS, width)
    shown = [COLUMNS[place.number].key for place in places]
    assert shown == [column.key for column in COLUMNS if column.key in shown]
    assert shown[:2] == ["number", "name"]
    assert "rest" not in shown or "word" in shown
    end = places[-1].left + places[-1].width
    assert end <= max(width, 6 + 1 + 8)
    if width == 79:
        assert end == 79


@pytest.mark.parametrize(
    "text", ["", "22", "192.0.2.10:443", "[2001:db8:1:2:3:4:5:6]:65535", "ポート番号です", "a\u0301bc" * 5]
)
@pytest.mark.parametrize("width", [1, 2, 7, 21])
@pytest.mark.parametrize("middle", [False, True])
def test_a_cell_has_exactly_its_width(text: str, width: int, middle: bool) -> None:
    shown = cut(text, width, False, middle, "…")
    assert cell_len(shown) == width
    assert cell_len(text) > width or shown.strip() == text


def test_a_long_address_keeps_its_port() -> None:
    assert cut("[2001:db8:1:2:3:4:5:6]:65535", 21, False, True, "~").endswith("]:65535")


@pytest.mark.parametrize("right", [True, False])
def test_a_heading_keeps_the_arrow_of_the_order_and_is_never_cut_within_a_word_that_can_go(right: bool) -> None:
    assert heading("PID/Program name", "", 16, right, "…") == "PID/Program name"
    assert heading("PID/Program name", "▲", 16, right, "…").strip() == "PID/Program▲"
    assert heading("PID/Program name", "▲", 17, right, "…") == "PID/Program name▲"
    assert heading("Program", "▲", 5, right, "…") == "Pro…▲"
