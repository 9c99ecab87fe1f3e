"""What each answer to a packet of an IP protocol means."""

from tui_scan.engine.techniques.icmp import filtered_rules
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

_OWN = (
    Rule(
        "a packet of this protocol from the target",
        PortState.OPEN,
        Reason.PROTO_RESPONSE,
        "The target answered in the protocol itself: it speaks it.",
        "RFC 791 §3.1 (the field Protocol), RFC 8200 §3 (Next Header)",
    ),
    Rule(
        "an ICMP echo reply",
        PortState.OPEN,
        Reason.ECHO_REPLY,
        "The target answered an echo request: it speaks ICMP.",
        "RFC 792",
    ),
    Rule(
        "ICMP port unreachable from the target itself",
        PortState.OPEN,
        Reason.PORT_UNREACH,
        "The target speaks the protocol, for otherwise it would not have looked for the port: it would have said that "
        "the protocol is unreachable. A firewall that rejects the packet can send the same error in its name.",
        "RFC 1122 §3.2.2.1",
    ),
    Rule(
        "ICMPv6 parameter problem with a field, from the target itself",
        PortState.OPEN,
        Reason.PARAM_PROBLEM,
        "The target found fault with a field of the protocol's header, and so it has read that header: it speaks the "
        "protocol.",
        "RFC 4443 §3.4, code 0",
    ),
    Rule(
        "ICMP protocol unreachable from the target itself",
        PortState.CLOSED,
        Reason.PROTO_UNREACH,
        "The target says that it does not speak this protocol.",
        "RFC 1122 §3.2.2.1",
    ),
    Rule(
        "ICMPv6 parameter problem, unrecognized next header, from the target itself",
        PortState.CLOSED,
        Reason.PARAM_PROBLEM,
        "The target says that it does not know this protocol: IPv6 has no protocol unreachable, this is its word for "
        "it.",
        "RFC 8200 §4 and RFC 4443 §3.4, code 1",
    ),
)

_FILTERED = filtered_rules("an answer in the protocol", "the host speaks it")
_SPOKEN = tuple(
    Rule(
        "an ICMP error from the target about another protocol",
        PortState.OPEN,
        rule.reason,
        "The echo request stayed without an answer, but the target sent an ICMP error about another protocol in this "
        "scan: it speaks ICMP, and something keeps it from answering an echo.",
        "RFC 792",
    )
    for rule in _FILTERED
    if rule.reason not in {known.reason for known in _OWN if known.state is PortState.OPEN}
)

RULES = RuleTable(
    Technique.IP_PROTOCOL,
    sends="a packet of the IP protocol, with a body that asks for an answer where one is known",
    rules=(*_OWN, *_FILTERED, *_SPOKEN),
    silence=Rule(
        "nothing came before the time-out",
        PortState.OPEN_FILTERED,
        Reason.NO_RESPONSE,
        "No answer: the host may speak the protocol and have nothing to say to the packet, or a firewall dropped it, "
        "or the host limits its ICMP errors. Silence is a guess here, not a proof.",
        "RFC 1122 §3.2.2.1 (a host that does not speak the protocol should say so)",
    ),
)
