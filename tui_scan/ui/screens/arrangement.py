"""Which parts of the scan's page are shown in how much room: a table of rules, without any widget."""

from dataclasses import dataclass

WIDE = (120, 36)
"""Columns and rows from which the form, the results and the hosts stand beside the map."""

EXCHANGE_FROM = 16
"""Rows from which there is room for the exchange below the map."""

REQUEST_FROM = 12
"""Rows from which a line is spent on what was asked."""

REQUEST_UNTIL_START = 30
"""Rows below which that line goes when the scan starts: the exchange needs it more."""

LEAST_MAP = 3
LEAST_EXCHANGE = 8
LEAST_BELOW = 14
"""Rows that the exchange keeps, its rule included; in a wide terminal the results stand beside it."""

OPEN_STORY = 10
"""Rows that the exchange has in 80 columns while a scan runs, its rule included: the ladder and what it means."""

WHOLE_STORY = 15
"""Rows that an open port's exchange takes in 80 columns with its whole explanation: what it has when a scan is over."""

TOLD_ROWS = 11
"""Rows below a list of hosts for what is told of one of them, its rule included."""

FORM_ROWS = 17
"""Rows that the form needs, its rule and its count included."""

FACES = ("map", "list", "hosts", "exchange")
"""What ``v`` goes through where there is no room for all; ``x`` gives the exchange the whole page."""


@dataclass(frozen=True, slots=True)
class Room:
    """The terminal's size in cells, and what there is to show; ``over`` says that the scan has ended, ``portless`` that
    it looks for hosts alone."""

    width: int
    height: int
    scan: bool
    several: bool
    face: str
    started: bool = False
    over: bool = False
    portless: bool = False

    @property
    def wide(self) -> bool:
        """There is room for all parts at once."""
        return self.width >= WIDE[0] and self.height >= WIDE[1]

    @property
    def flat(self) -> bool:
        """Not one row is to spare."""
        return self.height < EXCHANGE_FROM

    @property
    def tells_hosts(self) -> bool:
        """The list of hosts has the page, and what is told of one of them the room below it."""
        return self.scan and (self.portless or (self.face == "hosts" and not self.wide))

    @property
    def faces(self) -> tuple[str, ...]:
        """What ``v`` goes through: hosts where there are several, the exchange where it has no place below."""
        if self.portless:
            return ("hosts",)
        absent = {"hosts": not self.several, "exchange": not self.flat}
        return tuple(face for face in FACES if not absent.get(face))


PARTS = ("request", "welcome", "hosts", "grid", "results", "exchange", "told", "upper", "lower")


def shown(room: Room) -> dict[str, bool]:
    """Whether each part is shown, by its id; ``upper`` and ``lower`` hold the others."""
    wide, scan, face = room.wide, room.scan, room.face
    if face == "exchange" and scan and not room.portless:
        return dict.fromkeys(PARTS, False) | {"exchange": True, "lower": True}
    parts = {
        "request": not wide and room.height >= (REQUEST_UNTIL_START if room.started else REQUEST_FROM),
        "welcome": not scan,
        "hosts": scan and (room.portless or (room.several and (wide or face == "hosts"))),
        "grid": scan and not room.portless and (wide or face == "map"),
        "results": not room.portless and (wide or (scan and face == "list")),
        "told": scan and (room.portless or face == "hosts") and not room.flat,
    }
    parts["exchange"] = not parts["told"] and (wide or (scan and face != "hosts" and not room.flat))
    parts["upper"] = wide or parts["hosts"] or parts["grid"] or parts["welcome"]
    parts["lower"] = parts["results"] or parts["exchange"] or parts["told"]
    return parts


def map_rows(rows: int, lines: int, wide: bool, over: bool = False) -> int:
    """Of ``rows`` the share of the upper part, where the map has ``lines`` to show below its rule."""
    least = FORM_ROWS if wide else LEAST_MAP
    return max(least, min(lines + 1, rows - least_below(rows, wide, over)))


def least_below(rows: int, wide: bool, over: bool = False) -> int:
    """Rows below the map that it never takes: all of an open port's story where that leaves half to the map.

    When the scan is ``over`` the whole explanation is worth more than that.
    """
    if wide:
        return LEAST_BELOW
    if over:
        return max(LEAST_EXCHANGE, min(WHOLE_STORY, rows - 2 * LEAST_MAP))
    return max(LEAST_EXCHANGE, min(OPEN_STORY, rows // 2))
