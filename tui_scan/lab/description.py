"""Reads a topology from TOML; what is wrong there is told with the place where it stands."""

import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

from tui_scan.lab.answers import ACCEPT, CLOSED, FIREWALL_ANSWERS, OPEN, RESET, Answer, parse_answer
from tui_scan.lab.consistency import check
from tui_scan.lab.identifications import Identifications
from tui_scan.lab.matching import Which
from tui_scan.lab.own_description import own_connection, own_service
from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.tcp_stacks import TcpStack
from tui_scan.lab.toml_table import Table, located, number, typed
from tui_scan.lab.topology import (
    Behaviour,
    HostSpec,
    Interface,
    Kind,
    RateLimit,
    Rule,
    Service,
    Topology,
)
from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import TCP_AND_UDP, Protocol
from tui_scan.scope.ports import WITH_PORTS

DEFAULT = Path(__file__).parent / "topologies" / "default.toml"
"""The topology that the package brings."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
_OPTION = re.compile(r"(mss|wscale)=(\d{1,5})|(sack|timestamp|nop)")
_OPTION_LENGTHS = {"mss": 4, "wscale": 3, "sack": 2, "timestamp": 10, "nop": 1}
_OPTION_LIMITS = {"mss": 65535, "wscale": 14}
_MOST_OPTION_BYTES = 40
_SIMULATED_ONLY = {
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


def load(path: Path = DEFAULT) -> Topology:
    """The topology in a TOML file; raises UsageError with what is wrong and where."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError("Cannot read the topology {path}: {strerror}.", path=path, strerror=error.strerror) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("The topology {path} is not TOML: {error}.", path=path, error=error) from error
    try:
        return parse(document)
    except UsageError as error:
        raise UsageError("The topology {path}: {error}.", path=path, error=error) from error


def parse(document: Mapping[str, Any]) -> Topology:
    """The topology that a TOML document describes; raises UsageError."""
    table = Table(document, "the file")
    scanner = Table(table.take("scanner", dict), "[scanner]")
    addresses = _addresses(scanner)
    services = tuple(own_service(entry, addresses) for entry in scanner.tables("services"))
    connections = tuple(own_connection(entry) for entry in scanner.tables("connections"))
    scanner.finish()
    hosts = tuple(
        _host(Table(typed(entry, dict, f"host {n}"), f"host {n}"))
        for n, entry in enumerate(table.take("host", list), 1)
    )
    topology = Topology(table.take("title", str, "A practice network"), addresses, hosts, services, connections)
    table.finish()
    check(topology)
    return topology


def _addresses(table: Table, key: str = "addresses") -> tuple[Interface, ...]:
    found: list[Interface] = []
    for entry in table.take(key, list):
        text = typed(entry, str, f"{table.place}: {key}")
        try:
            interface = ip_interface(text)
        except ValueError:
            raise UsageError(
                '{place}: "{given}" is no address; write it as 10.77.0.2/24 or fd77::2/64',
                place=table.place,
                given=text,
            ) from None
        if "/" not in text:
            raise UsageError(
                '{place}: "{given}" has no prefix length; write {given}/24 or {given}/64', place=table.place, given=text
            )
        address = interface.ip
        if address.is_multicast or address.is_unspecified or address.is_loopback:
            raise UsageError(
                "{place}: {address} cannot be the address of a host on a link", place=table.place, address=address
            )
        found.append(interface)
    if not found:
        raise UsageError("{place}: {key} is empty; give at least one address", place=table.place, key=key)
    return tuple(found)


def _host(table: Table) -> HostSpec:
    name = table.take("name", str)
    if not _NAME.fullmatch(name):
        raise UsageError('{place}: "{name}" is no host name; write one like web.lab', place=table.place, name=name)
    table.place = name
    kind_name = table.take("kind", str)
    if kind_name not in set(Kind):
        raise UsageError(
            '{name}: no kind is called "{kind_name}"; write one of {kind}',
            name=name,
            kind_name=kind_name,
            kind=", ".join(Kind),
        )
    kind = Kind(kind_name)
    if kind is not Kind.SIMULATED:
        for key in sorted(_SIMULATED_ONLY & set(table.entries)):
            raise UsageError('{name}: only a simulated host has "{key}"', name=name, key=key)
    known = WITH_PORTS if kind is Kind.SIMULATED else TCP_AND_UDP
    services = {protocol: _service(table, protocol, kind) for protocol in known if protocol in table.entries}
    table.known += known
    host = HostSpec(
        name=name,
        kind=kind,
        addresses=_addresses(table),
        about=table.take("about", str, ""),
        services=services,
        rules=tuple(_rule(entry, kind) for entry in table.tables("rules")),
        ping=table.take("ping", bool, True),
        icmp_unlimited=kind is not Kind.SIMULATED and _icmp_unlimited(table),
        behaviour=_behaviour(table) if kind is Kind.SIMULATED else Behaviour(),
        behind=table.take("behind", str, "") or None,
        inside=_addresses(table, "inside") if kind is Kind.ROUTER else (),
        ftp=_ftp(table, services) if kind is Kind.REAL else {},
    )
    table.finish()
    return host


def _ftp(table: Table, services: Mapping[Protocol, Service]) -> dict[int, bool]:
    """The ports with an FTP server, and whether it connects to others than its client."""
    if "ftp" not in table.entries:
        table.known.append("ftp")
        return {}
    place = f"{table.place}: ftp"
    inner = Table(table.take("ftp", dict), place)
    found = {
        port: bounces
        for key, bounces in (("guarded", False), ("bounces", True))
        for port in located(place, lambda key=key: parse_ports(inner.take(key, str, "")))  # type: ignore[misc]
    }
    inner.finish()
    service = services.get(Protocol.TCP, Service())
    closed = next((port for port in found if port not in service.open), None)
    if closed is not None:
        raise UsageError("{place}: {closed} is no open TCP port of the host; add it to tcp", place=place, closed=closed)
    return found


def _icmp_unlimited(table: Table) -> bool:
    limit = table.take("icmp_limit", str, "kernel")
    if limit not in ("kernel", "none"):
        raise UsageError(
            '{place}: icmp_limit of a real host is "kernel" or "none", not "{limit}"', place=table.place, limit=limit
        )
    return limit == "none"


def _service(table: Table, protocol: Protocol, kind: Kind) -> Service:
    place = f"{table.place}: {protocol}"
    inner = Table(table.take(protocol, dict), place)
    ports = located(place, lambda: parse_ports(inner.take("open", str, "")))
    default = located(place, lambda: parse_answer(inner.take("default", str, "closed")))
    inner.finish()
    if default is not CLOSED:
        _allowed(default, protocol, kind, place)
    if default in (OPEN, ACCEPT):
        raise UsageError(
            '{place}: default "{name}" would leave no port to describe; use open', place=place, name=default.name
        )
    return Service(ports, default)


def _rule(table: Table, kind: Kind) -> Rule:
    name, at = table.take("protocol", str), table.take("at", str, "host")
    if at not in ("host", "router"):
        raise UsageError('{place}: at is "host" or "router", not "{at}"', place=table.place, at=at)
    known = WITH_PORTS if kind is Kind.SIMULATED and at == "host" else TCP_AND_UDP
    if name not in known:
        raise UsageError(
            '{place}: no protocol is called "{name}" here; write {known}',
            place=table.place,
            name=name,
            known=" or ".join(known),
        )
    ports = located(table.place, lambda: parse_ports(table.take("ports", str)))
    answer = located(table.place, lambda: parse_answer(table.take("answer", str)))
    which = _which(table, Protocol(name), kind, at)
    table.finish()
    _allowed(answer, Protocol(name), Kind.REAL if at == "router" else kind, table.place)
    return Rule(Protocol(name), ports, answer, at == "router", which)


def _which(table: Table, protocol: Protocol, kind: Kind, at: str) -> Which:
    name = table.take("which", str, Which.ALL)
    if name not in set(Which):
        raise UsageError(
            '{place}: which is one of {which}, not "{name}"', place=table.place, which=", ".join(Which), name=name
        )
    which = Which(name)
    if which is not Which.ALL and (protocol is not Protocol.TCP or kind is Kind.SIMULATED or at == "router"):
        raise UsageError(
            '{place}: only a TCP rule of a real host itself can be for "{name}" packets', place=table.place, name=name
        )
    return which


def _allowed(answer: Answer, protocol: Protocol, kind: Kind, place: str) -> None:
    if answer is RESET and protocol is not Protocol.TCP:
        raise UsageError("{place}: {protocol} has no reset", place=place, protocol=protocol.upper())
    if kind is Kind.SIMULATED and answer is ACCEPT:
        raise UsageError('{place}: a simulated host has no firewall to accept; write "open" or "closed"', place=place)
    if kind is not Kind.SIMULATED and answer.name not in FIREWALL_ANSWERS:
        known = ", ".join(sorted(FIREWALL_ANSWERS))
        raise UsageError(
            '{place}: a Linux firewall cannot answer "{name}"; write one of {known}',
            place=place,
            name=answer.name,
            known=known,
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


def _behaviour(table: Table) -> Behaviour:
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
