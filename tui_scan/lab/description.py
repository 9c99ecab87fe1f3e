"""Reads a topology from TOML; what is wrong there is told with the place where it stands."""

import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

from tui_scan.lab.behaviour_description import SIMULATED_ONLY, behaviour
from tui_scan.lab.consistency import check
from tui_scan.lab.own_description import own_connection, own_service
from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.rule_description import rule, service
from tui_scan.lab.toml_table import Table, located, typed
from tui_scan.lab.topology import Behaviour, HostSpec, Interface, Kind, Service, Topology
from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import TCP_AND_UDP, Protocol
from tui_scan.scope.ports import WITH_PORTS

DEFAULT = Path(__file__).parent / "topologies" / "default.toml"
"""The topology that the package brings."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")


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
        for key in sorted(SIMULATED_ONLY & set(table.entries)):
            raise UsageError('{name}: only a simulated host has "{key}"', name=name, key=key)
    known = WITH_PORTS if kind is Kind.SIMULATED else TCP_AND_UDP
    services = {protocol: service(table, protocol, kind) for protocol in known if protocol in table.entries}
    table.known += known
    host = HostSpec(
        name=name,
        kind=kind,
        addresses=_addresses(table),
        about=table.take("about", str, ""),
        services=services,
        rules=tuple(rule(entry, kind) for entry in table.tables("rules")),
        ping=table.take("ping", bool, True),
        icmp_unlimited=kind is not Kind.SIMULATED and _icmp_unlimited(table),
        behaviour=behaviour(table) if kind is Kind.SIMULATED else Behaviour(),
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
    tcp = services.get(Protocol.TCP, Service())
    closed = next((port for port in found if port not in tcp.open), None)
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
