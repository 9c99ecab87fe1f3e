"""TCP Maimon (-sM): FIN and ACK; every port should reset it, but stacks derived from BSD drop it where open."""

from tui_scan.engine.techniques.silence import silent_where_open
from tui_scan.model.tcp_flags import ACK, FIN
from tui_scan.model.techniques import Technique

SCAN = silent_where_open(
    Technique.MAIMON,
    sends="a FIN,ACK that belongs to no connection",
    flags=FIN | ACK,
    reset="The target reset the FIN,ACK. The standard asks that of open and closed ports alike; only stacks derived "
    "from BSD drop it where a program listens. So the port is closed on such a host, and on any other nothing is "
    "known of it.",
    silence="No answer to any FIN,ACK: a stack derived from BSD drops it where a program listens, and so does a "
    "firewall without a word. Which of the two it was, or that packets were lost, cannot be told.",
    source="RFC 9293 §3.10.7.2 (a listening port should reset an ACK, which old stacks derived from BSD do not)",
)
RULES, probes = SCAN.rules, SCAN.probes
