"""A target with a firewall drawn by lot over IP protocols and SCTP ports, and what a right scan says of them."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.namespaces import Link, link
from tests.scans import Seen
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

ENDS = (
    ("drop", "drop"),
    ("reject with icmp type port-unreachable", "reject with icmpv6 type port-unreachable"),
    ("reject with icmp type admin-prohibited", "reject with icmpv6 type admin-prohibited"),
    ("reject with icmp type host-prohibited", "reject with icmpv6 type policy-fail"),
    ("reject with icmp type net-prohibited", "reject with icmpv6 type reject-route"),
    ("reject with icmp type host-unreachable", "reject with icmpv6 type addr-unreachable"),
    ("reject with icmp type net-unreachable", "reject with icmpv6 type no-route"),
)
"""What a rule does with IPv4, and with IPv6."""
REASONS = {
    "port-unreachable": Reason.PORT_UNREACH,
    "admin-prohibited": Reason.ADMIN_PROHIBITED,
    "host-prohibited": Reason.HOST_PROHIBITED,
    "policy-fail": Reason.ADMIN_PROHIBITED,
    "net-prohibited": Reason.NET_PROHIBITED,
    "reject-route": Reason.REJECT_ROUTE,
    "host-unreachable": Reason.HOST_UNREACH,
    "addr-unreachable": Reason.HOST_UNREACH,
    "net-unreachable": Reason.NET_UNREACH,
    "no-route": Reason.NO_ROUTE,
}
EXTENSIONS = frozenset({0, 43, 44, 51, 59, 60, 135, 139, 140})
"""IPv6 extension headers: nft looks for the protocol behind them, and a bare one has none (RFC 8200 §4)."""
PINGS = {1: (4, "icmp type echo-request"), 58: (6, "icmpv6 type echo-request")}
"""Of its family's ICMP a rule stops no more than pings, for without neighbour discovery nothing would arrive."""
UNCHECKED = frozenset({33, 47, 50, 136})
"""Protocols of which Linux, by its version, rejects any packet over IPv6 that has something behind its header."""
BODIES = frozenset({6, 17, 58, 132})
"""Protocols of which Linux rejects a probe over IPv6; of others in silence, as their checksum is wrong."""

Ends = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ProtocolWorld:
    """The target: what its firewall does, by IP protocol and by SCTP port; it speaks no SCTP itself."""

    link: Link
    protocols: dict[int, Ends]
    ports: dict[int, Ends]

    def truth_of_ports(self, family: int, silence: PortState) -> Seen:
        """What a right SCTP scan says where there is a rule."""
        return {port: _verdict(ends[family == 6], PortState.FILTERED, silence) for port, ends in self.ports.items()}

    def truth_of_protocols(self, family: int) -> Seen:
        """What a right protocol scan says where there is a rule."""
        return {
            number: _verdict(
                ends[family == 6] if family == 4 or number in BODIES else "drop",
                PortState.OPEN,
                PortState.OPEN_FILTERED,
            )
            for number, ends in self.protocols.items()
            if PINGS.get(number, (family,))[0] == family and not (family == 6 and number in UNCHECKED)
        }


def _verdict(end: str, port_unreachable: PortState, silence: PortState) -> tuple[PortState, Reason]:
    if end == "drop":
        return silence, Reason.NO_RESPONSE
    reason = REASONS[end.split()[-1]]
    return port_unreachable if reason is Reason.PORT_UNREACH else PortState.FILTERED, reason


def _ruleset(world: ProtocolWorld) -> str:
    lines = []
    for number, family in enumerate((4, 6)):
        head = f"meta nfproto ipv{family}"
        lines += [f"{head} sctp dport {port} {ends[number]}" for port, ends in world.ports.items()]
        for protocol, ends in world.protocols.items():
            own, match = PINGS.get(protocol, (family, f"meta l4proto {protocol}"))
            lines += [f"{head} {match} {ends[number]}"] if own == family else []
    return "table inet lot {\n chain in {\n type filter hook input priority 0;\n" + "\n".join(lines) + "\n}\n}\n"


@contextmanager
def protocol_world(chance: random.Random, rules: int = 90) -> Iterator[ProtocolWorld]:
    """A target with so many rules for protocols, ICMP, TCP and UDP among them at times, and for SCTP ports."""
    protocols = chance.sample(sorted(set(range(256)) - EXTENSIONS - {132, *PINGS}), rules)
    protocols += [number for number in PINGS if chance.random() < 0.5]
    with link() as made:
        world = ProtocolWorld(
            made,
            {number: chance.choice(ENDS) for number in protocols},
            {port: chance.choice(ENDS) for port in chance.sample(range(1, 65536), rules)},
        )
        made.at_target("nft", "-f", "-", stdin=_ruleset(world))
        yield world
