"""SCTP INIT (-sY): the first of the four packets that begin an association, and never the third."""

from tui_scan.engine.techniques.rules import Rule
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
            "The target agreed to an association and sent a cookie: something listens on this port. The scanner never "
            "returns the cookie, and the target keeps nothing in mind until it does.",
            "RFC 9260 §5.1",
        ),
        ABORT: Rule(
            "ABORT",
            PortState.CLOSED,
            Reason.ABORT,
            "The target refused the association: it speaks SCTP, and nothing listens on this port, or a firewall sends "
            "the ABORT in its name.",
            "RFC 9260 §5.1 and §8.4",
        ),
    },
    silence=Rule(
        "nothing came before the time-out",
        PortState.FILTERED,
        Reason.NO_RESPONSE,
        "No answer to any INIT: a firewall drops the packets silently, or they or their answers were lost. A host that "
        "does not speak SCTP would have said so by ICMP.",
        "RFC 9260 §8.4 (a host that is there answers)",
    ),
)
RULES, probes = SCAN.rules, SCAN.probes
