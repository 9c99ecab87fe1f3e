"""TCP connect (-sT): the kernel makes the handshake; connect() and the error queue tell how it went."""

import errno

from tui_scan.engine.techniques.icmp import filtered_rules, reason_of
from tui_scan.engine.techniques.rules import TCP_SILENCE, Rule, RuleTable
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

RULES = RuleTable(
    Technique.CONNECT,
    sends="connect(), by which the kernel sends a SYN and finishes the handshake",
    rules=(
        Rule(
            "success of connect()",
            PortState.OPEN,
            Reason.SYN_ACK,
            "The target answered SYN-ACK and your kernel completed the handshake: something accepts connections on "
            "this port.",
            "RFC 9293 §3.10.7.2",
            "a handshake",
        ),
        Rule(
            "ECONNRESET or EPIPE after the handshake",
            PortState.OPEN,
            Reason.SYN_ACK,
            "The target answered SYN-ACK and your kernel completed the handshake; then the target reset the "
            "connection. A reset before that would have been ECONNREFUSED.",
            "RFC 9293 §3.10.7.4",
            "a handshake",
        ),
        Rule(
            "ECONNREFUSED with no ICMP error behind it",
            PortState.CLOSED,
            Reason.CONN_REFUSED,
            "The target answered the SYN with RST: the host is there, and nothing listens on this port.",
            "RFC 9293 §3.10.7.1",
            "RST",
        ),
        *filtered_rules(),
    ),
    silence=TCP_SILENCE,
)


def verdict(family: int, code: int, queued: QueuedError | None, _from_target: bool) -> tuple[PortState, Reason]:
    """The verdict of a finished connect: its errno, and the ICMP error behind it where there was one.

    (UNTRIED, NONE) where the answer decides nothing, such as an ICMP code that is to be ignored.
    """
    if code in (0, errno.ECONNRESET, errno.EPIPE):
        return PortState.OPEN, Reason.SYN_ACK
    if queued is not None and queued.icmp:
        reason = reason_of(family, queued.type, queued.code)
        return (PortState.FILTERED, reason) if reason else (PortState.UNTRIED, Reason.NONE)
    if code == errno.ECONNREFUSED:
        return PortState.CLOSED, Reason.CONN_REFUSED
    return PortState.UNTRIED, Reason.NONE
