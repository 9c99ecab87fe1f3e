"""What a lab host answers to a probe, by name, and what a right scanner then says of the port."""

import re
from dataclasses import dataclass

from tui_scan.model.errors import UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

IcmpError = tuple[int, int]
"""An ICMP or ICMPv6 error: type and code."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer; ``icmp4`` and ``icmp6`` are set for those that are an ICMP error."""

    name: str
    icmp4: IcmpError | None = None
    icmp6: IcmpError | None = None

    def icmp(self, family: int) -> IcmpError | None:
        """The error for IPv4 (4) or IPv6 (6)."""
        return self.icmp4 if family == 4 else self.icmp6


OPEN = Answer("open")
CLOSED = Answer("closed")
DROP = Answer("drop")
RESET = Answer("reset")
ACCEPT = Answer("accept")
PORT_UNREACHABLE = Answer("port-unreachable", (3, 3), (1, 4))

ANSWERS = {
    answer.name: answer
    for answer in (
        OPEN,
        CLOSED,
        DROP,
        RESET,
        ACCEPT,
        PORT_UNREACHABLE,
        Answer("no-route", (3, 0), (1, 0)),
        Answer("host-unreachable", (3, 1), (1, 3)),
        Answer("admin-prohibited", (3, 13), (1, 1)),
    )
}
"""Every answer with a name; ``icmp 3/10 icmp6 1/5`` names any other ICMP error."""

FIREWALL_ANSWERS = frozenset(ANSWERS) - {"open", "closed"}
"""What a Linux firewall rule can do; a simulated host can do everything but ``accept``."""

_CUSTOM = re.compile(r"icmp (\d{1,3})/(\d{1,3}) icmp6 (\d{1,3})/(\d{1,3})")

_ICMP4_REASONS = {
    (3, 0): Reason.NET_UNREACH,
    (3, 1): Reason.HOST_UNREACH,
    (3, 2): Reason.PROTO_UNREACH,
    (3, 3): Reason.PORT_UNREACH,
    (3, 9): Reason.NET_PROHIBITED,
    (3, 10): Reason.HOST_PROHIBITED,
    (3, 13): Reason.ADMIN_PROHIBITED,
    (11, 0): Reason.TIME_EXCEEDED,
    (11, 1): Reason.TIME_EXCEEDED,
}
_ICMP6_REASONS = {
    (1, 0): Reason.NO_ROUTE,
    (1, 1): Reason.ADMIN_PROHIBITED,
    (1, 2): Reason.BEYOND_SCOPE,
    (1, 3): Reason.HOST_UNREACH,
    (1, 4): Reason.PORT_UNREACH,
    (1, 5): Reason.ADMIN_PROHIBITED,
    (1, 6): Reason.REJECT_ROUTE,
    (3, 0): Reason.TIME_EXCEEDED,
    (3, 1): Reason.TIME_EXCEEDED,
    (4, 1): Reason.PARAM_PROBLEM,
}
_OWN_ANSWERS = {
    Protocol.TCP: (Reason.SYN_ACK, Reason.RESET),
    Protocol.UDP: (Reason.UDP_RESPONSE, Reason.PORT_UNREACH),
    Protocol.SCTP: (Reason.INIT_ACK, Reason.ABORT),
}
"""What an open port and a closed one say."""


def parse_answer(text: str) -> Answer:
    """The answer of that name, or of the form ``icmp 3/10 icmp6 1/5``; raises UsageError."""
    if text in ANSWERS:
        return ANSWERS[text]
    match = _CUSTOM.fullmatch(text)
    if match is None:
        known = ", ".join(ANSWERS)
        raise UsageError(
            'no answer is called "{given}"; write one of {known}, or "icmp 3/10 icmp6 1/5"', given=text, known=known
        )
    type4, code4, type6, code6 = (int(number) for number in match.groups())
    if max(type4, code4, type6, code6) > 255:
        raise UsageError('"{given}": ICMP types and codes end at 255', given=text)
    return Answer(text, (type4, code4), (type6, code6))


def verdict(answer: Answer, protocol: Protocol, family: int, *, from_router: bool = False) -> tuple[PortState, Reason]:
    """What a SYN, UDP or SCTP INIT scan that loses no packet must say (nmap's reference guide, "Port Scanning").

    An ICMP error that no scanner knows counts as silence. ``from_router`` says that somebody else than the
    target answers, so that even a UDP port unreachable only means filtered.
    """
    udp = protocol is Protocol.UDP
    silence = (PortState.OPEN_FILTERED if udp else PortState.FILTERED, Reason.NO_RESPONSE)
    opened, closed = _OWN_ANSWERS[protocol]
    plain = {
        OPEN: (PortState.OPEN, opened),
        CLOSED: (PortState.CLOSED, closed),
        RESET: (PortState.CLOSED, Reason.RESET),
        DROP: silence,
    }
    if answer in plain:
        return plain[answer]
    error = answer.icmp(family)
    reasons = _ICMP4_REASONS if family == 4 else _ICMP6_REASONS
    if error is None or error not in reasons:
        return silence
    if udp and not from_router and reasons[error] is Reason.PORT_UNREACH:
        return PortState.CLOSED, Reason.PORT_UNREACH
    return PortState.FILTERED, reasons[error]
