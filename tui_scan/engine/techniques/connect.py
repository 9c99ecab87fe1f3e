"""TCP connect (-sT): the kernel makes the handshake; connect() and the error queue tell how it went."""

from tui_scan.engine.techniques.icmp import filtered_rules
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

RULES = RuleTable(
    Technique.CONNECT,
    sends="connect(), by which the kernel sends a SYN and finishes the handshake",
    rules=(
        Rule(
            "connect() succeeded",
            PortState.OPEN,
            Reason.SYN_ACK,
            "The target answered the SYN with SYN,ACK and the kernel completed the handshake: a program "
            "(or something in front of it) accepts connections on this port.",
            "RFC 9293 §3.10.7.2",
        ),
        Rule(
            "connect() gave ECONNREFUSED and no ICMP error stood behind it",
            PortState.CLOSED,
            Reason.CONN_REFUSED,
            "The target answered the SYN with RST: the host is there, and nothing listens on this port, or a "
            "firewall resets the connection in the host's name.",
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
