"""The TCP states that are inferred, beside those that the target's own kernel has, as ss tells them."""

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.namespaces import Link, domain, inside, link
from tests.scans import carried_out, prepared
from tui_scan.engine.scan import Scan
from tui_scan.exchange.story import story
from tui_scan.exchange.tcp_states import State, ends
from tui_scan.model.techniques import Protocol, Technique

SS = {"LISTEN": State.LISTEN, "SYN-RECV": State.SYN_RECEIVED, "ESTAB": State.ESTABLISHED}
"""A state as ss calls it."""

MUTE = "add table inet mute; add chain inet mute out { type filter hook output priority 0; }; "
MUTE += "add rule inet mute out tcp flags & rst == rst drop"
"""The scanner's own kernel may not reset: what it began stays half open."""


@pytest.fixture(scope="module")
def wires(own_namespaces: None, peer: Callable[[str], str]) -> Iterator[Link]:
    """A link with a scanner that sends no RST."""
    peer("ss")
    with link() as made:
        made.at_scanner("nft", "-f", "-", stdin=MUTE)
        yield made


def states_of(made: Link, port: int) -> list[State]:
    """What the target's kernel has on a port: its listener, and connections in whatever state."""
    told = made.at_target("ss", "-Htan", "sport", "=", f":{port}")
    return [SS[line.split()[0]] for line in told.splitlines()]


def scan_of(made: Link, family: int, ports: list[int], technique: Technique) -> Scan:
    scan = prepared([Link.address[family]], ports, technique)
    with inside(made.scanner):
        worker = carried_out(scan)
    assert worker.error is None
    return scan


def last_states(scan: Scan, column: int) -> str:
    """The target's state after the last step that tells one."""
    exchange = story(scan, 0, column)
    told = [both.target for both in ends(exchange.protocol, exchange.steps) if both]
    return told[-1].rpartition(" ")[2]


@pytest.mark.parametrize("family", [4, 6])
def test_a_half_open_connection_is_what_the_target_says(wires: Link, family: int, chance: random.Random) -> None:
    with ExitStack() as held:
        with inside(wires.target):
            listener = held.enter_context(socket.socket(domain(family), socket.SOCK_STREAM))
            listener.bind((Link.address[family], 0))
            listener.listen()
        port = listener.getsockname()[1]
        closed = chance.choice([one for one in range(20, 60) if one != port])
        ports = sorted((port, closed))
        assert states_of(wires, port) == [State.LISTEN] and not states_of(wires, closed)
        scan = scan_of(wires, family, ports, Technique.SYN)
        assert sorted(states_of(wires, port)) == [State.LISTEN, State.SYN_RECEIVED]
        assert last_states(scan, ports.index(port)) == State.SYN_RECEIVED
        assert not states_of(wires, closed) and last_states(scan, ports.index(closed)) == State.CLOSED
        first = next(both for both in ends(Protocol.TCP, story(scan, 0, ports.index(port)).steps) if both)
        assert first.target == "LISTEN → SYN-RECEIVED"


def test_a_whole_connection_is_what_the_target_says(wires: Link) -> None:
    with ExitStack() as held:
        with inside(wires.target):
            listener = held.enter_context(socket.socket())
            listener.bind((Link.address[4], 0))
            listener.listen()
        port = listener.getsockname()[1]
        scan = scan_of(wires, 4, [port], Technique.CONNECT)
        listener.settimeout(2)
        accepted, _ = listener.accept()
        accepted.close()
        assert last_states(scan, 0) == State.ESTABLISHED, "accept() gave a connection, so there was one"
