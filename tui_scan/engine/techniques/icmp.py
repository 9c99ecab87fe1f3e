"""ICMP and ICMPv6 errors as verdicts: the part of the reply tables that all techniques share."""

from typing import NamedTuple

from tui_scan.engine.techniques.rules import Rule
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState


class IcmpError(NamedTuple):
    """One ICMP error: ``codes`` None stands for every code of the type."""

    family: int
    type: int
    codes: tuple[int, ...] | None
    reason: Reason
    meaning: str
    source: str


ERRORS = (
    IcmpError(4, 3, (0,), Reason.NET_UNREACH, "a router knows no way to the network", "RFC 792, type 3, code 0"),
    IcmpError(
        4,
        3,
        (1,),
        Reason.HOST_UNREACH,
        "a router could not reach the host, or a firewall says so",
        "RFC 792, type 3, code 1",
    ),
    IcmpError(
        4, 3, (2,), Reason.PROTO_UNREACH, "the host says that it does not speak the protocol", "RFC 792, type 3, code 2"
    ),
    IcmpError(4, 3, (3,), Reason.PORT_UNREACH, "the port was said to be unreachable", "RFC 792, type 3, code 3"),
    IcmpError(
        4, 3, (9,), Reason.NET_PROHIBITED, "a router may not forward to the network", "RFC 1122 §3.2.2.1, code 9"
    ),
    IcmpError(
        4, 3, (10,), Reason.HOST_PROHIBITED, "a router may not forward to the host", "RFC 1122 §3.2.2.1, code 10"
    ),
    IcmpError(4, 3, (13,), Reason.ADMIN_PROHIBITED, "a filter forbids the packet", "RFC 1812 §5.2.7.1, code 13"),
    IcmpError(
        4,
        11,
        None,
        Reason.TIME_EXCEEDED,
        "the packet's time to live ran out on the way, or (code 1) not all of its fragments came in time",
        "RFC 792, type 11",
    ),
    IcmpError(6, 1, (0,), Reason.NO_ROUTE, "a router knows no way to the network", "RFC 4443 §3.1, code 0"),
    IcmpError(6, 1, (1, 5), Reason.ADMIN_PROHIBITED, "a filter forbids the packet", "RFC 4443 §3.1, codes 1 and 5"),
    IcmpError(6, 1, (2,), Reason.BEYOND_SCOPE, "the source address is beyond its scope", "RFC 4443 §3.1, code 2"),
    IcmpError(6, 1, (3,), Reason.HOST_UNREACH, "a router could not reach the host", "RFC 4443 §3.1, code 3"),
    IcmpError(6, 1, (4,), Reason.PORT_UNREACH, "the port was said to be unreachable", "RFC 4443 §3.1, code 4"),
    IcmpError(6, 1, (6,), Reason.REJECT_ROUTE, "a route to the host says: reject", "RFC 4443 §3.1, code 6"),
    IcmpError(
        6, 4, (1,), Reason.PARAM_PROBLEM, "the host says that it does not speak the protocol", "RFC 4443 §3.4, code 1"
    ),
    IcmpError(
        6,
        3,
        None,
        Reason.TIME_EXCEEDED,
        "the packet's hop limit ran out on the way, or (code 1) not all of its fragments came in time",
        "RFC 4443 §3.3",
    ),
)
"""The errors that decide a verdict; all others are ignored, as nmap does."""

CODES = 256


def _reasons(family: int) -> bytes:
    """The reason by ``type * 256 + code`` for one family; 0 where the error is ignored."""
    table = bytearray(CODES * CODES)
    for error in (e for e in ERRORS if e.family == family):
        for code in range(CODES) if error.codes is None else error.codes:
            table[error.type * CODES + code] = error.reason
    return bytes(table)


REASONS = {4: _reasons(4), 6: _reasons(6)}


def reason_of(family: int, icmp_type: int, code: int) -> Reason:
    """The reason an ICMP error gives; ``Reason.NONE`` where it is to be ignored."""
    return Reason(REASONS[family][icmp_type * CODES + code])


PORT_MEANING = "That is not the port's own word: {error}."
PORT_UNPROVEN = "It does not prove that nothing listens there, nor that other senders are turned away too."
AN_ERROR, ANOTHER_ERROR = "an ICMP error", "another ICMP error"


def filtered_rules(
    brief: str = AN_ERROR, meaning: str = PORT_MEANING, unproven: str = PORT_UNPROVEN
) -> tuple[Rule, ...]:
    """One rule an error: it was not the port that answered, but something that filters.

    ``brief`` tells the errors beside other answers; ``meaning`` has the place ``{error}``.
    """
    rules: dict[Reason, Rule] = {}
    for error in ERRORS:
        label = f"ICMP{'v6' if error.family == 6 else ''} type {error.type}"
        values = {"error": error.meaning}
        rule = Rule(label, PortState.FILTERED, error.reason, meaning, error.source, brief, unproven, values)
        rules.setdefault(error.reason, rule)
    return tuple(rules.values())
