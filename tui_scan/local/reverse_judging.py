"""What a raw fact from the vantage host means: the engine's own rules for connects and datagrams, applied here."""

import errno
import os
from dataclasses import dataclass

from tui_scan.engine.techniques import connect, udp
from tui_scan.engine.techniques.icmp import reason_of
from tui_scan.engine.transport.errqueue import ORIGIN_ICMP, ORIGIN_ICMP6, QueuedError
from tui_scan.language import Sentence
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

_ANSWERS = frozenset({0, errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE})
_RULES = {Protocol.TCP: connect.RULES, Protocol.UDP: udp.RULES}
_JUDGES = {Protocol.TCP: connect.verdict, Protocol.UDP: udp.verdict}

Judged = tuple[PortState, Reason, str]
"""State, reason, and the sentence why there is no verdict, empty where there is one."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What the vantage host's kernel told of one probe; the fields are those of ``reverse_probe.Result``.

    ``code`` is the errno by this machine's numbers, 0 for success.
    """

    protocol: Protocol
    address: str
    port: int
    code: int
    queued: QueuedError | None
    source: str
    itself: bool
    at: float
    tries: int
    paced: bool


def judge(fact: Fact, limited: bool) -> Judged:
    """The verdict of one probe. ``limited``: the address refused other datagrams, so its refusals may be limited.

    A failure of the vantage host itself decides nothing: the state is then UNTRIED.
    """
    family = 6 if ":" in fact.address else 4
    queued = fact.queued
    if fact.itself:
        return _none(Sentence("it connected to its own source port each time"))
    if fact.code == errno.ETIMEDOUT:
        return _silence(fact, limited)
    if queued is not None and queued.icmp and queued.sender == fact.source != fact.address:
        return _none(
            Sentence("its own kernel says so: {reason}", reason=reason_of(family, queued.type, queued.code).label)
        )
    if fact.code not in _ANSWERS and (queued is None or not queued.icmp):
        return _none(Sentence("the call failed there: {error}", error=os.strerror(fact.code)))
    state, reason = _JUDGES[fact.protocol](
        family, fact.code, queued, queued is not None and queued.sender == fact.address
    )
    if state is PortState.UNTRIED:
        return _none(Sentence("what came back decides nothing"))
    return state, reason, ""


def _silence(fact: Fact, limited: bool) -> Judged:
    rules = _RULES[fact.protocol]
    guess = fact.protocol is Protocol.UDP and limited and not fact.paced
    rule = rules.limited if guess else rules.silence
    return rule.state, rule.reason, ""


def _none(why: Sentence) -> Judged:
    return PortState.UNTRIED, Reason.NONE, Sentence("The vantage host could not ask: {why}.", why=why)


def queued_error(told: object) -> QueuedError | None:
    """An entry of the error queue as the program there printed it; raises ValueError for anything else."""
    if told is None:
        return None
    match told:
        case [int(origin), int(icmp_type), int(code), str(sender)]:
            return QueuedError(0, origin in (ORIGIN_ICMP, ORIGIN_ICMP6), icmp_type, code, sender)
    raise ValueError(f"no entry of an error queue: {told!r}")
