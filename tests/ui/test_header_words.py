"""What is left of a scan, in five characters."""

import pytest

from tui_scan.ui.widgets.header_words import remaining


@pytest.mark.parametrize(
    ("eta", "words"),
    [(None, "-"), (0.0, "<1 s"), (0.4, "<1 s"), (0.99, "<1 s"), (1.0, "0:01"), (38.2, "0:38"), (3723.0, "1:02:03")],
)
def test_the_last_second_is_one(eta: float | None, words: str) -> None:
    assert remaining(eta) == words
