"""SCTP COOKIE-ECHO (-sZ): the third packet of an association that was never begun."""

from tui_scan.engine.techniques.rules import OPEN_FILTERED_UNPROVEN, SILENCE, Rule
from tui_scan.engine.techniques.sctp import SctpScan
from tui_scan.engine.wire.sctp import ABORT, cookie_echoes
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

SCAN = SctpScan(
    Technique.SCTP_COOKIE_ECHO,
    sends="an SCTP COOKIE-ECHO with a cookie that nobody gave",
    build=cookie_echoes,
    replies={
        ABORT: Rule(
            "ABORT",
            PortState.CLOSED,
            Reason.ABORT,
            "The target refuses a packet of an association that it does not know, and nothing listens on this port "
            "that could have given the cookie.",
            "RFC 9260 §8.4",
        ),
    },
    silence=Rule(
        SILENCE,
        PortState.OPEN_FILTERED,
        Reason.NO_RESPONSE,
        "A port that listens drops a cookie that it did not give; so does a firewall, without a word.",
        "RFC 9260 §5.1.5",
        "silence",
        OPEN_FILTERED_UNPROVEN,
    ),
)
RULES, probes = SCAN.rules, SCAN.probes
