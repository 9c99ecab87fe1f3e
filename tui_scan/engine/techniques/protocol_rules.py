"""What each answer to a packet of an IP protocol means."""

from tui_scan.engine.techniques.icmp import ANOTHER_ERROR, filtered_rules
from tui_scan.engine.techniques.rules import SILENCE, Rule, RuleTable
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

_ANSWER = "an answer in the protocol"
_FAULT = "an error of the target that has read the header"
_UNKNOWN = "an error of the target that does not know the protocol"

_OWN = (
    Rule(
        "a packet of this protocol from the target",
        PortState.OPEN,
        Reason.PROTO_RESPONSE,
        "The target answered in the protocol itself: it speaks it.",
        "RFC 791 §3.1 and RFC 8200 §3",
        _ANSWER,
    ),
    Rule(
        "an ICMP echo reply",
        PortState.OPEN,
        Reason.ECHO_REPLY,
        "The target answered an echo request: it speaks ICMP.",
        "RFC 792, type 0, and RFC 4443 §4.2",
        _ANSWER,
    ),
    Rule(
        "ICMP port unreachable from the target itself",
        PortState.OPEN,
        Reason.PORT_UNREACH,
        "The target speaks the protocol, for otherwise it would not have looked for the port: it would have said that "
        "the protocol is unreachable. Or a firewall that rejects the packet sends the error in its name.",
        "RFC 1122 §3.2.2.1",
        _FAULT,
    ),
    Rule(
        "ICMPv6 parameter problem with a field, from the target itself",
        PortState.OPEN,
        Reason.PARAM_PROBLEM,
        "The target found fault with a field of the protocol's header, and so it has read that header: it speaks the "
        "protocol.",
        "RFC 4443 §3.4, code 0",
        _FAULT,
    ),
    Rule(
        "ICMP protocol unreachable from the target itself",
        PortState.CLOSED,
        Reason.PROTO_UNREACH,
        "The target says that it does not speak this protocol.",
        "RFC 1122 §3.2.2.1",
        _UNKNOWN,
    ),
    Rule(
        "ICMPv6 parameter problem, unrecognized next header, from the target itself",
        PortState.CLOSED,
        Reason.PARAM_PROBLEM,
        "The target says that it does not know this protocol: IPv6 has no protocol unreachable, this is its word for "
        "it.",
        "RFC 8200 §4 and RFC 4443 §3.4, code 1",
        _UNKNOWN,
    ),
)

_FILTERED = filtered_rules(
    ANOTHER_ERROR,
    "That is no answer in the protocol: {error}.",
    "It does not prove that the host does not speak the protocol, nor that others are turned away too.",
)
_SPOKEN = tuple(
    Rule(
        "an ICMP error from the target about another protocol",
        PortState.OPEN,
        rule.reason,
        "The echo request stayed without an answer, but the target sent an ICMP error about another protocol in this "
        "scan: it speaks ICMP, and something keeps it from answering an echo.",
        "RFC 792 and RFC 4443 §2.1",
        "an ICMP error about another protocol",
    )
    for rule in _FILTERED
    if rule.reason not in {known.reason for known in _OWN if known.state is PortState.OPEN}
)

RULES = RuleTable(
    Technique.IP_PROTOCOL,
    sends="a packet of the IP protocol, with a body that asks for an answer where one is known",
    rules=(*_OWN, *_FILTERED, *_SPOKEN),
    silence=Rule(
        SILENCE,
        PortState.OPEN_FILTERED,
        Reason.NO_RESPONSE,
        "The host may speak the protocol and have nothing to say to the packet. Or a firewall dropped it, or the host "
        "limits its ICMP errors.",
        "RFC 1122 §3.2.2.1",
        "silence",
        "It does not prove that the host speaks the protocol: it is a guess.",
    ),
)
