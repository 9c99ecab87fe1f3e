"""Where the keys go: into and out of the fields of each view, to a cell's exchange, along a filter that is typed."""

from functools import partial

import pytest
from textual.widget import Widget
from textual.widgets import Input

from tests.ui.driven import main, press, program, ready, screen_text, told, until, view
from tui_scan.engine.progress import Phase
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.screens.compare import CompareView
from tui_scan.ui.screens.matrix import MatrixView
from tui_scan.ui.screens.packets import PacketsView
from tui_scan.ui.screens.step import StepView
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.header_words import count_words
from tui_scan.ui.widgets.results import Results
from tui_scan.ui.widgets.table_columns import empty_line

HOST = "127.0.0.9"


async def scanned(app: TuiScanApp) -> None:
    """Scan to the end."""
    await until(lambda: ready(app))
    await press(app, "s")
    await until(lambda: app.session.phase is Phase.FINISHED, 20)


async def test_copy_in_the_scan_takes_its_own_exchange_whatever_view_was_opened() -> None:
    app = program(HOST, "1-9", raw=False)
    async with app.run_test(size=(80, 24)):
        await scanned(app)
        for number in "3561":
            await press(app, number)
        await until(lambda: main(app).here == "scan" and view(app).exchange is not None)
        await press(app, "y")
        await until(lambda: f"tcp 1 on {HOST}" in app.clipboard)


def typed(app: TuiScanApp, kind: type[Widget]) -> list[str]:
    """What stands in the fields of a view."""
    return [field.value for field in main(app).query_one(kind).query(Input)]


def lost_focus(field: Widget) -> bool:
    """Whether the keys go elsewhere now."""
    return not field.has_focus


@pytest.mark.parametrize(("number", "kind"), [("3", CompareView), ("5", MatrixView), ("6", StepView)])
async def test_keys_work_where_a_target_is_known_and_esc_leaves_the_fields(number: str, kind: type[Widget]) -> None:
    app = program(HOST, "1-9", raw=False)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, number)
        await until(lambda: bool(main(app).query(kind)) and main(app).query_one(kind).has_focus_within)
        assert not isinstance(app.focused, Input)
        kept, before = app.focused, typed(app, kind)
        await press(app, "c")
        await until(lambda: isinstance(app.focused, Input))
        await until(lambda: "Enter start Esc leave" in told(app) and "q quit" not in told(app))
        for _ in range(2):
            await press(app, "escape")
            await until(lambda: app.focused is kept)
            await press(app, "c")
            await until(lambda: isinstance(app.focused, Input))
            target = app.focused
            assert target is not None
            await press(app, "tab")
            await until(partial(lost_focus, target))
        await press(app, "escape", "question_mark")
        await until(lambda: app.screen is not main(app))
        assert typed(app, kind) == before


async def test_the_exchange_of_a_cell_is_a_key_away_and_esc_leads_back() -> None:
    app = program(HOST, "9", raw=False)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "5")
        await until(lambda: "x exchange" in told(app))
        await press(app, "enter")
        await until(lambda: "No kind is proven" in told(app), 20)
        matrix = main(app).query_one(MatrixView)
        await press(app, "x")
        pane = matrix.query_one(ExchangePane)
        await until(lambda: app.focused is pane and pane.exchange is not None and pane.exchange.port == 9)
        await until(lambda: "exchange connect" in told(app) and "Esc back" in told(app))
        await press(app, "escape")
        await until(lambda: app.focused is matrix.table)


async def test_frozen_packets_are_filtered_and_a_wrong_word_is_said_whole() -> None:
    app = program(HOST, "1-9", raw=False)
    async with app.run_test(size=(80, 24)):
        await scanned(app)
        await press(app, "4")
        await until(lambda: bool(main(app).query(PacketsView)) and "18 packets" in told(app))
        table = main(app).query_one(PacketsView).table
        await press(app, "z", "slash", *"dir:in")
        await until(lambda: "18 packets 9 shown [FROZEN]" in told(app) and len(table.rows) == 9)
        await press(app, *" foo:1")
        await until(lambda: "“foo:” is no part of a packet" in told(app) and "who:." in told(app))
        await until(lambda: len(table.rows) == 9)
        await press(app, *(["backspace"] * 2))
        await until(lambda: "No packet matches the filter" in told(app))
        await press(app, "escape")
        await until(lambda: len(table.rows) == 18 and table.frozen)


async def test_list_and_exchange_agree_while_a_filter_is_typed() -> None:
    app = program(HOST, "1-300", raw=False)
    async with app.run_test(size=(80, 24)):
        await scanned(app)
        table = main(app).query_one(Results).table
        await press(app, "v", "slash", *"state:closed", "enter")
        await until(lambda: len(table.rows) == 300 and table.has_focus)
        await press(app, "end")
        await until(lambda: view(app).column == 299)
        for text, port in (("port:200-300", 300), ("port:20-290", 20)):
            await press(app, "slash")
            main(app).query_one("#filter", Input).value = text
            await until(partial(shown, app, port))
            await until(lambda: table.first_visible <= table.cursor < table.first_visible + table.page)
            assert table.cursor_key == port - 1


def shown(app: TuiScanApp, port: int) -> bool:
    """The exchange is that of this port."""
    return view(app).column == port - 1 and f"{port}/tcp CLOSED" in told(app)


@pytest.mark.parametrize("size", [(80, 24), (60, 24)])
async def test_sentences_of_empty_views_are_whole_at_every_width(size: tuple[int, int]) -> None:
    app = program(HOST, "1-9", raw=False)
    async with app.run_test(size=size):
        await until(lambda: ready(app))
        await press(app, "3")
        await until(lambda: "its ports are looked at from here." in told(app) and "(here" in told(app))
        assert all(len(line) <= size[0] for line in screen_text(app).splitlines())
        await press(app, "5")
        await until(lambda: "nine scan types, one after the other." in told(app))


def test_a_sentence_is_wrapped_at_words() -> None:
    sentence = "each port is asked by nine scan types"
    lines = [empty_line(sentence, 20, number) for number in range(5)]
    assert " ".join(" ".join(lines).split()) == sentence and max(map(len, lines)) < 20


@pytest.mark.parametrize("room", range(0, 90, 3))
def test_counts_are_short_before_they_are_dropped_and_what_is_dropped_is_marked(room: int) -> None:
    counts = {"open": 40, "open|filtered": 3, "filtered": 1012, "closed": 7948}
    parts = count_words(counts, ("all hosts:",), room, ">")
    words, text = [word for word, _ in parts], "  ".join(f"{word} {count}".strip() for word, count in parts)
    assert len(text) <= max(room, 1)
    if len("all hosts:  open 40  open|filtered 3  filtered 1,012  closed 7,948") <= room:
        assert words == ["all hosts:", *counts]
    elif len("all:  open 40  o|f 3  filt 1,012  clos 7,948") <= room:
        assert words == ["all:", "open", "o|f", "filt", "clos"]
    else:
        assert words[-1] == ">"
