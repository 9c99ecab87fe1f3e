"""Where the cursor of the port map goes: from a column to the one beside, above or below it."""

from tui_scan.ui.widgets.grid_map import GridMap, Place


def beside(map: GridMap, column: int, way: int) -> int:
    """The most telling column of the next (1) or previous (-1) cell, over row and section ends."""
    section = map.section_of(column)
    found = section.most_telling(section.cell_of(column) + way)
    if found is not None:
        return found
    edge = section.first + section.count if way > 0 else section.first - 1
    if not 0 <= edge < map.scan.columns.count:
        return column
    return map.telling_at(edge)


def below(map: GridMap, column: int, rows: int) -> int:
    """The most telling column ``rows`` rows down (negative: up), stopping at the map's edges.

    Titles do not count. Where the row has no port in that place, the nearest one that it has.
    """
    here, way = map.place(column), 1 if rows > 0 else -1
    line, left, best = here.line, abs(rows), column
    while left and 0 <= line + way < map.lines:
        line += way
        found = _nearest(map, line, here.x)
        if found is not None:
            best, left = found, left - 1
    return best


def _nearest(map: GridMap, line: int, x: int) -> int | None:
    row = map.line(line)
    if row is None or row.looks is None:
        return None
    around = sorted(range(len(row.looks)), key=lambda place: abs(place - x))
    columns = (map.column_at(Place(line, place)) for place in around)
    return next((column for column in columns if column is not None), None)
