"""Why a port has its state: the technique's rule, what the evidence does not prove, and what would change it."""

from collections.abc import Iterable, Mapping

from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.bad_sums import with_bad_sums
from tui_scan.engine.techniques.icmp import ERRORS, IcmpError
from tui_scan.engine.techniques.other_flags import with_other_flags
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.exchange.explain_untried import Untried, told_untried
from tui_scan.exchange.steps import Explanation
from tui_scan.language import translate
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.verdict import Verdict

STATES_SOURCE = "nmap(1), Port Scanning Basics"

UNPROVEN = {
    PortState.OPEN: "It does not prove which program answers, nor on which machine it runs.",
    PortState.CLOSED: "It does not prove that no firewall is there: one can answer just so.",
}
"""What a state leaves open where its rule says nothing else."""

PROTOCOL_UNPROVEN = {
    PortState.OPEN: "It does not prove that a program uses the protocol, nor which machine speaks it.",
    PortState.CLOSED: UNPROVEN[PortState.CLOSED],
}
"""The same where IP protocols are scanned."""


def explain(
    technique: Technique,
    verdict: Verdict,
    flags: int | None = None,
    *,
    bad_sums: bool = False,
    untried: Untried = Untried.WAITING,
) -> Explanation:
    """The explanation of one verdict, in words a beginner can follow, in the reader's language.

    ``flags`` are those of --scanflags, ``bad_sums`` says that the probes' checksums are wrong, ``untried`` why there is
    no verdict where there is none.
    """
    plain = with_other_flags(registry.rules(technique), flags)
    table = with_bad_sums(plain) if bad_sums else plain
    spoiled = table is not plain
    noun = translate(TECHNIQUES[technique].protocol.noun)
    others = _no_other() if spoiled else _others(table, verdict.state)
    if verdict.state is PortState.UNTRIED:
        return told_untried(untried, verdict.tries, noun, _filled(table.sends, table.values), spoiled, others)
    rule = table.explain(verdict.state, verdict.reason)
    if rule is None:
        answer = translate(
            "The {noun} is {state} ({reason}).",
            noun=noun,
            state=translate(verdict.state.label),
            reason=verdict.reason.label,
        )
        return Explanation(answer, "", "", translate(STATES_SOURCE), others)
    error = _icmp_error(verdict)
    values = {"error": error.meaning} if error and not spoiled else rule.values
    return Explanation(
        _answer(technique, rule, verdict, error),
        _filled(rule.meaning, values),
        translate(rule.unproven or _usual_unproven(technique)[verdict.state]),
        translate(error.source if error and not spoiled else rule.source),
        others,
    )


def scan_name(technique: Technique) -> str:
    """``SYN``, ``IP protocol``: the word before “scan”."""
    return TECHNIQUES[technique].title.removeprefix("TCP ")


def _usual_unproven(technique: Technique) -> Mapping[PortState, str]:
    return PROTOCOL_UNPROVEN if TECHNIQUES[technique].protocol is Protocol.IP else UNPROVEN


def _filled(text: str, values: Mapping[str, str]) -> str:
    return translate(text, **{name: translate(value) for name, value in values.items()})


def _icmp_error(verdict: Verdict) -> IcmpError | None:
    """The ICMP error of the host's own family behind a filtered port; a rule stands for both families."""
    if verdict.state is not PortState.FILTERED:
        return None
    family = 6 if ":" in verdict.address else 4
    return next((one for one in ERRORS if (one.family, one.reason) == (family, verdict.reason)), None)


def _answer(technique: Technique, rule: Rule, verdict: Verdict, error: IcmpError | None) -> str:
    """Which answer came, and that the technique's rule reads it as this state."""
    told = {"scan": scan_name(technique), "state": translate(rule.state.label)}
    if rule.reason is Reason.LIMITED:
        return translate(
            "No answer came before the waiting for this host, which limits its answers, was cut short. The {scan} scan "
            "reads silence as {state}.",
            **told,
        )
    if rule.reason is Reason.NO_RESPONSE:
        if verdict.tries == 1:
            return translate("Nothing came back after 1 try, which the {scan} scan reads as {state}.", **told)
        return translate(
            "Nothing came back after {tries} tries, which the {scan} scan reads as {state}.",
            **told,
            tries=verdict.tries,
        )
    answer = translate(rule.answer)
    if error is not None:
        answer = f"ICMP{'v6' if error.family == 6 else ''} type {error.type} ({verdict.reason.label})"
    if verdict.sender:
        return translate(
            "Answer: {answer} from {sender}, which the {scan} scan reads as {state}.",
            **told,
            answer=answer,
            sender=verdict.sender,
        )
    return translate("Answer: {answer}, which the {scan} scan reads as {state}.", **told, answer=answer)


def _no_other() -> str:
    return translate("No other answer would tell more: the checksum of every probe was wrong.")


def _others(table: RuleTable, state: PortState) -> str:
    """Which answers would have given which other state, by the technique's own rules."""
    readings = [
        translate("{answers} as {state}", answers=_either(map(translate, answers)), state=translate(other.label))
        for other, answers in table.others(state).items()
    ]
    if not readings:
        return ""
    told = readings[0]
    for reading in readings[1:]:
        told = translate("{some}; {more}", some=told, more=reading)
    if state is PortState.UNTRIED:
        return translate("The {scan} scan reads {readings}.", scan=scan_name(table.technique), readings=told)
    return translate("The scan would read {readings}.", readings=told)


def _either(answers: Iterable[str]) -> str:
    """``a, b or c``."""
    *some, last = answers
    return translate("{some} or {last}", some=", ".join(some), last=last) if some else last
