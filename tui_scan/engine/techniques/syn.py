"""TCP SYN (-sS): half a handshake; the answer to a bare SYN tells the port's state."""

from tui_scan.engine.techniques.icmp import filtered_rules
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

RULES = RuleTable(
    Technique.SYN,
    sends="a SYN with MSS 1460 and window 1024",
    rules=(
        Rule(
            "SYN,ACK",
            PortState.OPEN,
            Reason.SYN_ACK,
            "The target agreed to the connection: something listens on this port. The scanner's own kernel "
            "knows of no such connection and answers RST, so that it is never completed.",
            "RFC 9293 §3.10.7.2",
        ),
        Rule(
            "SYN",
            PortState.OPEN,
            Reason.SPLIT_HANDSHAKE_SYN,
            "The target answered with a SYN of its own, the start of a simultaneous open: the port is open.",
            "RFC 9293 §3.5",
        ),
        Rule(
            "RST",
            PortState.CLOSED,
            Reason.RESET,
            "The target reset the connection: the host is there, and nothing listens on this port, or a "
            "firewall sends the RST in the host's name.",
            "RFC 9293 §3.10.7.1",
        ),
        *filtered_rules(),
    ),
    silence=Rule(
        "nothing came before the time-out",
        PortState.FILTERED,
        Reason.NO_RESPONSE,
        "No answer to any SYN: a firewall drops the packets silently, or they or their answers were lost. "
        "Silence does not prove that nothing listens.",
        "RFC 9293 §3.10.7.1 (a host that is there answers)",
    ),
)
