"""The legend of the map tells every sign whatever the room, and as many words as fit."""

import pytest

from tui_scan.ui.glyphs import ASCII, STYLES, UNICODE, GlyphSet, Look
from tui_scan.ui.widgets.grid_legend import legend

LONG, HEAD = "10.77.0.3 (box.example) (2/7)  16 ports a cell", "10.77.0.3 (2/7)  16 ports a cell"
HEADS = (LONG, HEAD)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("room", range(60, 200, 7))
def test_it_fits_and_every_sign_stands_in_it(glyphs: GlyphSet, room: int) -> None:
    text = legend(HEADS, list(Look), glyphs, room).plain
    assert len(text) <= room
    assert text.startswith(HEADS)
    signs = text.removeprefix(LONG).removeprefix(HEAD).split()
    assert [sign for sign in signs if sign in set(glyphs.looks)] == list(glyphs.looks)


def test_the_most_telling_words_stay_longest() -> None:
    whole = legend(HEADS, list(Look), UNICODE, 300).plain
    assert all(look.label in whole for look in Look)
    assert whole.startswith(LONG)
    short = legend(HEADS, list(Look), UNICODE, len(whole) - 1).plain
    assert short.startswith(HEAD) and "untried" in short, "the name goes before any word"
    less = legend(HEADS, list(Look), UNICODE, len(short) - 1).plain
    assert "open" in less and "untried" not in less


def test_looks_differ_by_sign_and_only_alarms_are_red() -> None:
    assert all(len(set(glyphs.looks)) == len(Look) for glyphs in (UNICODE, ASCII))
    assert not [look for look in Look if (color := STYLES[look].color) is not None and "red" in color.name]
