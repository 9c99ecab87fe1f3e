"""A target whose every port is drawn by lot, and the truth of it: listeners and firewall rules in a namespace."""

import random
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum

from tests.answering import answering
from tests.namespaces import Link, domain, inside, link
from tests.scans import Seen, protocol_of
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique


class Kind(StrEnum):
    """What a port does; the values of the rejecting ones are nft's words for them."""

    CLOSED = "closed"
    OPEN = "open"
    MUTE = "mute"
    DROP = "drop"
    RESET = "reject with tcp reset"
    PORT = "reject with icmpx type port-unreachable"
    ADMIN = "reject with icmpx type admin-prohibited"
    HOST = "reject with icmpx type host-unreachable"
    ROUTE = "reject with icmpx type no-route"


RULES = (Kind.DROP, Kind.RESET, Kind.PORT, Kind.ADMIN, Kind.HOST, Kind.ROUTE)
_ICMP = {Kind.PORT: Reason.PORT_UNREACH, Kind.ADMIN: Reason.ADMIN_PROHIBITED, Kind.HOST: Reason.HOST_UNREACH}


@dataclass(frozen=True, slots=True)
class World:
    """The target: ``kinds`` by protocol and port, drawn from ``seed``; every other port is closed."""

    seed: int
    link: Link
    kinds: dict[str, dict[int, Kind]]

    def some_ports(self, technique: Technique, others: int, chance: random.Random) -> set[int]:
        """Every port drawn for the technique's protocol, and about ``others`` of the rest."""
        return {*self.kinds[protocol_of(technique)], *chance.sample(range(1, 65536), others)}

    def truth(self, technique: Technique, family: int, ports: set[int]) -> Seen:
        """What a right scan by the technique says of each port."""
        kinds = self.kinds[protocol_of(technique)]
        return {port: _verdict(technique, family, kinds.get(port, Kind.CLOSED)) for port in ports}


def _verdict(technique: Technique, family: int, kind: Kind) -> tuple[PortState, Reason]:
    udp = technique is Technique.UDP
    refused = Reason.CONN_REFUSED if technique is Technique.CONNECT else Reason.RESET
    if kind is Kind.OPEN:
        return PortState.OPEN, Reason.UDP_RESPONSE if udp else Reason.SYN_ACK
    if kind in (Kind.DROP, Kind.MUTE):
        return (PortState.OPEN_FILTERED if udp else PortState.FILTERED), Reason.NO_RESPONSE
    if kind is Kind.CLOSED or (udp and kind is Kind.PORT):
        return PortState.CLOSED, Reason.PORT_UNREACH if udp else refused
    if kind is Kind.RESET:
        return PortState.CLOSED, refused
    if kind is Kind.ROUTE:
        return PortState.FILTERED, Reason.NET_UNREACH if family == 4 else Reason.NO_ROUTE
    return PortState.FILTERED, _ICMP[kind]


def _drawn(chance: random.Random, special: int) -> dict[str, dict[int, Kind]]:
    tcp = (Kind.OPEN, *RULES)
    udp = (Kind.OPEN, Kind.MUTE, *(kind for kind in RULES if kind is not Kind.RESET))
    return {
        protocol: {port: chance.choice(kinds) for port in chance.sample(range(1, 65536), special)}
        for protocol, kinds in (("tcp", tcp), ("udp", udp))
    }


def _ruleset(kinds: dict[str, dict[int, Kind]]) -> str:
    lines = []
    for protocol, ports in kinds.items():
        for kind in RULES:
            mine = ",".join(str(port) for port, drawn in ports.items() if drawn is kind)
            if mine:
                lines.append(f"{protocol} dport {{ {mine} }} {kind.value}\n")
    return f"table inet lot {{\n chain in {{\n type filter hook input priority 0;\n {' '.join(lines)} }}\n}}\n"


def _listen(kinds: dict[str, dict[int, Kind]], held: ExitStack) -> list[socket.socket]:
    """Open the sockets on all addresses of both families; returns those of UDP that are to answer."""
    asked = []
    for family in (4, 6):
        for protocol, style in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
            for port, kind in kinds[protocol].items():
                if kind not in (Kind.OPEN, Kind.MUTE):
                    continue
                sock = held.enter_context(socket.socket(domain(family), style))
                if family == 6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.bind(("", port))
                if protocol == "tcp":
                    sock.listen(4096)
                elif kind is Kind.OPEN:
                    asked.append(sock)
    return asked


@contextmanager
def world(seed: int, special: int = 300, joined: AbstractContextManager[Link] | None = None) -> Iterator[World]:
    """A target with ``special`` ports a protocol drawn by lot behind a link, gone when the context is left."""
    kinds = _drawn(random.Random(seed), special)
    with joined or link() as made, ExitStack() as held:
        made.at_target("nft", "-f", "-", stdin=_ruleset(kinds))
        with inside(made.target):
            asked = _listen(kinds, held)
        held.enter_context(answering(asked))
        yield World(seed, made, kinds)
