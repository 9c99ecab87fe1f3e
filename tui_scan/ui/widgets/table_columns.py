"""The columns of a virtual table: which fit a width, and how a cell's text is cut to its column."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from textwrap import wrap
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from tui_scan.language import ENGLISH, translate


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column. ``width`` is its least width in character cells.

    Where the table is too narrow, columns with a ``hide`` above 0 are left out, the highest first. What is
    left over goes to columns with ``grow``, in that proportion, each up to ``most`` cells (0: no limit).
    ``cut_middle`` keeps both ends of a text that is too long: the port of an address.
    """

    key: str
    title: str
    width: int
    right: bool = False
    hide: int = 0
    grow: int = 0
    most: int = 0
    cut_middle: bool = False


class Place(NamedTuple):
    """Where a shown column stands: its number among all columns, first character cell, width."""

    number: int
    left: int
    width: int


@lru_cache(maxsize=64)
def headed(columns: tuple[TableColumn, ...], language: str) -> tuple[TableColumn, ...]:
    """The columns as wide at least as their headings in a language; in English they are that by themselves."""
    if language == ENGLISH:
        return columns
    return tuple(replace(one, width=max(one.width, cell_len(translate(one.title)))) for one in columns)


@lru_cache(maxsize=64)
def fit(columns: tuple[TableColumn, ...], width: int) -> tuple[Place, ...]:
    """The columns that fit ``width`` character cells with one between them, in their order."""
    shown = list(range(len(columns)))
    while len(shown) > 1 and sum(columns[at].width + 1 for at in shown) - 1 > width:
        victim = max(shown, key=lambda at: (columns[at].hide, at))
        if not columns[victim].hide:
            break
        shown.remove(victim)
    widths = {at: columns[at].width for at in shown}
    _grow(columns, widths, width - sum(widths.values()) - len(shown) + 1)
    places, left = [], 0
    for at in shown:
        places.append(Place(at, left, widths[at]))
        left += widths[at] + 1
    return tuple(places)


def _grow(columns: Sequence[TableColumn], widths: dict[int, int], spare: int) -> None:
    """Share ``spare`` cells among the columns that grow, until none is left or all are full."""
    while spare > 0:
        open_ones = [
            at for at in widths if columns[at].grow and (not columns[at].most or widths[at] < columns[at].most)
        ]
        if not open_ones:
            return
        total = sum(columns[at].grow for at in open_ones)
        given = 0
        for at in open_ones:
            share = max(1, spare * columns[at].grow // total)
            room = columns[at].most - widths[at] if columns[at].most else share
            share = min(share, room, spare - given)
            widths[at] += share
            given += share
        spare -= given


@lru_cache(maxsize=8192)
def cut(text: str, width: int, right: bool, middle: bool, more: str) -> str:
    """``text`` in exactly ``width`` character cells; ``more`` (one cell) stands for what was cut away."""
    length = len(text) if text.isascii() else cell_len(text)
    if length <= width:
        pad = " " * (width - length)
        return pad + text if right else text + pad
    if width < 2 or not middle:
        return set_cell_size(text, max(0, width - 1)) + more[:width]
    head = (width - 1) // 2
    tail = text
    while cell_len(tail) > width - 1 - head:
        tail = tail[1:]
    return set_cell_size(set_cell_size(text, head) + more + tail, width)


@lru_cache(maxsize=256)
def heading(title: str, arrow: str, width: int, right: bool, more: str) -> str:
    """A column's heading in exactly ``width`` cells; its last words give way to the ``arrow`` of the order."""
    while " " in title and cell_len(title) + cell_len(arrow) > width:
        title = title.rpartition(" ")[0]
    room = width - cell_len(arrow)
    whole = title if cell_len(title) <= room else cut(title, room, False, False, more)
    return cut(whole + arrow, width, right, False, more)


@lru_cache(maxsize=16)
def empty_line(sentence: str, width: int, number: int) -> str:
    """Of a sentence that stands where no rows are: its line ``number``, from 0, in ``width`` character cells."""
    lines = wrap(sentence, max(8, width - 2), initial_indent=" ", subsequent_indent=" ")
    return lines[number] if number < len(lines) else ""
