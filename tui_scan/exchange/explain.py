"""Why a port has its state: the technique's rule, and what the evidence does not prove."""

from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.bad_sums import with_bad_sums
from tui_scan.engine.techniques.icmp import ERRORS, IcmpError
from tui_scan.engine.techniques.other_flags import with_other_flags
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.exchange.steps import Explanation
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.verdict import Verdict

_UNPROVEN = {
    PortState.OPEN: "It does not prove which program that is, nor that it is on this very machine: a proxy, a "
    "load balancer or a forwarding router can answer in its place.",
    PortState.CLOSED: "It does not prove that there is no firewall: one can answer just like this.",
    PortState.FILTERED: "It does not prove that a firewall is there, nor that the port would be closed without it.",
    PortState.OPEN_FILTERED: "It does not prove that the port is open.",
    PortState.UNFILTERED: "It does not prove that the port is open.",
    PortState.CLOSED_FILTERED: "It does not prove that the port is closed.",
}
"""What each state leaves open; each technique's rule says what it means."""

_PROTOCOL_UNPROVEN = {
    PortState.OPEN: "It does not prove that a program makes use of the protocol, nor that it is this very machine that "
    "speaks it: a router or a firewall can answer in its place.",
    PortState.CLOSED: _UNPROVEN[PortState.CLOSED],
    PortState.FILTERED: "It does not prove that the host does not speak the protocol, nor that others are turned "
    "away too.",
    PortState.OPEN_FILTERED: "It does not prove that the host speaks the protocol.",
}
"""The same where IP protocols are scanned."""

_ICMP_UNPROVEN = "It does not prove that nothing listens behind the filter, nor that other senders are turned away too."


def explain(technique: Technique, verdict: Verdict, flags: int | None = None, *, bad_sums: bool = False) -> Explanation:
    """The explanation of one verdict, in words a beginner can follow.

    ``flags`` are those of --scanflags, ``bad_sums`` says that the probes' checksums are wrong.
    """
    table = with_other_flags(registry.rules(technique), flags)
    table = with_bad_sums(table) if bad_sums else table
    noun = TECHNIQUES[technique].protocol.noun
    if verdict.state is PortState.UNTRIED:
        return _pending(table, verdict, noun)
    rule = table.explain(verdict.state, verdict.reason)
    if rule is None:
        return Explanation(f"The {noun} is {verdict.state.label} ({verdict.reason.label}).", "", "", "")
    error = _icmp_error(verdict)
    source = error.source if error and not bad_sums else rule.source
    return Explanation(_answer(rule, verdict, error), rule.meaning, _unproven(verdict, noun), source)


def _icmp_error(verdict: Verdict) -> IcmpError | None:
    """The ICMP error of the host's own family behind a filtered port; a rule stands for both families."""
    if verdict.state is not PortState.FILTERED:
        return None
    family = 6 if ":" in verdict.address else 4
    return next((one for one in ERRORS if (one.family, one.reason) == (family, verdict.reason)), None)


def _pending(table: RuleTable, verdict: Verdict, noun: str) -> Explanation:
    if not verdict.in_flight:
        return Explanation(f"No probe was sent to this {noun}.", "", "Nothing is known of it.", "")
    tries = "One probe was sent" if verdict.tries == 1 else f"{verdict.tries} probes were sent"
    return Explanation(f"{tries} ({table.sends}), and no answer has come yet.", "", "", "")


def _answer(rule: Rule, verdict: Verdict, error: IcmpError | None) -> str:
    if verdict.reason is Reason.NO_RESPONSE:
        tries = "1 try" if verdict.tries == 1 else f"{verdict.tries} tries"
        return f"Nothing came back, after {tries}."
    answer = rule.answer
    if error is not None:
        answer = f"ICMP{'v6' if error.family == 6 else ''} type {error.type} ({verdict.reason.label})"
    sender = f" from {verdict.sender}" if verdict.sender else ""
    return f"Answer: {answer}{sender}."


def _unproven(verdict: Verdict, noun: str) -> str:
    if noun == Protocol.IP.noun:
        return _PROTOCOL_UNPROVEN.get(verdict.state, "")
    if verdict.state is PortState.FILTERED and verdict.reason in ICMP_REASONS:
        return _ICMP_UNPROVEN
    return _UNPROVEN.get(verdict.state, "")
