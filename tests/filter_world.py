"""A target behind firewall rules drawn by lot: what they match (all, flags, connection states) and what they do."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.namespaces import Link, domain, inside, link

MATCHES = (
    "",
    "tcp flags & (fin|syn|rst|ack) == syn",
    "tcp flags & (fin|syn|rst|ack) == ack",
    "tcp flags & fin == fin",
    "tcp flags & (fin|syn|rst|psh|ack|urg) == 0x0",
    "ct state new",
    "ct state invalid",
    "ct state != established",
    "ct state new tcp flags & (fin|syn|rst|ack) != syn",
)
"""Everything; without a memory, by flags; with a memory, by the connection."""

ENDS = (
    ("drop", "drop"),
    ("reject with tcp reset", "reject with tcp reset"),
    ("reject with icmp type port-unreachable", "reject with icmpv6 type port-unreachable"),
    ("reject with icmp type admin-prohibited", "reject with icmpv6 type admin-prohibited"),
    ("reject with icmp type host-prohibited", "reject with icmpv6 type policy-fail"),
    ("reject with icmp type net-prohibited", "reject with icmpv6 type reject-route"),
    ("reject with icmp type host-unreachable", "reject with icmpv6 type addr-unreachable"),
    ("reject with icmp type net-unreachable", "reject with icmpv6 type no-route"),
)
"""What a rule does with IPv4, and with IPv6."""


@dataclass(frozen=True, slots=True)
class FilterWorld:
    """The target; ``rules`` says by port what its firewall does, ports without one it lets through."""

    link: Link
    rules: dict[int, tuple[str, tuple[str, str]]]
    ports: frozenset[int]


def _ruleset(rules: dict[int, tuple[str, tuple[str, str]]]) -> str:
    lines = [
        f"meta nfproto ipv{family} tcp dport {port} {match} {ends[number]}"
        for port, (match, ends) in rules.items()
        for number, family in enumerate((4, 6))
    ]
    return "table inet lot {\n chain in {\n type filter hook input priority 0;\n" + "\n".join(lines) + "\n}\n}\n"


@contextmanager
def filter_world(chance: random.Random, special: int = 120, plain: int = 30) -> Iterator[FilterWorld]:
    """A target with ``special`` ports behind rules and ``plain`` ones without, half of them open."""
    ports = chance.sample(range(1, 65536), special + plain)
    rules = {port: (chance.choice(MATCHES), chance.choice(ENDS)) for port in ports[:special]}
    with link() as made, ExitStack() as held:
        made.at_target("nft", "-f", "-", stdin=_ruleset(rules))
        made.at_target("sysctl", "-qw", f"net.netfilter.nf_conntrack_tcp_loose={chance.choice((0, 1))}")
        with inside(made.target):
            for port in chance.sample(ports, len(ports) // 2):
                for family in (4, 6):
                    sock = held.enter_context(socket.socket(domain(family), socket.SOCK_STREAM))
                    if family == 6:
                        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    sock.bind(("", port))
                    sock.listen(64)
        yield FilterWorld(made, rules, frozenset(ports))
