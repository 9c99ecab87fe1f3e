"""TCP SYN (-sS): half a handshake; the answer to a bare SYN tells the port's state."""

from tui_scan.engine.techniques.rules import TCP_SILENCE, Rule
from tui_scan.engine.techniques.tcp import TcpScan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.tcp_flags import ACK, RST, SYN
from tui_scan.model.techniques import Technique

SCAN = TcpScan(
    Technique.SYN,
    sends="a SYN with MSS 1460 and window 1024",
    flags=SYN,
    replies={
        SYN | ACK: Rule(
            "SYN-ACK",
            PortState.OPEN,
            Reason.SYN_ACK,
            "The target accepts the connection: something listens on this port. Your own kernel knows of no connection "
            "and resets it.",
            "RFC 9293 §3.10.7.2",
        ),
        SYN: Rule(
            "SYN",
            PortState.OPEN,
            Reason.SPLIT_HANDSHAKE_SYN,
            "The target answered with a SYN of its own, the start of a simultaneous open: it is ready to connect.",
            "RFC 9293 §3.5",
        ),
        RST: Rule(
            "RST",
            PortState.CLOSED,
            Reason.RESET,
            "The target resets the connection: the host is there, and nothing listens on this port.",
            "RFC 9293 §3.10.7.1",
        ),
    },
    silence=TCP_SILENCE,
)
RULES, probes = SCAN.rules, SCAN.probes
