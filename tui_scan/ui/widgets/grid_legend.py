"""What the signs of a port map mean, in the room that there is."""

from collections.abc import Sequence

from rich.text import Text

from tui_scan.ui.glyphs import LABELS, STYLES, GlyphSet, Look


def legend(head: str, looks: Sequence[Look], glyphs: GlyphSet, room: int) -> Text:
    """``head`` and each sign with its word, in ``room`` character cells.

    Where that is too long the words go, those of the most usual signs first: ``?`` tells them all.
    """
    for worded in range(len(looks), -1, -1):
        text = Text(head)
        for number, look in enumerate(looks):
            text.append(f"  {glyphs.of(look)}", STYLES[look])
            if number < worded:
                text.append(f" {LABELS[look]}")
        if text.cell_len <= room:
            break
    return text


def cell_words(block: int) -> str:
    """What a cell stands for, such as ``64 ports a cell``."""
    return "1 port a cell" if block == 1 else f"{block:,} ports a cell"
