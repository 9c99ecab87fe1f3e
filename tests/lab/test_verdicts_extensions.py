"""Programs whose IPv6 answers have extension headers (RFC 3542 §9, sticky options): open, as without them."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.answering import answering
from tests.namespaces import Link, inside, link
from tests.scans import carried_out, prepared, seen
from tui_scan.engine.scan import Scan
from tui_scan.model.discovery import NO_DISCOVERY, Asked, Discovery, Ping
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique

HOP_BY_HOP, DESTINATION = 54, 59
"""IPV6_HOPOPTS and IPV6_DSTOPTS (linux/in6.h)."""
PADDING = 1
KINDS = ((HOP_BY_HOP,), (DESTINATION,), (HOP_BY_HOP, DESTINATION))


@pytest.fixture(scope="module")
def ports(joined: Link, seed: int) -> Iterator[list[int]]:
    """Ports of TCP and of UDP with such a program."""
    chance = random.Random(seed)
    chosen = chance.sample(range(1024, 65536), len(KINDS))
    with inside(joined.target), ExitStack() as held:
        asked = []
        for port, kinds in zip(chosen, KINDS, strict=True):
            for style in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                sock = held.enter_context(socket.socket(socket.AF_INET6, style))
                for kind in kinds:
                    units = chance.randrange(4)
                    padding = bytes([0, units, PADDING, 4 + 8 * units]) + bytes(4 + 8 * units)
                    sock.setsockopt(socket.IPPROTO_IPV6, kind, padding)
                sock.bind((joined.address[6], port))
                if style == socket.SOCK_STREAM:
                    sock.listen()
                else:
                    asked.append(sock)
        held.enter_context(answering(asked))
        yield chosen


@pytest.fixture(scope="module")
def joined(own_namespaces: None) -> Iterator[Link]:
    """A link of its own."""
    with link() as made:
        yield made


def scan_of(joined: Link, ports: list[int], technique: Technique, discovery: Discovery) -> Scan:
    """A scan of these ports that came to its end."""
    with inside(joined.scanner):
        scan = prepared([joined.address[6]], ports, technique, discovery=discovery)
        worker = carried_out(scan)
    assert worker.error is None
    return scan


@pytest.mark.parametrize(
    ("technique", "reason"), [(Technique.SYN, Reason.SYN_ACK), (Technique.UDP, Reason.UDP_RESPONSE)]
)
def test_they_are_open_and_the_exchange_shows_their_answer(
    joined: Link, ports: list[int], technique: Technique, reason: Reason
) -> None:
    scan = scan_of(joined, ports, technique, NO_DISCOVERY)
    assert seen(scan, technique) == dict.fromkeys(sorted(ports), (PortState.OPEN, reason))
    for column in range(len(ports)):
        packets = [packet for packet in scan.exchange(0, column) if isinstance(packet, Packet)]
        assert Origin.TARGET in {packet.origin for packet in packets}


def test_a_host_that_answers_so_alone_is_found(joined: Link, ports: list[int]) -> None:
    asked = tuple(Asked(Ping.SYN, port) for port in ports)
    scan = scan_of(joined, ports, Technique.SYN, Discovery(asked=asked, link=False))
    assert (scan.hosts.state[0], scan.hosts.reason[0]) == (HostState.UP, Reason.SYN_ACK)
