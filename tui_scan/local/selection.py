"""Which sockets a person asked for: the meaning of netstat's options."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui_scan.local.records import KINDS, PACKET, UNIX, LocalSocket


@dataclass(frozen=True, slots=True)
class Selection:
    """The options of ``netstat -antuwxlpeo46``, each named after its meaning.

    ``all`` (-a) and ``listening`` (-l) choose by peer; with neither, what takes from anybody is left out.
    ``tcp``, ``udp``, ``raw`` (ping sockets too), ``unix`` and ``packet`` choose kinds of sockets, none of them means
    all; ``ipv4`` and ``ipv6`` choose families, and leave out sockets that have none. ``numeric`` (-n), ``program``
    (-p), ``extended`` (-e), ``detailed`` (-e twice) and ``timers`` (-o) choose what is written.
    """

    all: bool = False
    listening: bool = False
    tcp: bool = False
    udp: bool = False
    raw: bool = False
    unix: bool = False
    packet: bool = False
    ipv4: bool = False
    ipv6: bool = False
    numeric: bool = False
    program: bool = False
    extended: bool = False
    timers: bool = False
    detailed: bool = False

    def in_detail(self) -> "Selection":
        """The same with all that a table has columns for."""
        return replace(self, detailed=True)

    @property
    def protocols(self) -> tuple[str, ...]:
        """The kinds of sockets to show, as LocalSocket names them, in the order of KINDS."""
        asked = {
            *(("tcp",) if self.tcp else ()),
            *(("udp",) if self.udp else ()),
            *(("raw", "icmp") if self.raw else ()),
            *((UNIX,) if self.unix else ()),
            *((PACKET,) if self.packet else ()),
        }
        families = {end for end, wanted in (("", self.ipv4), ("6", self.ipv6)) if wanted}
        return tuple(
            kind
            for kind in KINDS
            if (not asked or kind.rstrip("6") in asked) and (not families or _end(kind) in families)
        )


def _end(kind: str) -> str | None:
    """How a kind of an IP version ends, None for those that have no version."""
    return None if kind in (UNIX, PACKET) else "6" if kind.endswith("6") else ""


def select(sockets: Iterable[LocalSocket], selection: Selection) -> list[LocalSocket]:
    """Keep the sockets that were asked for, in their order."""
    protocols = frozenset(selection.protocols)
    if selection.all:
        return [found for found in sockets if found.protocol in protocols]
    listening = selection.listening
    return [found for found in sockets if found.protocol in protocols and found.listening is listening]
