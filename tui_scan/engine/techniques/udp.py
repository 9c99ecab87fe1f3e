"""UDP (-sU): a datagram to each port; an ICMP port unreachable tells a closed one, silence leaves it open."""

from tui_scan.engine.techniques.icmp import filtered_rules
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

RULES = RuleTable(
    Technique.UDP,
    sends="a UDP datagram, with a payload of the port's protocol where one is known",
    rules=(
        Rule(
            "a UDP datagram from the port",
            PortState.OPEN,
            Reason.UDP_RESPONSE,
            "A program answered from this port: it is open.",
            "RFC 768",
        ),
        Rule(
            "ICMP port unreachable from the target itself",
            PortState.CLOSED,
            Reason.PORT_UNREACH,
            "The target says that no program waits for datagrams on this port.",
            "RFC 1122 §4.1.3.1",
        ),
        *filtered_rules(),
    ),
    silence=Rule(
        "nothing came before the time-out",
        PortState.OPEN_FILTERED,
        Reason.NO_RESPONSE,
        "No answer: the program that listens may have found nothing to say to the datagram, or a firewall "
        "dropped it, or the host limits its ICMP errors. UDP silence is a guess, not a proof.",
        "RFC 1122 §4.1.3.1 (a closed port should answer)",
    ),
)
