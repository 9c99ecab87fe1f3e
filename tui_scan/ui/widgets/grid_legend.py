"""What the signs of a port map mean, in the room that there is."""

from collections.abc import Sequence

from rich.text import Text

from tui_scan.language import translate
from tui_scan.ui.glyphs import STYLES, GlyphSet, Look


def legend(heads: Sequence[str], looks: Sequence[Look], glyphs: GlyphSet, room: int) -> Text:
    """A head and each sign with its word, in ``room`` character cells; ``heads`` are from long to short.

    Where even the shortest leaves no room the words go, those of the most usual signs first: ``?`` tells them all.
    """
    for head in heads:
        text = _line(head, looks, glyphs, len(looks))
        if text.cell_len <= room:
            return text
    for worded in range(len(looks) - 1, -1, -1):
        text = _line(heads[-1], looks, glyphs, worded)
        if text.cell_len <= room:
            break
    return text


def _line(head: str, looks: Sequence[Look], glyphs: GlyphSet, worded: int) -> Text:
    """The first ``worded`` signs have their words; a blank at the end parts the last sign from the rule."""
    text = Text(head)
    for number, look in enumerate(looks):
        text.append(f"  {glyphs.of(look)}", STYLES[look])
        if number < worded:
            text.append(f" {look.label}")
    return text.append(" ")


def cell_words(block: int) -> str:
    """What a cell stands for, such as ``64 ports a cell``."""
    return translate("1 port a cell" if block == 1 else "{count:,} ports a cell", count=block)
