"""TCP ACK (-sA): a stray acknowledgement, reset by open and closed ports alike; it tells what a filter lets through."""

from tui_scan.engine.techniques.rules import Rule
from tui_scan.engine.techniques.silence import NO_RESET
from tui_scan.engine.techniques.tcp import TcpScan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.tcp_flags import ACK, RST
from tui_scan.model.techniques import Technique

SCAN = TcpScan(
    Technique.ACK,
    sends="an ACK that belongs to no connection",
    flags=ACK,
    replies={
        RST: Rule(
            "RST",
            PortState.UNFILTERED,
            Reason.RESET,
            "The ACK reached a TCP stack, which knows no such connection and resets it, whether a program listens or "
            "not: the port is open or closed. So no filter stops a stray ACK here; or one sends the RST itself.",
            "RFC 9293 §3.10.7.1 and §3.10.7.2",
            unproven="It does not prove that the port is open, nor that a SYN would pass the filter too.",
        ),
    },
    silence=NO_RESET,
)
RULES, probes = SCAN.rules, SCAN.probes
