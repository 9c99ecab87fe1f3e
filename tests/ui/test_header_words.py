"""What is left of a scan, in five characters."""

import pytest

from tests.ui.driven import program, ready, until
from tests.ui.filled_scans import answer, made_scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.ui.screens.views import VIEWS
from tui_scan.ui.widgets.header import CountsLine
from tui_scan.ui.widgets.header_words import remaining, view_words


@pytest.mark.parametrize(
    ("eta", "words"),
    [(None, "-"), (0.0, "<1 s"), (0.4, "<1 s"), (0.99, "<1 s"), (1.0, "0:01"), (38.2, "0:38"), (3723.0, "1:02:03")],
)
def test_the_last_second_is_one(eta: float | None, words: str) -> None:
    assert remaining(eta) == words


@pytest.mark.parametrize("here", VIEWS)
@pytest.mark.parametrize("room", [12, 30, 45, 60, 200])
def test_titles_give_way_to_counts_but_numbers_and_the_shown_views_title_stay(room: int, here: str) -> None:
    views = list(VIEWS.values())
    words = view_words(views, here, room)
    assert [int(one.split()[0]) for one in words] == [view.number for view in views]
    assert f"{VIEWS[here].number} {VIEWS[here].title}" in words
    if room >= 200:
        assert words == [f"{view.number} {view.title}" for view in views]
    elif sum(len(one) + 2 for one in words) > room:
        assert sum(" " in one for one in words) == 1, "no other title is left"


@pytest.mark.parametrize(("width", "counts"), [(80, "open 180"), (160, "closed 7,983")])
async def test_every_view_keeps_a_name_while_the_counts_grow(width: int, counts: str) -> None:
    scan = made_scan("1-1000", targets=("127.0.0.1-9",))
    columns = list(range(1000))
    for host in range(9):
        answer(scan, columns[:20], PortState.OPEN, Reason.SYN_ACK, host=host)
        answer(scan, columns[20:113], PortState.FILTERED, Reason.NO_RESPONSE, host=host)
        answer(scan, columns[113:], PortState.CLOSED, Reason.RESET, host=host)
    app = program("127.0.0.1")
    async with app.run_test(size=(width, 24)):
        await until(lambda: ready(app))
        app.session.scan = scan
        line = app.screen.query_one(CountsLine)
        for here in VIEWS:
            line.pull(app.session, here)
            for view in VIEWS.values():
                assert f"{view.number} {view.title[:3]}" in line.text.plain
            assert counts in line.text.plain
            assert line.text.cell_len <= width
