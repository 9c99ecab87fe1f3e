"""A verdict as the comparison reads it: only what decides between classes."""

from enum import Enum

from tui_scan.model.reasons import ICMP_REASONS
from tui_scan.model.states import PortState
from tui_scan.model.verdict import Verdict


class Answer(Enum):
    """What came back from a port. REJECTED is filtered by the word of an ICMP error, FILTERED by silence."""

    OPEN = "open"
    CLOSED = "closed"
    REJECTED = "rejected"
    FILTERED = "filtered"
    OPEN_FILTERED = "open|filtered"
    CLOSED_FILTERED = "closed|filtered"
    UNFILTERED = "unfiltered"
    NONE = "untried"


_OF_STATE = {
    PortState.OPEN: Answer.OPEN,
    PortState.CLOSED: Answer.CLOSED,
    PortState.FILTERED: Answer.FILTERED,
    PortState.OPEN_FILTERED: Answer.OPEN_FILTERED,
    PortState.CLOSED_FILTERED: Answer.CLOSED_FILTERED,
    PortState.UNFILTERED: Answer.UNFILTERED,
    PortState.UNTRIED: Answer.NONE,
}


def answer_of(verdict: Verdict | None) -> Answer:
    """The answer behind a verdict; NONE where there is no verdict."""
    if verdict is None:
        return Answer.NONE
    if verdict.state is PortState.FILTERED and verdict.reason in ICMP_REASONS:
        return Answer.REJECTED
    return _OF_STATE[verdict.state]
