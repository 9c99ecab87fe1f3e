"""TCP idle scan (-sI): SYNs in a zombie's name; the zombie's IPv4 identifications tell what came of them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.language import Sentence
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

MOST_BETWEEN = 32
"""The widest gap between two identifications that still counts as counting: a zombie has a little traffic of its
own."""
_WRAP = 1 << 16

_SOURCE = "RFC 791 §3.2 and RFC 9293 §3.10.7.1; RFC 6864 is why many hosts count no more"

_NO_CHANGE = Rule(
    "the zombie's identification went on by its answers to us alone",
    PortState.CLOSED_FILTERED,
    Reason.NO_IPID_CHANGE,
    "The zombie sent nothing else in between. Either the target answered the SYN with a RST, which the zombie takes "
    "without a word (the port is closed), or nothing came to the zombie at all (a filter).",
    _SOURCE,
    "no packet more",
    "It does not prove that the port is closed: a filter, or a target that does not trust the zombie, looks the same.",
)

RULES = RuleTable(
    Technique.IDLE,
    sends="a SYN in the zombie's name, between two SYN-ACKs to the zombie",
    rules=(
        Rule(
            "the zombie's identification went on by one more",
            PortState.OPEN,
            Reason.IPID_CHANGE,
            "The zombie sent one packet more than its answers to us: the target had sent it a SYN-ACK, as an open port "
            "does, and the zombie, which knows of no connection, answered with a RST. The target saw "
            "the zombie's address only.",
            _SOURCE,
            "one packet more of the zombie",
            "It does not prove that the port is open for others than the zombie; and a packet of its own would look "
            "the same.",
        ),
    ),
    silence=_NO_CHANGE,
)


class Counting(NamedTuple):
    """How a host numbers its packets: by ``step``, in the other byte order where ``swapped``."""

    step: int
    swapped: bool

    def between(self, first: int, second: int) -> int:
        """How many packets the host has sent from the first identification to the second."""
        return (self._read(second) - self._read(first)) % _WRAP // self.step

    def _read(self, identification: int) -> int:
        return _swap(identification) if self.swapped else identification


def counting(identifications: Sequence[int]) -> Counting | None:
    """How these identifications, in the order of their packets, count; None where they do not."""
    for swapped in (False, True):
        read = [_swap(one) if swapped else one for one in identifications]
        gaps = [(later - one) % _WRAP for one, later in pairwise(read)]
        if gaps and all(1 <= gap <= MOST_BETWEEN for gap in gaps):
            return Counting(1 if any(gap % 2 for gap in gaps) else 2, swapped)
    return None


NO_ORDER = "its identifications come in no order, at random or from several counters ({numbers})"


def why_not(identifications: Sequence[int]) -> Sentence:
    """What identifications that do not count look like, in a few words."""
    listed = ", ".join(map(str, identifications))
    if not any(identifications):
        return Sentence("its identifications are all 0, as RFC 6864 allows ({numbers})", numbers=listed)
    if len(set(identifications)) == 1:
        return Sentence("its identifications are all the same ({numbers})", numbers=listed)
    return Sentence(NO_ORDER, numbers=listed)


def _swap(identification: int) -> int:
    return (identification & 0xFF) << 8 | identification >> 8
