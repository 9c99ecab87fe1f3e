"""TCP Maimon (-sM): FIN and ACK; every port should reset it, but stacks derived from BSD drop it where open."""

from tui_scan.engine.techniques.rules import Rule
from tui_scan.engine.techniques.silence import silent_where_open
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.tcp_flags import ACK, FIN
from tui_scan.model.techniques import Technique

SCAN = silent_where_open(
    Technique.MAIMON,
    sends="a FIN-ACK that belongs to no connection",
    flags=FIN | ACK,
    reset=Rule(
        "RST",
        PortState.CLOSED,
        Reason.RESET,
        "The target resets the FIN-ACK. The standard asks that of open and closed ports alike; only stacks derived "
        "from BSD drop it where a program listens.",
        "RFC 9293 §3.10.7.1",
        unproven="It does not prove that the port is closed, unless the host's stack is derived from BSD.",
    ),
    silence="A stack derived from BSD drops the FIN-ACK where a program listens; so does a firewall, without a word.",
    source="RFC 9293 §3.10.7.2, which stacks derived from BSD do not follow here",
)
RULES, probes = SCAN.rules, SCAN.probes
