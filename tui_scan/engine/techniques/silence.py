"""What silence means where no SYN was sent: after a stray ACK, and after NULL, FIN, Xmas and Maimon probes."""

from tui_scan.engine.techniques.rules import OPEN_FILTERED_UNPROVEN, SILENCE, Rule
from tui_scan.engine.techniques.tcp import TcpScan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.tcp_flags import RST
from tui_scan.model.techniques import Technique

NO_RESET = Rule(
    SILENCE,
    PortState.FILTERED,
    Reason.NO_RESPONSE,
    "Every TCP stack resets an ACK that belongs to no connection. So a firewall drops it, as one that follows "
    "connections does, or the packets were lost.",
    "RFC 9293 §3.10.7.1 and §3.10.7.2",
    "silence",
    "It does not prove a firewall, nor what a SYN would meet.",
)
"""After an ACK that belongs to no connection."""


CLOSED_UNPROVEN = (
    "It does not prove that the port is closed: some stacks, such as Windows', reset it on open ports too."
)


def silent_where_open(technique: Technique, sends: str, flags: int, reset: Rule, silence: str, source: str) -> TcpScan:
    """A scan that knows two answers; ``reset`` and ``silence`` say what they mean, ``source`` who says so."""
    return TcpScan(
        technique,
        sends,
        flags,
        replies={RST: reset},
        silence=Rule(
            SILENCE,
            PortState.OPEN_FILTERED,
            Reason.NO_RESPONSE,
            silence,
            source,
            "silence",
            OPEN_FILTERED_UNPROVEN,
        ),
    )


def without_ack(technique: Technique, sends: str, flags: int) -> TcpScan:
    """A probe without SYN, RST and ACK, which RFC 9293 lets a listening port drop."""
    return silent_where_open(
        technique,
        sends,
        flags,
        reset=Rule(
            "RST",
            PortState.CLOSED,
            Reason.RESET,
            "The target resets what belongs to no connection, as a closed port does: the host is there.",
            "RFC 9293 §3.10.7.1",
            unproven=CLOSED_UNPROVEN,
        ),
        silence="A port that listens drops a segment without SYN, RST and ACK; so does a firewall, without a word.",
        source="RFC 9293 §3.10.7.2",
    )
