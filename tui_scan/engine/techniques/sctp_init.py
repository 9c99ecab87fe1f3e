"""SCTP INIT (-sY): the first of the four packets that begin an association, and never the third."""

from tui_scan.engine.techniques.rules import SILENCE, Rule
from tui_scan.engine.techniques.sctp import SctpScan
from tui_scan.engine.wire.pings import inits
from tui_scan.engine.wire.sctp import ABORT, INIT_ACK
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

SCAN = SctpScan(
    Technique.SCTP_INIT,
    sends="an SCTP INIT",
    build=inits,
    replies={
        INIT_ACK: Rule(
            "INIT-ACK",
            PortState.OPEN,
            Reason.INIT_ACK,
            "The target agrees to an association and sends a cookie: something listens on this port. The scanner never "
            "returns the cookie, and until then the target keeps nothing in mind.",
            "RFC 9260 §5.1",
        ),
        ABORT: Rule(
            "ABORT",
            PortState.CLOSED,
            Reason.ABORT,
            "The target refuses the association: it speaks SCTP, and nothing listens on this port.",
            "RFC 9260 §5.1 and §8.4",
        ),
    },
    silence=Rule(
        SILENCE,
        PortState.FILTERED,
        Reason.NO_RESPONSE,
        "A host that speaks SCTP answers an INIT, and one that does not should say so by ICMP. So a firewall drops it "
        "without a word, or packets were lost.",
        "RFC 9260 §8.4 and RFC 1122 §3.2.2.1",
        "silence",
        "It does not prove a firewall, nor that nothing listens on the port.",
    ),
)
RULES, probes = SCAN.rules, SCAN.probes
