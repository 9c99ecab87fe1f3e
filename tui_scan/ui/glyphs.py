"""What a port's state looks like: one table of glyphs and colours, in Unicode and in ASCII."""

import sys
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from rich.style import Style

from tui_scan.language import translate
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState


class Look(IntEnum):
    """What a cell of the map shows, the most telling first: of a block of ports the lowest value wins."""

    OPEN = 0
    REJECTED = 1
    FILTERED = 2
    OPEN_FILTERED = 3
    UNFILTERED = 4
    CLOSED_FILTERED = 5
    CLOSED = 6
    IN_FLIGHT = 7
    UNTRIED = 8

    @property
    def label(self) -> str:
        """The word beside the glyph, states of ports as everywhere; ``rejected`` is filtered, told by an ICMP error."""
        return translate(LABELS[self]) if self in NO_STATES else LABELS[self]


LABELS = {
    Look.OPEN: "open",
    Look.REJECTED: "rejected",
    Look.FILTERED: "filtered",
    Look.OPEN_FILTERED: "open|filtered",
    Look.UNFILTERED: "unfiltered",
    Look.CLOSED_FILTERED: "closed|filtered",
    Look.CLOSED: "closed",
    Look.IN_FLIGHT: "in flight",
    Look.UNTRIED: "untried",
}

NO_STATES = (Look.REJECTED, Look.IN_FLIGHT)
"""Looks whose words are no names of states; such names are the same in every language."""

_OF_STATE = {
    PortState.UNTRIED: Look.UNTRIED,
    PortState.OPEN: Look.OPEN,
    PortState.CLOSED: Look.CLOSED,
    PortState.FILTERED: Look.FILTERED,
    PortState.UNFILTERED: Look.UNFILTERED,
    PortState.OPEN_FILTERED: Look.OPEN_FILTERED,
    PortState.CLOSED_FILTERED: Look.CLOSED_FILTERED,
}


def look_of(state: PortState, reason: Reason, tries: int) -> Look:
    """The look of one port; ``tries`` tells whether an untried one is in flight."""
    if state is PortState.FILTERED and reason in ICMP_REASONS:
        return Look.REJECTED
    if state is PortState.UNTRIED and tries:
        return Look.IN_FLIGHT
    return _OF_STATE[state]


STYLES = {
    Look.OPEN: Style(color="green", bold=True),
    Look.REJECTED: Style(color="magenta"),
    Look.FILTERED: Style(color="yellow"),
    Look.OPEN_FILTERED: Style(color="cyan"),
    Look.UNFILTERED: Style(color="blue"),
    Look.CLOSED_FILTERED: Style(color="yellow"),
    Look.CLOSED: Style(dim=True),
    Look.IN_FLIGHT: Style(bold=True),
    Look.UNTRIED: Style(color="bright_black"),
}
"""Colours of the terminal's own sixteen, red kept for alarms; the glyph says the same without them."""


@dataclass(frozen=True, slots=True)
class GlyphSet:
    """The characters of one mode. ``looks`` has one character a Look, by its value."""

    name: str
    looks: str
    right: str
    left: str
    lost: str
    more: str
    ascending: str
    descending: str

    def of(self, look: Look) -> str:
        """The character of a look."""
        return self.looks[look]


UNICODE = GlyphSet("unicode", "■▲▒░□▫─◦·", "→", "←", "×", "…", "▲", "▼")
ASCII = GlyphSet("ascii", "#!?~+=-o.", ">", "<", "x", "~", "^", "v")


def default_glyphs() -> GlyphSet:
    """Unicode where the terminal's encoding is UTF-8, else ASCII."""
    encoding = (getattr(sys.__stdout__, "encoding", None) or "").lower().replace("-", "")
    return UNICODE if encoding.startswith("utf") else ASCII


def glyphs_of(app: Any) -> GlyphSet:
    """The glyphs of an app: its ``glyphs`` attribute, a GlyphSet, else Unicode."""
    found = getattr(app, "glyphs", UNICODE)
    return found if isinstance(found, GlyphSet) else UNICODE
