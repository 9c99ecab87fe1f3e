"""The lines of the port map: sections of blocks laid out in rows, and the way between columns and places."""

from typing import NamedTuple

import numpy as np

from tui_scan.engine.scan import Scan
from tui_scan.language import number, translate
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.ui.glyphs import Look
from tui_scan.ui.widgets.grid_blocks import BLOCKS, Index, Looks, Section, read_looks

LABEL = 6
"""Character cells that a row's label takes, the blank behind it included."""


ROW = 8
"""Cells of a row come in multiples of this, so that rows begin at ports that are easy to count from."""


class Place(NamedTuple):
    """A cell of the map: ``line`` from the top of the map, ``x`` from the first cell of the row."""

    line: int
    x: int


class MapLine(NamedTuple):
    """One line: a row's first port and looks, or (``looks`` None) a section's title."""

    label: str
    looks: Looks | None


class GridMap:
    """One host's ports as lines of cells. ``lines`` counts them, titles included; ``block`` is ports a cell.

    ``version`` is the ledger's that the map shows.
    """

    def __init__(self, scan: Scan, host: int) -> None:
        self.scan, self.host = scan, host
        self.version = scan.ledger.version
        self._looks = read_looks(scan, host)
        self.sections = _sections(scan)
        self.block, self.fitting, self.per_row, self.lines = 1, 1, 8, 0
        self._tops: list[int] = []

    def arrange(self, width: int, height: int, block: int | None = None) -> None:
        """Lay out for a size in character cells; without ``block`` the smallest that lets all ports fit."""
        room = max(1, width - LABEL)
        self.per_row = room // ROW * ROW if room >= ROW else room
        self.fitting = next((size for size in BLOCKS if self._lines_with(size) <= height), BLOCKS[-1])
        self.block = block if block is not None else self.fitting
        self._tops, line = [], 0
        for section in self.sections:
            section.cut(self.block, self._looks[section.first : section.first + section.count])
            self._tops.append(line)
            line += self._titled + self._rows(section, self.block)
        self.lines = line

    def pull(self) -> list[tuple[int, Index]]:
        """Take what changed in the ledger; returns (line, cells of that line) that look different now."""
        ledger = self.scan.ledger
        version = ledger.version
        if version == self.version:
            return []
        columns = ledger.changed(self.host, self.version)
        self.version = version
        if not len(columns):
            return []
        looks = read_looks(self.scan, self.host, columns)
        self._looks[columns] = looks
        repaint: list[tuple[int, Index]] = []
        for top, section in zip(self._tops, self.sections, strict=True):
            begin, end = np.searchsorted(columns, (section.first, section.first + section.count))
            if begin == end:
                continue
            cells = section.change(columns[begin:end], looks[begin:end])
            if len(cells):
                rows, starts = np.unique(cells // self.per_row, return_index=True)
                parts = np.split(cells % self.per_row, starts[1:])
                repaint += [(top + self._titled + int(row), part) for row, part in zip(rows, parts, strict=True)]
        return repaint

    def line(self, number: int) -> MapLine | None:
        """What stands on a line; None below the last."""
        found = self._section_at(number)
        if found is None:
            return None
        section, row = found
        if row < 0:
            return MapLine(section.title, None)
        begin = row * self.per_row
        return MapLine(str(section.port_at(begin)), section.cells[begin : begin + self.per_row])

    def place(self, column: int) -> Place:
        """Where a column is shown."""
        section = self.section_of(column)
        row, x = divmod(section.cell_of(column), self.per_row)
        return Place(self._tops[self.sections.index(section)] + self._titled + row, x)

    def section_of(self, column: int) -> Section:
        """The section that a column belongs to."""
        return next(section for section in reversed(self.sections) if section.first <= column)

    def telling_at(self, column: int) -> int:
        """The most telling column of the cell that holds this column."""
        section = self.section_of(column)
        found = section.most_telling(section.cell_of(column))
        return column if found is None else found

    def column_at(self, place: Place) -> int | None:
        """The most telling column of the cell at a place; None where there is no port."""
        found = self._section_at(place.line)
        if found is None or found[1] < 0 or not 0 <= place.x < self.per_row:
            return None
        section, row = found
        return section.most_telling(row * self.per_row + place.x)

    def next_open(self, column: int, way: int) -> int | None:
        """The next (1) or previous (-1) open column, round the end if need be; None where none is open."""
        found = np.flatnonzero(self._looks == Look.OPEN)
        if not len(found):
            return None
        if way > 0:
            at = int(np.searchsorted(found, column, side="right"))
        else:
            at = int(np.searchsorted(found, column, side="left")) - 1
        return int(found[at % len(found)])

    def looks(self) -> list[Look]:
        """The looks that some port of the host has."""
        return [Look(value) for value in np.flatnonzero(np.bincount(self._looks)).tolist()]

    @property
    def _titled(self) -> int:
        return 1 if len(self.sections) > 1 else 0

    def _rows(self, section: Section, block: int) -> int:
        return -(-section.cells_needed(block) // self.per_row)

    def _lines_with(self, block: int) -> int:
        return sum(self._rows(section, block) + self._titled for section in self.sections)

    def _section_at(self, line: int) -> tuple[Section, int] | None:
        """The section on a line and the row within it, -1 for its title."""
        if not 0 <= line < self.lines:
            return None
        at = max(number for number, top in enumerate(self._tops) if top <= line)
        return self.sections[at], line - self._tops[at] - self._titled


def _sections(scan: Scan) -> list[Section]:
    sections = []
    for technique in scan.columns.techniques:
        columns = scan.columns.of(technique)
        ports = scan.columns.port[columns]
        info = TECHNIQUES[technique]
        noun = "port" if len(ports) == 1 else "ports"
        title = f"{info.protocol.value.upper()} {info.option}  {number(len(ports))} {translate(noun)}"
        sections.append(Section(ports, int(columns[0]), title))
    return sections
