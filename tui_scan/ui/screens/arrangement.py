"""Which parts of the scan's page are shown in how much room: a table of rules, without any widget."""

from dataclasses import dataclass

WIDE = (120, 36)
"""Columns and rows from which the form, the results and the hosts stand beside the map."""

EXCHANGE_FROM = 16
"""Rows from which there is room for the exchange below the map."""

REQUEST_FROM = 12
"""Rows from which a line is spent on what was asked."""

LEAST_EXCHANGE = 8
LEAST_BELOW = 14
"""Rows that the exchange keeps, its rule included; in a wide terminal the results stand beside it."""

FORM_ROWS = 17
"""Rows that the form needs, its rule and its count included."""

FACES = ("map", "list", "hosts")
"""What ``v`` goes through where there is no room for all."""


@dataclass(frozen=True, slots=True)
class Room:
    """The terminal's size in cells, and what there is to show."""

    width: int
    height: int
    scan: bool
    several: bool
    face: str

    @property
    def wide(self) -> bool:
        """There is room for all parts at once."""
        return self.width >= WIDE[0] and self.height >= WIDE[1]

    @property
    def flat(self) -> bool:
        """Not one row is to spare."""
        return self.height < EXCHANGE_FROM

    @property
    def faces(self) -> tuple[str, ...]:
        """What ``v`` goes through."""
        return FACES if self.several else FACES[:2]


def shown(room: Room) -> dict[str, bool]:
    """Whether each part is shown, by its id."""
    wide, scan = room.wide, room.scan
    return {
        "request": not wide and room.height >= REQUEST_FROM,
        "welcome": not scan,
        "hosts": scan and room.several and (wide or room.face == "hosts"),
        "panes": wide or not scan or room.face != "hosts",
        "grid": scan and (wide or room.face == "map"),
        "results": wide or (scan and room.face == "list"),
        "exchange": wide or (scan and not room.flat),
    }


def map_rows(rows: int, lines: int, wide: bool) -> int:
    """Of ``rows`` the share of the upper part, where the map has ``lines`` to show below its rule."""
    least = FORM_ROWS if wide else 3
    return max(least, min(lines + 1, rows - least_below(wide)))


def least_below(wide: bool) -> int:
    """Rows below the map that it never takes."""
    return LEAST_BELOW if wide else LEAST_EXCHANGE
