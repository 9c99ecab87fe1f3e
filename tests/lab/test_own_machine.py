"""A scan of the own machine hears what comes in alone: every packet is told once, the own kernel's resets too."""

import random
import socket
from contextlib import ExitStack

import pytest

from tests.namespaces import Link, inside, link
from tests.scans import scanned
from tui_scan.engine.scan import Scan
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique

FIRST, LAST = 60_990, 65_535
"""Ports among which the scan's own source ports are."""


def told(scan: Scan, column: int) -> list[tuple[Origin, int, int]]:
    """Who sent each packet of a port's exchange, from which port, with which flags."""
    packets = scan.exchange(0, column)
    assert all(isinstance(packet, Packet) for packet in packets)
    start = 20 if scan.hosts.family == 4 else 40
    heads = [(packet.origin, packet.data[start:]) for packet in packets if isinstance(packet, Packet)]
    return [(origin, int.from_bytes(head[:2]), head[13]) for origin, head in heads]


@pytest.mark.parametrize("address", ["127.0.0.1", Link.own[4], "::1"])
def test_every_packet_is_told_once(own_namespaces: None, seed: int, address: str) -> None:
    chance = random.Random(seed)
    listening = chance.sample(range(FIRST, LAST), 5)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with link() as made, inside(made.scanner), ExitStack() as held:
        for port in listening:
            held.enter_context(socket.create_server((address, port), family=family))
        scan = scanned([address], f"{FIRST}-{LAST}", Technique.SYN)
    wrong = {}
    for port in range(FIRST, LAST + 1):
        column = scan.columns.index(Protocol.TCP, port)
        found, exchange = scan.verdict(0, column), told(scan, column)
        state, reason = (PortState(found.state), Reason(found.reason))
        own = exchange[0][1]
        truth = [(Origin.SCANNER, own, 0x02), (Origin.TARGET, port, 0x14)]
        verdict = (PortState.CLOSED, Reason.RESET)
        if port in listening:
            truth = [truth[0], (Origin.TARGET, port, 0x12), (Origin.KERNEL, own, 0x04)]
            verdict = (PortState.OPEN, Reason.SYN_ACK)
        if (state, reason) != verdict or exchange != truth:
            wrong[port] = (state, reason, exchange)
    assert not wrong, f"seed {seed}, listening {listening}: {list(wrong.items())[:3]}"
