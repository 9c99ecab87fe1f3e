"""Why a port has its state: the technique's rule, and what the evidence does not prove."""

from tui_scan.engine.techniques.registry import RULES
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.exchange.steps import Explanation
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
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

_ICMP_UNPROVEN = "It does not prove that nothing listens behind the filter, nor that other senders are turned away too."


def explain(technique: Technique, verdict: Verdict) -> Explanation:
    """The explanation of one verdict, in words a beginner can follow."""
    table = RULES[technique]
    if verdict.state is PortState.UNTRIED:
        return _pending(table, verdict)
    rule = table.explain(verdict.state, verdict.reason)
    if rule is None:
        return Explanation(f"The port is {verdict.state.label} ({verdict.reason.label}).", "", "", "")
    return Explanation(_answer(rule, table, verdict), rule.meaning, _unproven(verdict), rule.source)


def _pending(table: RuleTable, verdict: Verdict) -> Explanation:
    if not verdict.in_flight:
        return Explanation("No probe was sent to this port.", "", "Nothing is known of it.", "")
    tries = "One probe was sent" if verdict.tries == 1 else f"{verdict.tries} probes were sent"
    return Explanation(f"{tries} ({table.sends}), and no answer has come yet.", "", "", "")


def _answer(rule: Rule, table: RuleTable, verdict: Verdict) -> str:
    if verdict.reason is Reason.NO_RESPONSE:
        tries = "1 try" if verdict.tries == 1 else f"{verdict.tries} tries"
        return f"Nothing came back, after {tries}."
    answer = f"{rule.answer} from {verdict.sender}" if verdict.sender else rule.answer
    return f"Answer: {answer}."


def _unproven(verdict: Verdict) -> str:
    if verdict.state is PortState.FILTERED and verdict.reason in ICMP_REASONS:
        return _ICMP_UNPROVEN
    return _UNPROVEN.get(verdict.state, "")
