"""TCP window (-sW): an ACK scan that reads the window of the reset, which some stacks fill for open ports only."""

from tui_scan.engine.techniques.rules import Rule
from tui_scan.engine.techniques.silence import NO_RESET
from tui_scan.engine.techniques.tcp import WITH_WINDOW, TcpScan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.tcp_flags import ACK, RST
from tui_scan.model.techniques import Technique

SCAN = TcpScan(
    Technique.WINDOW,
    sends="an ACK that belongs to no connection, to read the window of the RST",
    flags=ACK,
    replies={
        RST: Rule(
            "RST with window 0",
            PortState.CLOSED,
            Reason.RESET,
            "The target reset the stray ACK, and the RST has window 0. A few old stacks do that for closed ports only; "
            "most of today do it for open ports too.",
            "RFC 9293 §3.10.7.1, which says nothing of a reset's window",
            unproven="It does not prove that the port is closed: where every port looks so, the scan tells nothing.",
        ),
        RST | WITH_WINDOW: Rule(
            "RST with a window above 0",
            PortState.OPEN,
            Reason.RESET,
            "The target reset the stray ACK, and the RST carries a window. A few old stacks take it from the socket "
            "that listens.",
            "RFC 9293 §3.10.7.2, which says nothing of a reset's window",
            unproven="It does not prove that the port is open: some stacks fill the window of every RST.",
        ),
    },
    silence=NO_RESET,
)
RULES, probes = SCAN.rules, SCAN.probes
