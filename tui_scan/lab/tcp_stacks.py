"""How TCP stacks differ in what an open port answers to probes that are no SYN, and what each scan type makes of it."""

from enum import StrEnum

from tui_scan.lab.answers import CLOSED, OPEN, RESET, Answer, verdict
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

Verdict = tuple[PortState, Reason]


class TcpStack(StrEnum):
    """Whose habits an open port has.

    ``rfc``: RFC 9293 §3.10.7.2, as Linux. ``bsd``: drops FIN-ACK, and its reset of an ACK has the listener's window.
    ``windows``: resets whatever has no SYN.
    """

    RFC = "rfc"
    BSD = "bsd"
    WINDOWS = "windows"


_SILENT = (PortState.OPEN_FILTERED, Reason.NO_RESPONSE)
_CLOSED = (PortState.CLOSED, Reason.RESET)
_UNFILTERED = (PortState.UNFILTERED, Reason.RESET)
_OPEN_BY_WINDOW = (PortState.OPEN, Reason.RESET)

_SILENCE_IS_OPEN = (Technique.MAIMON, Technique.NULL, Technique.FIN, Technique.XMAS)
_DROPPED = {**dict.fromkeys(TcpStack, _SILENT), TcpStack.WINDOWS: _CLOSED}
_OPEN_PORT: dict[Technique, dict[TcpStack, Verdict]] = {
    Technique.ACK: dict.fromkeys(TcpStack, _UNFILTERED),
    Technique.WINDOW: {**dict.fromkeys(TcpStack, _CLOSED), TcpStack.BSD: _OPEN_BY_WINDOW},
    Technique.MAIMON: {**dict.fromkeys(TcpStack, _CLOSED), TcpStack.BSD: _SILENT},
    Technique.NULL: _DROPPED,
    Technique.FIN: _DROPPED,
    Technique.XMAS: _DROPPED,
}
"""What the scan types besides SYN and connect see of an open port."""


_BY_OTHERS: dict[Technique, dict[PortState, Verdict]] = {
    Technique.IDLE: {
        PortState.OPEN: (PortState.OPEN, Reason.IPID_CHANGE),
        PortState.CLOSED: (PortState.CLOSED_FILTERED, Reason.NO_IPID_CHANGE),
        PortState.FILTERED: (PortState.CLOSED_FILTERED, Reason.NO_IPID_CHANGE),
    },
}
"""What a scan type sees by a zombie, where SYN sees these states."""


def seen_by(
    technique: Technique, answer: Answer, stack: TcpStack, family: int, *, from_router: bool = False
) -> Verdict:
    """What a scan by ``technique`` that loses no packet must say of a port with this answer."""
    plain = verdict(answer, TECHNIQUES[technique].protocol, family, from_router=from_router)
    if technique in _BY_OTHERS:
        return _BY_OTHERS[technique][plain[0]]
    if technique is Technique.CONNECT and plain == _CLOSED:
        return PortState.CLOSED, Reason.CONN_REFUSED
    if technique is Technique.SCTP_COOKIE_ECHO and (answer is OPEN or plain[1] is Reason.NO_RESPONSE):
        return _SILENT
    if TECHNIQUES[technique].protocol is not Protocol.TCP or technique not in _OPEN_PORT:
        return plain
    if answer is OPEN:
        return _OPEN_PORT[technique][stack]
    if answer in (CLOSED, RESET):
        return _UNFILTERED if technique is Technique.ACK else _CLOSED
    if plain[1] is Reason.NO_RESPONSE and technique in _SILENCE_IS_OPEN:
        return _SILENT
    return plain
