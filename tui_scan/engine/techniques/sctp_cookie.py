"""SCTP COOKIE-ECHO (-sZ): the third packet of an association that was never begun."""

from tui_scan.engine.techniques.rules import Rule
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
            "The target refused a packet of an association that it does not know, and nothing listens on this port "
            "that could have given the cookie; or a firewall sends the ABORT in its name.",
            "RFC 9260 §8.4",
        ),
    },
    silence=Rule(
        "nothing came before the time-out",
        PortState.OPEN_FILTERED,
        Reason.NO_RESPONSE,
        "No answer to any COOKIE-ECHO: a port that listens drops a cookie that it did not give, and so does a firewall "
        "without a word. Which of the two it was, or that packets were lost, cannot be told.",
        "RFC 9260 §5.1.5 (a cookie that fails its check is silently discarded)",
    ),
)
RULES, probes = SCAN.rules, SCAN.probes
