"""How a simulated host behaves, as a topology describes it: its TCP stack, its limits, and what its wire does."""

import re

from tui_scan.lab.identifications import Identifications
from tui_scan.lab.tcp_stacks import TcpStack
from tui_scan.lab.toml_table import Table, number, typed
from tui_scan.lab.topology import Behaviour, RateLimit
from tui_scan.model.errors import UsageError

_OPTION = re.compile(r"(mss|wscale)=(\d{1,5})|(sack|timestamp|nop)")
_OPTION_LENGTHS = {"mss": 4, "wscale": 3, "sack": 2, "timestamp": 10, "nop": 1}
_OPTION_LIMITS = {"mss": 65535, "wscale": 14}
_MOST_OPTION_BYTES = 40
SIMULATED_ONLY = {
    "sctp",
    "latency_ms",
    "jitter_ms",
    "loss",
    "duplicates",
    "rst_limit",
    "ttl",
    "window",
    "options",
    "stack",
    "identifications",
}
"""What no other host has."""


def behaviour(table: Table) -> Behaviour:
    """What the keys of a simulated host say of it; raises UsageError."""
    options, stack = _options(table), _stack(table)
    window = int(number(table, "window", 64240, 0, 65535))
    if stack is TcpStack.BSD and not window:
        raise UsageError(
            '{place}: stack "bsd" tells open ports by the window of its resets; give one above 0', place=table.place
        )
    return Behaviour(
        latency_ms=number(table, "latency_ms", 0, 0, 60_000),
        jitter_ms=number(table, "jitter_ms", 0, 0, 60_000),
        loss=number(table, "loss", 0, 0, 1),
        duplicates=number(table, "duplicates", 0, 0, 1),
        icmp_limit=_limit(table, "icmp_limit"),
        rst_limit=_limit(table, "rst_limit"),
        ttl=int(number(table, "ttl", 64, 1, 255)),
        window=window,
        options=options,
        stack=stack,
        identifications=_identifications(table),
    )


def _limit(table: Table, key: str) -> RateLimit | None:
    if key not in table.entries:
        table.known.append(key)
        return None
    inner = Table(table.take(key, dict), f"{table.place}: {key}")
    limit = RateLimit(number(inner, "burst", 1.0, 1.0, 1e6), number(inner, "per_second", 1.0, 0.001, 1e6))
    inner.finish()
    return limit


def _options(table: Table) -> tuple[str, ...]:
    options = tuple(
        typed(option, str, f"{table.place}: options") for option in table.take("options", list, ["mss=1460"])
    )
    length = 0
    for option in options:
        match = _OPTION.fullmatch(option)
        name = (match[1] or match[3]) if match else ""
        if match is None or (match[2] and int(match[2]) > _OPTION_LIMITS[name]):
            raise UsageError(
                '{place}: no TCP option is called "{option}"; write mss=1460 (at most 65535), wscale=7 (at most '
                "14), sack, timestamp or nop",
                place=table.place,
                option=option,
            )
        length += _OPTION_LENGTHS[name]
    if length > _MOST_OPTION_BYTES:
        raise UsageError(
            "{place}: options take {length} bytes, and TCP has room for 40", place=table.place, length=length
        )
    return options


def _stack(table: Table) -> TcpStack:
    name = table.take("stack", str, TcpStack.RFC)
    if name not in set(TcpStack):
        raise UsageError(
            '{place}: no TCP stack is called "{name}"; write one of {tcpstack}',
            place=table.place,
            name=name,
            tcpstack=", ".join(TcpStack),
        )
    return TcpStack(name)


def _identifications(table: Table) -> Identifications:
    name = table.take("identifications", str, Identifications.COUNTER)
    if name not in set(Identifications):
        known = ", ".join(Identifications)
        raise UsageError(
            '{place}: identifications are never called "{name}"; write one of {known}',
            place=table.place,
            name=name,
            known=known,
        )
    return Identifications(name)
