"""Networks whose hosts that are up were drawn by lot, some of them silent: on a link and behind it."""

import ipaddress
import itertools
import os
import random
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.namespaces import SYSCTLS, Link, inside, link, run

NETWORKS = {"link": {4: "10.99.7.0/24", 6: "fd99:7::/120"}, "far": {4: "10.97.5.0/24", 6: "fd97:5::/120"}}
GATEWAYS = {4: "10.97.5.1", 6: "fd97:5::1"}
BEYOND = "beyond"
NOWHERE = "02:00:00:00:00:01"
LOOKED_FOR = 60
"""Addresses of nobody for which ARP and neighbour discovery do ask."""
_numbers = itertools.count()


class Manner(StrEnum):
    """What a host that is up answers."""

    PLAIN = "everything"
    NO_ECHO = "no echo"
    NO_ICMP = "no ICMP query, only TCP"
    OPEN = "no ICMP query, and 443 and 80 are open"
    NO_TCP = "no TCP"
    PORT = "port unreachable"
    HOST = "host unreachable, so that it seems down"
    ADMIN = "admin prohibited"


_QUERIES = {4: "icmp type { echo-request, timestamp-request }", 6: "icmpv6 type echo-request"}
_ECHO = {4: "icmp type echo-request", 6: "icmpv6 type echo-request"}
_REFUSED = {4: "meta l4proto { icmp, tcp, udp }", 6: "meta l4proto { tcp, udp }"}
_RULES = {
    Manner.NO_ECHO: ((_ECHO, "drop"),),
    Manner.NO_ICMP: ((_QUERIES, "drop"),),
    Manner.OPEN: ((_QUERIES, "drop"),),
    Manner.NO_TCP: (({4: "meta l4proto tcp", 6: "meta l4proto tcp"}, "drop"),),
    Manner.PORT: ((_REFUSED, "reject with icmpx type port-unreachable"),),
    Manner.HOST: ((_REFUSED, "reject with icmpx type host-unreachable"), (_ECHO, "drop")),
    Manner.ADMIN: ((_REFUSED, "reject with icmpx type admin-prohibited"), (_ECHO, "drop")),
}


@dataclass
class DiscoveryWorld:
    """``up`` gives the hosts that are there by place ("link", "far") and family, with what each answers."""

    seed: int
    link: Link
    up: dict[tuple[str, int], dict[str, Manner]] = field(default_factory=dict)

    def network(self, place: str, family: int) -> str:
        """The addresses to ask: 256 of them."""
        return NETWORKS[place][family]


def _drawn(chance: random.Random, network: str, count: int) -> dict[str, Manner]:
    """``count`` hosts, of each manner at least two."""
    first = int(ipaddress.ip_network(network).network_address)
    of = type(ipaddress.ip_network(network).network_address)
    hosts = chance.sample(range(3, 250), count)
    manners = [*list(Manner) * 2, *chance.choices(list(Manner), k=count)][:count]
    return {str(of(first + host)): manner for host, manner in zip(hosts, manners, strict=True)}


def _ruleset(hosts: dict[str, Manner]) -> str:
    lines = []
    for address, manner in hosts.items():
        family = 6 if ":" in address else 4
        for match, verdict in _RULES.get(manner, ()):
            lines.append(f"{'ip6' if family == 6 else 'ip'} daddr {address} {match[family]} {verdict}\n")
    return "".join(lines)


@contextmanager
def discovery_world(seed: int, count: int = 20) -> Iterator[DiscoveryWorld]:
    """A link, and a network behind its other end, each with ``count`` hosts of either family."""
    chance = random.Random(seed)
    far = f"tsf{os.getpid()}x{next(_numbers)}"
    with link() as made, ExitStack() as held:
        world = DiscoveryWorld(seed, made)
        run("ip", "netns", "add", far)
        held.callback(subprocess.run, ["ip", "netns", "del", far], capture_output=True, check=False)
        _join(made, far)
        for place, name, device in (("link", made.target, made.target_device), ("far", far, BEYOND)):
            for family, network in NETWORKS[place].items():
                world.up[(place, family)] = _drawn(chance, network, count)
            _people(name, device, world.up[(place, 4)] | world.up[(place, 6)], held)
        _nobodies(world)
        for gateway in GATEWAYS.values():
            run("ip", "-n", far, "route", "add", "default", "via", gateway)
        yield world


def _join(made: Link, far: str) -> None:
    """Make the link's other end a router to another namespace."""
    run("ip", "-n", far, "link", "set", "lo", "up")
    made.at_target("ip", "link", "add", "behind", "type", "veth", "peer", "name", BEYOND, "netns", far)
    made.at_target("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
    run("ip", "netns", "exec", far, "sysctl", "-qw", *SYSCTLS, f"net.ipv6.conf.{BEYOND}.accept_dad=0")
    # A router asks for neighbours by its link-local address, which it would have to prove for a second first.
    made.at_target("sysctl", "-qw", "net.ipv6.conf.behind.accept_dad=0")
    made.at_target("ip", "link", "set", "behind", "up")
    run("ip", "-n", far, "link", "set", BEYOND, "up")
    for family, gateway in GATEWAYS.items():
        made.at_target(*_address(gateway, "behind"))
        made.at_scanner("ip", "route", "add", NETWORKS["far"][family], "via", Link.address[family])


def _people(name: str, device: str, hosts: dict[str, Manner], held: ExitStack) -> None:
    """Give a namespace the addresses of its hosts, and each its manner."""
    run("ip", "-n", name, "-batch", "-", stdin="\n".join(" ".join(_address(one, device)[1:]) for one in hosts))
    rules = f"table inet lot {{\n chain in {{\n type filter hook input priority 0;\n {_ruleset(hosts)} }}\n}}\n"
    run("ip", "netns", "exec", name, "nft", "-f", "-", stdin=rules)
    with inside(name):
        for address in (one for one, manner in hosts.items() if manner is Manner.OPEN):
            domain = socket.AF_INET6 if ":" in address else socket.AF_INET
            for port in (80, 443):
                held.enter_context(socket.create_server((address, port), family=domain))


def _nobodies(world: DiscoveryWorld) -> None:
    """Let who asks for addresses of nobody find most of them at once, and lead nowhere.

    The kernel looks for 1,024 neighbours at the most, of all its namespaces together, and drops packets for others: two
    tests at a time would take each other's room. Fixed neighbours take none (arp(7)).
    """
    for place, name, device in (
        ("link", world.link.scanner, world.link.scanner_device),
        ("far", world.link.target, "behind"),
    ):
        for family in (4, 6):
            network = ipaddress.ip_network(world.network(place, family))
            there = {*world.up[(place, family)], Link.own[family], Link.address[family], GATEWAYS[family]}
            absent = [str(one) for one in network if str(one) not in there][2:-2]
            lines = (f"neigh add {one} lladdr {NOWHERE} nud permanent dev {device}" for one in absent[LOOKED_FOR:])
            run("ip", "-n", name, "-batch", "-", stdin="\n".join(lines))


def _address(address: str, device: str) -> tuple[str, ...]:
    """The command that adds an address."""
    length, flags = ("64", ("nodad",)) if ":" in address else ("24", ())
    return ("ip", "addr", "add", f"{address}/{length}", "dev", device, *flags)
