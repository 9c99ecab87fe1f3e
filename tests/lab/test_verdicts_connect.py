"""The connect scan with io_uring and where the kernel forbids it: the same truth both ways, call by call."""

import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.namespaces import Link, domain, inside, link, run
from tests.repeated import one_good_run
from tests.scans import BRISK, PATIENCE, carried_out, differences, patient, prepared, scanned, seen, until
from tests.target_world import World
from tui_scan.engine.calls import CallLog
from tui_scan.engine.progress import Phase
from tui_scan.engine.transport import uring
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.packets import Event
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

CLOSED = PortState.CLOSED, Reason.CONN_REFUSED
DROPPING = """
table inet silent {{
 chain in {{
  type filter hook input priority 0
  tcp dport {} drop
 }}
}}
"""
both_families = pytest.mark.parametrize("family", [4, 6])


@pytest.fixture
def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """No io_uring."""
    monkeypatch.setattr(uring, "allowed", lambda: False)


@pytest.fixture
def fresh(own_namespaces: None) -> Iterator[Link]:
    """A link of its own."""
    with link() as made:
        yield made


@both_families
def test_every_verdict_is_the_truth(random_world: World, forbidden: None, family: int) -> None:
    world = random_world
    ports = world.some_ports(Technique.CONNECT, 3000, random.Random(f"{world.seed}{family}"))
    with inside(world.link.scanner):
        scan = scanned([world.link.address[family]], ports, Technique.CONNECT)
    truth = world.truth(Technique.CONNECT, family, ports)
    assert not differences(seen(scan, Technique.CONNECT), truth), f"seed {world.seed}"
    assert scan.hosts.state[0] == HostState.UP
    assert not scan.notes


@both_families
def test_all_ports_of_loopback(random_world: World, forbidden: None, family: int) -> None:
    """A connect that reaches its own source port is no open port."""
    address = "127.0.0.1" if family == 4 else "::1"
    listening = {1, 65535, *random.Random(random_world.seed).sample(range(2, 65535), 20)}
    with inside(random_world.link.scanner):
        held = [socket.create_server((address, port), family=domain(family)) for port in listening]
        scan = scanned([address], "1-65535", Technique.CONNECT)
    for sock in held:
        sock.close()
    truth = {port: (PortState.OPEN, Reason.SYN_ACK) if port in listening else CLOSED for port in range(1, 65536)}
    assert not differences(seen(scan, Technique.CONNECT), truth), f"seed {random_world.seed}"


def test_a_host_that_is_not_there_is_down(fresh: Link, forbidden: None) -> None:
    with inside(fresh.scanner):
        scan = scanned([Link.absent[4], Link.address[4]], "20-30", Technique.CONNECT)
    absent, there = scan.hosts.index(Link.absent[4]), scan.hosts.index(Link.address[4])
    assert scan.hosts.state[absent] == HostState.DOWN
    assert {state for state, _ in seen(scan, Technique.CONNECT, absent).values()} == {PortState.UNTRIED}
    assert set(seen(scan, Technique.CONNECT, there).values()) == {CLOSED}


def test_a_silent_port_keeps_no_socket_trying(fresh: Link, way: str) -> None:
    """What was given up is not tried on by the kernel, and every try is in the log."""
    fresh.at_target("nft", "-f", "-", stdin=DROPPING.format("50-99"))
    with inside(fresh.scanner):
        scan = scanned([Link.address[4]], "1-149", Technique.CONNECT)
        trying = [line.split()[3] for line in Path("/proc/thread-self/net/tcp").read_text().splitlines()[1:]]
    assert "02" not in trying
    truth = {p: (PortState.FILTERED, Reason.NO_RESPONSE) if 50 <= p < 100 else CLOSED for p in range(1, 150)}
    assert not differences(seen(scan, Technique.CONNECT), truth)
    log = scan.captures[Technique.CONNECT]
    assert isinstance(log, CallLog)
    for cell in (scan.ledger.cell(0, 60), scan.ledger.cell(0, 120)):
        events = scan.exchange(0, cell)
        sent = [event for event in events if isinstance(event, Event) and event.result == "sent"]
        assert len(sent) == scan.ledger.tries[cell]
        answers = [event.result for event in events if isinstance(event, Event) and event.result != "sent"]
        assert answers == ([] if cell == 60 else ["ECONNREFUSED"])


@both_families
def test_a_port_that_resets_at_once_is_open(fresh: Link, way: str, family: int, resetting: Callable[..., int]) -> None:
    """The reset comes after the handshake: whoever looks late sees ECONNRESET."""
    with inside(fresh.target):
        port = resetting(family)
    for _ in range(5):
        with inside(fresh.scanner):
            scan = scanned([Link.address[family]], f"{port},9", Technique.CONNECT)
        assert seen(scan, Technique.CONNECT) == {port: (PortState.OPEN, Reason.SYN_ACK), 9: CLOSED}
        assert not scan.notes


@pytest.fixture
def resetting() -> Iterator[Callable[..., int]]:
    """Makes listeners that reset what they accept."""
    made: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()

    def make(family: int) -> int:
        listener = socket.create_server(("", 0), family=domain(family))
        made.append(listener)
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    yield make
    for listener in made:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_pause_resume_and_stop_are_obeyed_at_once(fresh: Link, way: str) -> None:
    fresh.at_target("nft", "-f", "-", stdin=DROPPING.format("1-65535"))
    with inside(fresh.scanner):
        scan = prepared([Link.address[4]], "1-65535", Technique.CONNECT)
        worker = ScanWorker(scan, OwnSockets())
        worker.start()
    try:
        assert until(lambda: scan.progress().sent > 100)
        worker.pause()
        assert until(lambda: worker.phase is Phase.PAUSED)
        sent = scan.progress().sent
        time.sleep(0.7)
        assert scan.progress().sent == sent
        worker.resume()
        assert until(lambda: scan.progress().sent > sent)
        worker.stop()
        assert worker.join(PATIENCE)
    finally:
        worker.stop()
        worker.join(PATIENCE)
    assert worker.phase is Phase.STOPPED


@one_good_run
def test_answers_in_a_pause_count_and_deadlines_wait(fresh: Link, way: str) -> None:
    """The time-out is over when the pause is; the kernel then sends its SYN again, and the answer counts."""
    fresh.at_target("nft", "-f", "-", stdin=DROPPING.format("1-600"))
    with inside(fresh.scanner):
        scan = prepared([Link.address[4]], "1-600", Technique.CONNECT)
        worker = ScanWorker(scan, OwnSockets())
        worker.start()
    assert until(scan.ledger.tries.any)
    worker.pause()
    assert until(lambda: worker.phase is Phase.PAUSED)
    begun = scan.ledger.tries.copy()
    fresh.at_target("nft", "flush", "ruleset")
    time.sleep(0.75)
    worker.resume()
    assert worker.join(PATIENCE)
    assert set(seen(scan, Technique.CONNECT).values()) == {CLOSED}
    assert begun.any() and set(scan.ledger.tries[begun > 0]) == {1}


def test_link_local_targets_of_two_zones(fresh: Link, way: str) -> None:
    """A socket that connected by one link cannot connect by the other."""
    pair = ("type", "veth", "peer", "name", "vt2", "netns", fresh.target)
    run("ip", "link", "add", "vs2", "netns", fresh.scanner, *pair)
    targets = []
    for number, (here, there) in enumerate([(fresh.scanner_device, fresh.target_device), ("vs2", "vt2")]):
        for name, device, end in ((fresh.scanner, here, 1), (fresh.target, there, 2)):
            run("ip", "-n", name, "link", "set", device, "up")
            run("ip", "-n", name, "addr", "add", f"fe80::77{number}{end}/64", "dev", device, "nodad")
        targets.append(f"fe80::77{number}2%{here}")
    with inside(fresh.target):
        held = socket.create_server(("::", 77), family=socket.AF_INET6)
    with held, inside(fresh.scanner):
        scan = scanned(targets, "1-99", Technique.CONNECT)
    truth = {port: (PortState.OPEN, Reason.SYN_ACK) if port == 77 else CLOSED for port in range(1, 100)}
    for host in range(2):
        assert not differences(seen(scan, Technique.CONNECT, host), truth), scan.notes


def test_a_rate_is_kept(fresh: Link, way: str) -> None:
    with inside(fresh.scanner):
        scan = prepared([Link.address[4]], "1-300", Technique.CONNECT, timing=patient(BRISK, max_rate=500))
        began = time.monotonic()
        assert carried_out(scan).error is None
        took = time.monotonic() - began
    assert 0.55 < took < 20
    assert set(seen(scan, Technique.CONNECT).values()) == {CLOSED}
