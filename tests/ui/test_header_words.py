"""What is left of a scan, in five characters."""

import pytest

from tui_scan.ui.screens.views import VIEWS
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
