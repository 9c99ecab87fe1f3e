"""--badsum: a technique's rules where the checksums of its probes are wrong, so that nobody should answer."""

from tui_scan.engine.techniques.rules import NO_VALUES, Rule, RuleTable
from tui_scan.model.reasons import ICMP_REASONS
from tui_scan.model.techniques import TECHNIQUES, Technique

_ANSWER = (
    "The probe's checksum was wrong (--badsum), and a host's stack drops such a packet without a word. So what "
    "answered does not check: a firewall, an intrusion detection or something else on the way that speaks in the "
    "host's name. The answer tells of that, and nothing of the port."
)
_ERROR = (
    "The probe's checksum was wrong (--badsum). An ICMP error comes from what did not check it: a router or a firewall "
    "on the way, or a host that does not know the packet's protocol. It tells nothing of the port."
)
_SILENCE = (
    "No answer, as is to be expected: the checksums were wrong (--badsum), and whatever checks them drops such packets "
    "without a word. It tells nothing of the port; {state} is only what this scan calls silence."
)
_SOURCE = "RFC 1122 §4.1.3.4 and §4.2.2.7, RFC 9260 §6.8"


_UNPROVEN = "It does not prove any state of the port."
TEXTS = (_ANSWER, _ERROR, _SILENCE, _SOURCE, _UNPROVEN)
"""All that is said here."""


def with_bad_sums(table: RuleTable) -> RuleTable:
    """The table as --badsum leaves it; the packets of connect (the kernel's) and of third parties have right ones."""
    if table.technique is Technique.CONNECT or TECHNIQUES[table.technique].third_party:
        return table

    def told(rule: Rule) -> Rule:
        meaning = _ERROR if rule.reason in ICMP_REASONS else _ANSWER
        return rule._replace(meaning=meaning, source=_SOURCE, unproven=_UNPROVEN, values=NO_VALUES)

    values = {"state": table.silence.state.label}
    silence = table.silence._replace(meaning=_SILENCE, source=_SOURCE, unproven=_UNPROVEN, values=values)
    return table._replace(rules=tuple(map(told, table.rules)), silence=silence)
