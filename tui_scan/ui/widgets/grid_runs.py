"""From the values of a map's row to segments: one a stretch of equal cells, kept and used again."""

import re

from rich.segment import Segment
from rich.style import Style

from tui_scan.ui.glyphs import ASCII, STYLES, GlyphSet, Look

_STRETCHES = re.compile(rb"(.)\1*", re.DOTALL)
_REVERSE = Style(reverse=True)


class GridRuns(dict[bytes, Segment]):
    """Segments by the values they show, made when first asked for; ``base`` is the widget's own style."""

    def __init__(self, base: Style, glyphs: GlyphSet) -> None:
        super().__init__()
        self.made_for = (base, glyphs)
        self._faces = [(glyphs.of(look), base + STYLES[look]) for look in Look] + [(" ", base)]

    def __missing__(self, values: bytes) -> Segment:
        glyph, style = self._faces[values[0]]
        made = self[values] = Segment(glyph * len(values), style)
        return made

    def line(self, values: bytes, cursor: int | None) -> list[Segment]:
        """The segments of a row of values; ``cursor`` is the cell to draw as the cursor."""
        if cursor is None:
            return [self[found[0]] for found in _STRETCHES.finditer(values)]
        under = self.cursor(values[cursor])
        return [*self.line(values[:cursor], None), under, *self.line(values[cursor + 1 :], None)]

    def cursor(self, value: int) -> Segment:
        """The cursor: reversed, with the ASCII glyph, since a shaded block looks the same reversed."""
        _, style = self._faces[value]
        return Segment(ASCII.looks[value] if value < len(Look) else " ", style + _REVERSE)
