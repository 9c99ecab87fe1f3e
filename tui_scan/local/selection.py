"""Which sockets a person asked for: the meaning of netstat's options."""

from collections.abc import Iterable
from dataclasses import dataclass

from tui_scan.local.records import LocalSocket


@dataclass(frozen=True, slots=True)
class Selection:
    """The options of ``netstat -antulpe46``, each named after its meaning.

    ``all`` (-a) and ``listening`` (-l) choose by peer; with neither, only sockets with a peer are shown.
    ``tcp`` and ``udp`` (-t, -u) choose protocols, ``ipv4`` and ``ipv6`` (-4, -6) families; neither of a
    pair means both. ``numeric`` (-n), ``program`` (-p) and ``extended`` (-e) choose what is written.
    """

    all: bool = False
    listening: bool = False
    tcp: bool = False
    udp: bool = False
    ipv4: bool = False
    ipv6: bool = False
    numeric: bool = False
    program: bool = False
    extended: bool = False

    @property
    def protocols(self) -> frozenset[str]:
        """The protocols to show, as LocalSocket names them."""
        kinds = [kind for kind, asked in (("tcp", self.tcp), ("udp", self.udp)) if asked] or ["tcp", "udp"]
        families = [end for end, asked in (("", self.ipv4), ("6", self.ipv6)) if asked] or ["", "6"]
        return frozenset(kind + end for kind in kinds for end in families)


def select(sockets: Iterable[LocalSocket], selection: Selection) -> list[LocalSocket]:
    """Keep the sockets that were asked for, in their order."""
    protocols = selection.protocols
    if selection.all:
        return [found for found in sockets if found.protocol in protocols]
    listening = selection.listening
    return [found for found in sockets if found.protocol in protocols and found.listening is listening]
