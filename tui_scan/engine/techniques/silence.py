"""What silence means where no SYN was sent: after a stray ACK, and after NULL, FIN, Xmas and Maimon probes."""

from tui_scan.engine.techniques.rules import Rule
from tui_scan.engine.techniques.tcp import TcpScan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.tcp_flags import RST
from tui_scan.model.techniques import Technique

NO_RESET = Rule(
    "nothing came before the time-out",
    PortState.FILTERED,
    Reason.NO_RESPONSE,
    "No answer to any ACK, and every TCP stack resets an ACK that belongs to no connection: a firewall drops "
    "it, as one that follows connections does, or the packets were lost.",
    "RFC 9293 §3.10.7.1 (a host that is there answers)",
)
"""After an ACK that belongs to no connection."""


def silent_where_open(technique: Technique, sends: str, flags: int, reset: str, silence: str, source: str) -> TcpScan:
    """A scan that knows two answers; ``reset`` and ``silence`` say what they mean, ``source`` who says so."""
    return TcpScan(
        technique,
        sends,
        flags,
        replies={RST: Rule("RST", PortState.CLOSED, Reason.RESET, reset, "RFC 9293 §3.10.7.1")},
        silence=Rule("nothing came before the time-out", PortState.OPEN_FILTERED, Reason.NO_RESPONSE, silence, source),
    )


def without_ack(technique: Technique, sends: str, flags: int, probe: str) -> TcpScan:
    """A probe without SYN, RST and ACK, which RFC 9293 lets a listening port drop; ``probe`` names it."""
    return silent_where_open(
        technique,
        sends,
        flags,
        reset=f"The target reset the {probe}, as a closed port does: the host is there, and nothing listens on this "
        "port, or a firewall sends the RST in the host's name. Some stacks, such as Windows', reset it on open ports "
        "too.",
        silence=f"No answer to any {probe}: a port that listens drops it, and so does a firewall without a word. Which "
        "of the two it was, or that packets were lost, cannot be told.",
        source="RFC 9293 §3.10.7.2 (a listening port drops what has neither SYN, RST nor ACK)",
    )
