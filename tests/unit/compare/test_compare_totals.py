"""The line of totals: every class is counted at any width, and named as far as there is room."""

import re
from collections import Counter

import pytest

from tui_scan.compare.classes import PortClass
from tui_scan.ui.glyphs import ASCII, UNICODE, GlyphSet
from tui_scan.ui.widgets.compare_says import totals


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("width", [48, 79, 100, 159])
def test_each_class_is_counted_and_named_where_it_fits(width: int, glyphs: GlyphSet) -> None:
    counts = Counter({one: number for number, one in enumerate(PortClass, 1)})
    text = totals(counts, width, glyphs)
    assert text.cell_len <= width
    found = re.findall(r"(\S) (\d)(?: ([a-z-]+))?(?=  |$)", text.plain)
    assert [int(count) for _, count, _ in found] == [counts[one] for one in PortClass]
    assert len({glyph for glyph, _, _ in found}) == len(PortClass)
    names = [name for _, _, name in found if name]
    assert names == [str(one) for one in PortClass][: len(names)], "the last ones lose their names first"
    assert len(names) == {48: 0, 79: 3, 100: 4, 159: 9}[width]


def test_classes_without_ports_are_left_out() -> None:
    assert totals(Counter({PortClass.EXPOSED: 3}), 40, UNICODE).plain == "■ 3 exposed"
