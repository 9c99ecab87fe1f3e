"""--scanflags: a TCP technique's rules where its probes carry other flags than its own."""

from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.model.reasons import Reason
from tui_scan.model.tcp_flags import flag_names
from tui_scan.model.techniques import TECHNIQUES, Protocol

_RESET = (
    "The target reset a segment with {flags} (--scanflags): the host is there, or a firewall sends the RST in its "
    "name. The {title} scan reads this answer as {state}; to other flags than its own, open and closed ports may both "
    "send it."
)
_SILENCE = (
    "No answer to any segment with {flags} (--scanflags): a firewall drops it, or the host's stack answers nothing to "
    "such flags, or packets were lost. The {title} scan reads silence as {state}; to other flags than its own it can "
    "mean either."
)
_UNPROVEN = "It does not prove the state: the rule was made for other flags."
SENDS = "a TCP segment with {flags}"
_MEANINGS = {Reason.RESET: _RESET, Reason.NO_RESPONSE: _SILENCE}
"""What is not the same with other flags; a SYN-ACK and an ICMP error mean what they always mean."""
TEXTS = (_RESET, _SILENCE, _UNPROVEN, SENDS)
"""All that is said here."""


def with_other_flags(table: RuleTable, flags: int | None) -> RuleTable:
    """The table as --scanflags leaves it; None, and a technique that writes no segments, change nothing."""
    info = TECHNIQUES[table.technique]
    if flags is None or info.protocol is not Protocol.TCP or not info.needs_raw:
        return table
    names = flag_names(flags)

    def told(rule: Rule) -> Rule:
        text = _MEANINGS.get(rule.reason)
        if text is None:
            return rule
        values = {"flags": names, "title": info.title, "state": rule.state.label}
        return rule._replace(meaning=text, source="RFC 9293 §3.10.7", unproven=_UNPROVEN, values=values)

    rules, silence = tuple(map(told, table.rules)), told(table.silence)
    return table._replace(sends=SENDS, values={"flags": names}, rules=rules, silence=silence)
