"""The targets: each a network namespace that answers in one way, with the truth of all its ports."""

import random
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from tests.bench.verdicts import Verdicts
from tests.namespaces import Link, inside, link

EVERY = range(1, 65536)
MANY = "198.19.0.0/16"
CROWD = "198.19.0.0/24"
"""Addresses that one namespace answers for, behind a gateway."""
DEFAULT_ICMP = (
    "net.ipv4.icmp_ratelimit=1000",
    "net.ipv4.icmp_msgs_per_sec=1000",
    "net.ipv4.icmp_msgs_burst=50",
    "net.ipv6.icmp.ratelimit=1000",
)
"""The kernel's own values: one ICMP error a second to one receiver."""


@dataclass(frozen=True, slots=True)
class Room:
    """``scanner``: the namespace to scan from; ``target``: as every scanner's command line takes it."""

    link: Link
    scanner: str
    target: str
    truth: Verdicts

    @property
    def gateway_mac(self) -> str:
        """The link address of the target, for programs that want to be told."""
        device = ("link", "show", "dev", self.link.target_device)
        return self.link.at_target("ip", "-br", *device).split()[2]


RoomMaker = Callable[[random.Random], AbstractContextManager[Room]]


@contextmanager
def answering(chance: random.Random, ports: range = EVERY, rules: str = "", listeners: int = 12) -> Iterator[Room]:
    """A host whose open ports were drawn by lot; the others answer RST, unless nft ``rules`` forbid."""
    opened = chance.sample(ports, listeners)
    with link() as made, listening(made.target, opened):
        _filter(made, rules)
        yield Room(made, made.scanner, Link.address[4], _truth(Link.address[4], ports, opened, "closed"))


@contextmanager
def silent(chance: random.Random) -> Iterator[Room]:
    """A host that drops all but 3 open ports."""
    opened = chance.sample(EVERY, 3)
    kept = ", ".join(map(str, opened))
    with link() as made, listening(made.target, opened):
        _filter(made, f"chain in {{ type filter hook input priority 0; tcp dport != {{ {kept} }} drop; }}")
        yield Room(made, made.scanner, Link.address[4], _truth(Link.address[4], EVERY, opened, "filtered"))


@contextmanager
def loopback(chance: random.Random) -> Iterator[Room]:
    """The scanner's namespace scans itself."""
    opened = chance.sample(EVERY, 12)
    with link() as made, listening(made.target, opened):
        yield Room(made, made.target, "127.0.0.1", _truth("127.0.0.1", EVERY, opened, "closed"))


@contextmanager
def many(chance: random.Random) -> Iterator[Room]:
    """65,536 addresses behind a gateway, all with port 80 open (a local route for the whole network)."""
    with link() as made, listening(made.target, [80]):
        made.at_target("ip", "route", "add", "local", MANY, "dev", "lo")
        made.at_scanner("ip", "route", "add", MANY, "via", Link.address[4])
        base = MANY.removesuffix(".0.0/16")
        everyone = {(f"{base}.{number >> 8}.{number & 255}", 80): "open" for number in range(65536)}
        yield Room(made, made.scanner, MANY, everyone)


@contextmanager
def crowd(chance: random.Random) -> Iterator[Room]:
    """256 addresses behind a gateway, 1,000 ports each, 5 of them open on all."""
    ports = range(1, 1001)
    opened = chance.sample(ports, 5)
    with link() as made, listening(made.target, opened):
        made.at_target("ip", "route", "add", "local", CROWD, "dev", "lo")
        made.at_scanner("ip", "route", "add", CROWD, "via", Link.address[4])
        base = CROWD.removesuffix(".0/24")
        truth = {
            pair: state for n in range(256) for pair, state in _truth(f"{base}.{n}", ports, opened, "closed").items()
        }
        yield Room(made, made.scanner, CROWD, truth)


def lossy(chance: random.Random) -> AbstractContextManager[Room]:
    """4,000 ports, 40 of them open; one packet in twenty is lost, each way."""
    chain = "chain {0} {{ type filter hook {0} priority 0; meta l4proto tcp numgen random mod 100 < 5 drop; }}\n"
    return answering(chance, range(1, 4001), chain.format("input") + chain.format("output"), 40)


def limited(chance: random.Random) -> AbstractContextManager[Room]:
    """3,000 ports, 12 of them open; 500 RST leave in a second, the others are lost."""
    lines = "tcp flags & rst == rst limit rate 500/second accept; tcp flags & rst == rst drop;"
    return answering(chance, range(1, 3001), f"chain out {{ type filter hook output priority 0; {lines} }}")


@contextmanager
def closed_udp(chance: random.Random, ports: int, family: int) -> Iterator[Room]:
    """Closed UDP ports under the kernel's default ICMP limit."""
    first = chance.randrange(20_000, 60_000)
    with link() as made:
        for setting in DEFAULT_ICMP:
            made.at_target("sysctl", "-qw", setting)
        truth = _truth(Link.address[family], range(first, first + ports), (), "closed")
        yield Room(made, made.scanner, Link.address[family], truth)


def port_expression(room: Room) -> str:
    """The ports of a room, as ``-p`` takes them."""
    ports = [port for _, port in room.truth]
    first, last = min(ports), max(ports)
    return "-" if (first, last) == (1, 65535) else f"{first}-{last}".removesuffix(f"-{first}")


@contextmanager
def listening(namespace: str, ports: Iterable[int]) -> Iterator[None]:
    """Listeners on these TCP ports that accept nothing; the kernel completes the handshakes."""
    with ExitStack() as held:
        with inside(namespace):
            for port in ports:
                sock = held.enter_context(socket.socket())
                sock.bind(("", port))
                sock.listen(65535)
        yield


def _filter(made: Link, chains: str) -> None:
    if chains:
        made.at_target("nft", "-f", "-", stdin=f"table inet bench {{\n{chains}\n}}\n")


def _truth(address: str, ports: range, opened: Iterable[int], others: str) -> Verdicts:
    return {(address, port): others for port in ports} | {(address, port): "open" for port in opened}
