"""Which of a port's segments a firewall rule looks at: all, or by flags or connections only some."""

from enum import StrEnum

from tui_scan.model.techniques import Technique


class Which(StrEnum):
    """The packets of a rule.

    ``syn``: SYNs without ACK, told by their flags alone. ``new``: what begins a connection for the kernel's connection
    tracking, a stray ACK too. ``stray``: what belongs to no connection and is no SYN.
    """

    ALL = "all"
    SYN = "syn"
    NEW = "new"
    STRAY = "stray"


_OPENING = frozenset({Technique.SYN, Technique.CONNECT, Technique.IDLE, Technique.BOUNCE})
_ACKS = frozenset({Technique.ACK, Technique.WINDOW})
_ODD = frozenset({Technique.NULL, Technique.FIN, Technique.XMAS, Technique.MAIMON})

MET = {
    Which.ALL: frozenset(Technique),
    Which.SYN: _OPENING,
    Which.NEW: _OPENING | _ACKS,
    Which.STRAY: _ACKS | _ODD,
}
"""The scan types whose probes a rule meets; a FIN-ACK is invalid to connection tracking, not new."""
