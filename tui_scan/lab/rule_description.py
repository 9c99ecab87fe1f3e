"""The services of a host and the rules of its firewall, as a topology describes them."""

from tui_scan.lab.answers import ACCEPT, CLOSED, FIREWALL_ANSWERS, OPEN, RESET, Answer, parse_answer
from tui_scan.lab.matching import Which
from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.toml_table import Table, located
from tui_scan.lab.topology import Kind, Rule, Service
from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import TCP_AND_UDP, Protocol
from tui_scan.scope.ports import WITH_PORTS


def service(table: Table, protocol: Protocol, kind: Kind) -> Service:
    """The ports of a protocol that a host opens, and what the others answer; raises UsageError."""
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


def rule(table: Table, kind: Kind) -> Rule:
    """One rule of a host's firewall, or of its router's; raises UsageError."""
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
