"""The TCP states of both ends of an exchange, inferred from what was seen by RFC 9293's state machine.

Nobody tells the scanner the target's state. It is concluded: a SYN that is answered by SYN-ACK met a socket in LISTEN.
Where two states would answer alike both are named, and where nothing came back none is.
"""

from collections.abc import Sequence
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.model.packets import Origin
from tui_scan.model.techniques import Protocol

NO_SOCKET = "no socket"
"""The scanner's side where it writes its own segments: its kernel has no connection for them."""

UNKNOWN = "?"


class State(StrEnum):
    """The states that scans bring about (RFC 9293 §3.3.2)."""

    CLOSED = "CLOSED"
    LISTEN = "LISTEN"
    SYN_SENT = "SYN-SENT"
    SYN_RECEIVED = "SYN-RECEIVED"
    ESTABLISHED = "ESTABLISHED"


class Segment(Enum):
    """What decides about a segment that arrives, in the order in which RFC 9293 §3.10.7 looks."""

    RST = auto()
    ACK = auto()
    SYN = auto()
    OTHER = auto()


class Reply(Enum):
    """What a state machine sends back."""

    SYN_ACK = auto()
    RST = auto()
    NOTHING = auto()


class Ends(NamedTuple):
    """Both ends at one step, as words: a state, or ``LISTEN → SYN-RECEIVED`` where the step changes it."""

    scanner: str
    target: str


_S, _G, _R = State, Segment, Reply

TARGET = {
    (_S.CLOSED, _G.RST): (_S.CLOSED, _R.NOTHING),
    (_S.CLOSED, _G.ACK): (_S.CLOSED, _R.RST),
    (_S.CLOSED, _G.SYN): (_S.CLOSED, _R.RST),
    (_S.CLOSED, _G.OTHER): (_S.CLOSED, _R.RST),
    (_S.LISTEN, _G.RST): (_S.LISTEN, _R.NOTHING),
    (_S.LISTEN, _G.ACK): (_S.LISTEN, _R.RST),
    (_S.LISTEN, _G.SYN): (_S.SYN_RECEIVED, _R.SYN_ACK),
    (_S.LISTEN, _G.OTHER): (_S.LISTEN, _R.NOTHING),
    (_S.SYN_RECEIVED, _G.RST): (_S.LISTEN, _R.NOTHING),
    (_S.SYN_RECEIVED, _G.ACK): (_S.ESTABLISHED, _R.NOTHING),
    (_S.SYN_RECEIVED, _G.SYN): (_S.SYN_RECEIVED, _R.SYN_ACK),
    (_S.SYN_RECEIVED, _G.OTHER): (_S.SYN_RECEIVED, _R.NOTHING),
    (_S.ESTABLISHED, _G.RST): (_S.CLOSED, _R.NOTHING),
}
"""(state, segment that arrives) to (next state, reply): RFC 9293 §3.10.7.1, §3.10.7.2 and §3.10.7.4."""

CALLS = {
    "": (_S.CLOSED, _S.SYN_SENT),
    "ok": (_S.SYN_SENT, _S.ESTABLISHED),
}
"""What connect() does to the own socket (RFC 9293 §3.10.1) by its result; "" is the call. Errors lead to CLOSED."""

CALL_TARGETS = {"ok": (State.LISTEN, State.SYN_RECEIVED, State.ESTABLISHED), "ECONNREFUSED": (State.CLOSED,) * 3}
"""What connect()'s result tells of the target: before the SYN, after it, and at the end."""


def ends(protocol: Protocol, steps: Sequence[Step], arrow: str = "→") -> list[Ends | None]:
    """Both ends at each step; None for steps that are no TCP. ``arrow`` stands between two states.

    Every try has its own source port, so it is a connection of its own. Third parties and other protocols: all None.
    """
    told: list[Ends | None] = [None] * len(steps)
    if protocol is not Protocol.TCP or any(step.origin is Origin.THIRD_PARTY for step in steps):
        return told
    for number in dict.fromkeys(step.try_number for step in steps):
        mine = [at for at, step in enumerate(steps) if step.try_number == number and _counts(step)]
        segments = [steps[at] for at in mine]
        calls = any(step.kind is Kind.CALL for step in segments)
        for at, both in zip(mine, (_by_calls if calls else _by_segments)(segments, arrow), strict=True):
            told[at] = both
    return told


def _counts(step: Step) -> bool:
    return (step.kind is Kind.PACKET and step.seq is not None) or step.summary.startswith("connect()")


def _by_segments(steps: list[Step], arrow: str) -> list[Ends]:
    """What all states that would have answered so have in common."""
    walks = [walk for first in (State.LISTEN, State.CLOSED) if (walk := _walk(first, steps)) is not None]
    if not walks or all(step.direction is Direction.OUT for step in steps):
        return [Ends(NO_SOCKET, UNKNOWN) for _ in steps]
    words = [[_change(*pair, arrow) for pair in walk] for walk in walks]
    return [Ends(NO_SOCKET, " or ".join(dict.fromkeys(same))) for same in zip(*words, strict=True)]


def _walk(state: State, steps: list[Step]) -> list[tuple[State, State]] | None:
    """The target's state before and after each step if it began as ``state``; None where that answers otherwise."""
    pairs, reply = [], Reply.NOTHING
    for step in steps:
        before = state
        if step.direction is Direction.OUT:
            state, reply = TARGET.get((state, arriving(step.flags)), (state, Reply.NOTHING))
        elif reply is not replied(step.flags):
            return None
        pairs.append((before, state))
    return pairs


def arriving(flags: str) -> Segment:
    """What decides about a segment with these flags (scapy's letters)."""
    return next(
        (kind for letter, kind in (("R", Segment.RST), ("A", Segment.ACK), ("S", Segment.SYN)) if letter in flags),
        Segment.OTHER,
    )


def replied(flags: str) -> Reply | None:
    """Which reply a segment with these flags is; None for one that answers no probe."""
    if "R" in flags:
        return Reply.RST
    return Reply.SYN_ACK if {"S", "A"} <= set(flags) else None


def _by_calls(steps: list[Step], arrow: str) -> list[Ends]:
    results = [step.summary.partition(": ")[2] for step in steps]
    by_icmp = any("ICMP" in step.note for step in steps)
    target = None if by_icmp else next((CALL_TARGETS[result] for result in results if result in CALL_TARGETS), None)
    out = []
    for result in results:
        own = CALLS.get(result, (State.SYN_SENT, State.CLOSED))
        pair = (target[1:] if result else target[:2]) if target else None
        out.append(Ends(_change(*own, arrow), _change(*pair, arrow) if pair else UNKNOWN))
    return out


def _change(before: State, after: State, arrow: str) -> str:
    return before.value if before is after else f"{before} {arrow} {after}"
