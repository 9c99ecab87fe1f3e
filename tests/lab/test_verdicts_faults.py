"""What must never become a verdict: absent hosts, this machine's own errors, pauses, stops and broken scans."""

import gc
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.impaired_wire import Wire
from tests.namespaces import Link, inside, link, run, settled
from tests.scans import (
    BRISK,
    PATIENCE,
    carried_out,
    differences,
    patient,
    prepared,
    scanned,
    seen,
    until,
    without_raw,
)
from tui_scan.engine.progress import Phase
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.errors import LocalError
from tui_scan.model.packet_form import PacketForm
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.privilege.sockets import OwnSockets

MODES = [
    (Technique.SYN, True),
    (Technique.CONNECT, True),
    (Technique.CONNECT, False),
    (Technique.UDP, True),
    (Technique.UDP, False),
]
DROPPING = """
table inet silent {
 chain in {
  type filter hook input priority 0
  meta l4proto { tcp, udp } drop
 }
}
"""
REFUSING = DROPPING.replace("input", "output")
LATENCY = 0.2
"""Seconds from a person's wish to the scan that obeys."""


@pytest.fixture(scope="module")
def silent(own_namespaces: None) -> Iterator[Link]:
    """A target that drops every TCP and UDP packet."""
    with link() as made:
        made.at_target("nft", "-f", "-", stdin=DROPPING)
        yield made


@pytest.fixture
def fresh(own_namespaces: None) -> Iterator[Link]:
    """A link for a test that breaks it."""
    with link() as made:
        yield made


def test_a_host_that_is_not_there_is_down_and_its_ports_have_no_state(fresh: Link) -> None:
    """All ways of scanning at once, for each waits for the kernel to give up on the neighbour."""
    workers = {}
    for family in (4, 6):
        for technique, raw in MODES:
            targets = (Link.absent[family], Link.address[family])
            with inside(fresh.scanner), nullcontext() if raw else without_raw():
                worker = ScanWorker(prepared(targets, "20-30", technique), OwnSockets())
                worker.start()
                workers[family, technique, raw] = worker
    for (family, technique, raw), worker in workers.items():
        assert worker.join(3 * PATIENCE), (family, technique, raw)
        assert worker.phase is Phase.FINISHED, (family, technique, raw, worker.error)
        scan = worker.scan
        absent, there = scan.hosts.index(Link.absent[family]), scan.hosts.index(Link.address[family])
        what = f"IPv{family} {technique} {'raw' if raw else 'unprivileged'}"
        assert scan.hosts.state[absent] == HostState.DOWN, what
        assert {state for state, _ in seen(scan, technique, absent).values()} == {PortState.UNTRIED}, what
        assert {state for state, _ in seen(scan, technique, there).values()} == {PortState.CLOSED}, what
        assert scan.hosts.state[there] == HostState.UP, what


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_no_route_is_told_in_a_sentence(silent: Link, technique: Technique, raw: bool, family: int) -> None:
    target = "10.98.0.1" if family == 4 else "fd98::1"
    with inside(silent.scanner), nullcontext() if raw else without_raw():
        scan = prepared([target], "1-50", technique)
        worker = carried_out(scan)
    assert worker.phase is Phase.FAILED
    assert isinstance(worker.error, LocalError)
    assert "no route" in str(worker.error) and target in str(worker.error)
    assert not scan.ledger.state.any()


@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_an_interface_that_is_down_is_told_in_a_sentence(fresh: Link, technique: Technique, raw: bool) -> None:
    fresh.at_scanner("ip", "link", "set", fresh.scanner_device, "down")
    with inside(fresh.scanner), nullcontext() if raw else without_raw():
        scan = prepared([Link.address[4]], "1-50", technique)
        worker = carried_out(scan)
    assert worker.phase is Phase.FAILED
    assert isinstance(worker.error, LocalError)
    assert Link.address[4] in str(worker.error)
    assert not scan.ledger.state.any()


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(
    ("technique", "raw", "local"),
    [(Technique.SYN, True, True), (Technique.UDP, True, True), (Technique.UDP, False, False)],
)
def test_the_own_firewalls_refusal_is_no_state(
    fresh: Link, technique: Technique, raw: bool, local: bool, family: int
) -> None:
    """EPERM of a send call is told. connect() is left out: the kernel hides from it that its SYN was dropped."""
    fresh.at_scanner("nft", "-f", "-", stdin=REFUSING)
    with inside(fresh.scanner), nullcontext() if raw else without_raw():
        scan = prepared([Link.own[family] if local else Link.address[family]], "1-50", technique)
        worker = carried_out(scan)
    assert "firewall" in f"{worker.error} {scan.notes}"
    assert not scan.ledger.state.any()


def test_a_probe_too_long_for_the_link_is_no_state_and_keeps_no_other_from_leaving(fresh: Link) -> None:
    """Port 80 gets QUIC's greeting of 1,200 bytes (RFC 9000 §14.1). By sockets the kernel sends fragments."""
    fresh.at_scanner("ip", "link", "set", fresh.scanner_device, "mtu", "576")
    fresh.at_target("nft", "-f", "-", stdin=DROPPING)
    silent = (PortState.OPEN_FILTERED, Reason.NO_RESPONSE)
    with inside(fresh.scanner):
        scan = scanned([Link.address[4]], "79-81", Technique.UDP)
        with without_raw():
            by_sockets = scanned([Link.address[4]], "79-81", Technique.UDP)
    assert seen(scan, Technique.UDP) == {79: silent, 80: (PortState.UNTRIED, Reason.NONE), 81: silent}
    assert len(scan.notes) == 1
    assert "longer than its link" in scan.notes[0]
    assert seen(by_sockets, Technique.UDP) == dict.fromkeys((79, 80, 81), silent)
    assert not by_sockets.notes


@pytest.mark.parametrize("family", [4, 6])
def test_where_every_probe_is_too_long_nothing_has_a_state(fresh: Link, family: int) -> None:
    fresh.at_scanner("ip", "link", "set", fresh.scanner_device, "mtu", "1280")
    with inside(fresh.scanner):
        scan = prepared([Link.address[family]], "1-50", Technique.SYN, packets=PacketForm(data_length=1300))
        worker = carried_out(scan)
    assert not scan.ledger.state.any()
    assert [str(worker.error)] == scan.notes
    assert "longer than its link" in scan.notes[0]
    assert scan.tally.round == 1


@pytest.mark.parametrize(("technique", "raw"), MODES)
@pytest.mark.parametrize("family", [4, 6])
def test_the_own_address_is_no_host_while_the_loopback_interface_is_down(
    fresh: Link, technique: Technique, raw: bool, family: int
) -> None:
    """As in a network namespace that was just made: the kernel drops all that goes to its own addresses."""
    fresh.at_scanner("ip", "link", "set", "lo", "down")
    with inside(fresh.scanner), nullcontext() if raw else without_raw():
        scan = prepared([Link.own[family]], "1-50", technique)
        worker = carried_out(scan)
    assert "is down" in str(worker.error)
    assert not scan.ledger.state.any()


@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_without_an_own_address_nothing_has_a_state(fresh: Link, technique: Technique, raw: bool) -> None:
    """Packets from 0.0.0.0 leave, and nobody can answer them."""
    fresh.at_scanner("ip", "addr", "flush", "dev", fresh.scanner_device)
    fresh.at_scanner("ip", "route", "add", Link.address[4], "dev", fresh.scanner_device)
    with inside(fresh.scanner), nullcontext() if raw else without_raw():
        scan = prepared([Link.address[4]], "1-50", technique)
        worker = carried_out(scan)
    assert "No local address" in str(worker.error)
    assert not scan.ledger.state.any()


@pytest.mark.parametrize("technique", [Technique.SYN, Technique.UDP])
def test_an_ipsec_policy_is_obeyed(fresh: Link, technique: Technique) -> None:
    """Frames of our own would pass by it in clear; where the kernel sends, it says that the policy forbids it."""
    target = ("src", "0.0.0.0/0", "dst", f"{Link.address[4]}/32")
    fresh.at_scanner("ip", "xfrm", "policy", "add", "dir", "out", *target, "action", "block")
    with inside(fresh.scanner):
        scan = prepared([Link.address[4]], "1-50", technique)
        carried_out(scan)
        other = scanned([Link.address[6]], "1-50", technique)
    assert not scan.ledger.state.any()
    assert "ip xfrm policy" in " ".join(scan.notes)
    assert {state for state, _ in seen(other, technique).values()} == {PortState.CLOSED}


def test_a_link_without_carrier_keeps_no_probe_of_another_link_from_leaving(fresh: Link) -> None:
    """One batch has probes for both; those for the other host leave all the same."""
    link = fresh
    pair = ("type", "veth", "peer", "name", "other", "netns", link.target)
    run("ip", "link", "add", "other", "index", "9", "netns", link.scanner, *pair)
    link.at_scanner("ip", "addr", "add", "10.99.8.1/24", "dev", "other")
    link.at_target("ip", "addr", "add", "10.99.8.2/24", "dev", "other")
    link.at_scanner("ip", "link", "set", "other", "up")
    link.at_target("ip", "link", "set", "other", "up")
    settled(link, {4: "10.99.8.2"})
    with inside(link.scanner):
        worker = ScanWorker(
            prepared([Link.address[4], "10.99.8.2"], "1-3000", Technique.SYN, timing=patient(BRISK, max_rate=4000)),
            OwnSockets(),
        )
        worker.start()
    assert until(lambda: worker.scan.progress().settled > 300)
    link.at_target("ip", "link", "set", "other", "down")
    try:
        assert worker.join(PATIENCE)
    finally:
        worker.stop()
        worker.join(PATIENCE)
    assert worker.error is None
    assert {state for state, _ in seen(worker.scan, Technique.SYN).values()} == {PortState.CLOSED}
    assert "10.99.8.2" in " ".join(worker.scan.notes)


def test_a_second_look_at_a_port_leaves_its_round_trip_alone(own_namespaces: None, seed: int) -> None:
    """Closed UDP ports are asked again to prove another one's silence, when their answer has long had its time."""
    with link(Wire(seed, delay=0.02)) as far:
        far.at_target("nft", "-f", "-", stdin=DROPPING.replace("meta l4proto { tcp, udp }", "udp dport 90"))
        with inside(far.scanner):
            scan = scanned([Link.address[4]], "90,91", Technique.UDP)
    verdict = scan.verdict(0, 1)
    assert (verdict.port, verdict.state) == (91, PortState.CLOSED)
    assert verdict.rtt_us is not None
    assert 40_000 <= verdict.rtt_us < 1_000_000


@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_a_network_without_a_route_is_told_in_one_sentence(silent: Link, technique: Technique, raw: bool) -> None:
    with inside(silent.scanner), nullcontext() if raw else without_raw():
        scan = prepared(["10.98.0.0/20"], "1-2", technique)
        worker = carried_out(scan)
    assert [str(worker.error)] == scan.notes
    assert "10.98.0.0 and 4,095 more" in scan.notes[0]
    assert not scan.ledger.state.any()


@pytest.mark.parametrize("technique", [Technique.SYN, Technique.UDP])
def test_frames_that_pass_by_the_own_firewall_tell_the_truth(fresh: Link, technique: Technique) -> None:
    """What is sent below the firewall, as nmap sends it too, is answered and judged."""
    fresh.at_scanner("nft", "-f", "-", stdin=REFUSING)
    with inside(fresh.scanner):
        scan = prepared([Link.address[4]], "1-50", technique)
        carried_out(scan)
    states = {state for state, _ in seen(scan, technique).values()}
    assert states in ({PortState.CLOSED}, {PortState.UNTRIED})
    assert states == {PortState.CLOSED} or scan.notes


def test_too_few_descriptors_cost_time_and_no_verdict(fresh: Link, chance: random.Random) -> None:
    listening = set(chance.sample(range(1, 3001), 40))
    with inside(fresh.target):
        held = [socket.create_server(("", port)) for port in listening]
    command = ["ip", "netns", "exec", fresh.scanner, "sh", "-c", 'ulimit -n 72; exec "$@"', "sh", sys.executable]
    done = subprocess.run(
        [*command, "-m", "tests.told", "connect", "1-3000", Link.address[4]],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    for sock in held:
        sock.close()
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert not told["error"]
    states = {int(port): PortState(state) for port, (state, _) in told["ports"][Link.address[4]].items()}
    truth = {port: PortState.OPEN if port in listening else PortState.CLOSED for port in range(1, 3001)}
    assert {port: state for port, state in states.items() if truth[port] != state} == {}


@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_pause_resume_and_stop_are_obeyed_at_once(silent: Link, technique: Technique, raw: bool) -> None:
    with inside(silent.scanner), nullcontext() if raw else without_raw():
        scan = prepared([Link.address[4]], "1-65535", technique)
        worker = ScanWorker(scan, OwnSockets())
        worker.start()
    try:
        assert until(scan.ledger.tries.any)
        for _ in range(10):  # a machine with other work may take longer once, but not each time
            began = time.monotonic()
            worker.pause()
            assert until(lambda: worker.phase is Phase.PAUSED)
            latency = time.monotonic() - began
            if latency < LATENCY:
                break
            worker.resume()
            assert until(lambda: worker.phase is Phase.RUNNING)
        assert latency < LATENCY
        sent, elapsed = scan.progress().sent, scan.progress().elapsed
        time.sleep(0.3)
        assert (scan.progress().sent, scan.progress().elapsed) == (sent, elapsed)
        worker.resume()
        assert until(lambda: worker.phase is Phase.RUNNING)
        assert until(lambda: scan.progress().sent > sent)
        worker.stop()
        assert worker.join(PATIENCE)
    finally:
        worker.stop()
        worker.join(PATIENCE)
    assert worker.phase is Phase.STOPPED
    assert worker.error is None
    assert scan.finished_ns > scan.started_ns > 0


def test_a_scan_is_stopped_out_of_a_pause(silent: Link) -> None:
    with inside(silent.scanner):
        scan = prepared([Link.address[4]], "1-65535", Technique.SYN)
        worker = ScanWorker(scan, OwnSockets())
        worker.start()
    worker.pause()
    assert until(lambda: worker.phase is Phase.PAUSED)
    worker.stop()
    assert worker.join(PATIENCE)
    assert worker.phase is Phase.STOPPED


def test_answers_of_probes_in_flight_count_after_a_pause(fresh: Link) -> None:
    with inside(fresh.scanner):
        scan = prepared([Link.address[4]], "1-20000", Technique.SYN)
        worker = ScanWorker(scan, OwnSockets())
        worker.start()
    assert until(lambda: scan.progress().settled > 100)
    worker.pause()
    assert until(lambda: worker.phase is Phase.PAUSED)
    time.sleep(1.5)
    worker.resume()
    assert worker.join(PATIENCE)
    closed = PortState.CLOSED, Reason.RESET
    assert not differences(seen(scan, Technique.SYN), dict.fromkeys(range(1, 20001), closed))


class BrokenSockets(OwnSockets):
    """Raw sockets, which break with an error nobody foresaw; to ask for a link address none is needed."""

    def raw_ip(self, family: int) -> socket.socket:
        raise RuntimeError("the raw socket broke")


def test_a_broken_scan_says_so_and_keeps_its_results(fresh: Link) -> None:
    with inside(fresh.target), socket.create_server(("", 7)), inside(fresh.scanner):
        scan = prepared([Link.address[4]], "1-20", Technique.CONNECT, Technique.UDP)
        worker = ScanWorker(scan, BrokenSockets())
        worker.start()
        assert worker.join(PATIENCE)
    assert worker.phase is Phase.FAILED
    assert isinstance(worker.error, LocalError)
    assert "broke" in str(worker.error) and "results so far are kept" in str(worker.error)
    assert isinstance(worker.error.__cause__, RuntimeError)
    truth = dict.fromkeys(range(1, 21), (PortState.CLOSED, Reason.CONN_REFUSED))
    truth[7] = PortState.OPEN, Reason.SYN_ACK
    assert not differences(seen(scan, Technique.CONNECT), truth)
    assert not any(state for state, _ in seen(scan, Technique.UDP).values())
    assert scan.finished_ns >= scan.started_ns


def _held() -> tuple[int, int, int]:
    """Threads, descriptors and mapped rings of this process."""
    gc.collect()
    maps = Path("/proc/self/maps").read_text()
    return threading.active_count(), len([*Path("/proc/self/fd").iterdir()]), maps.count("socket:[")


def _at_rest() -> tuple[int, int, int]:
    """The same once it stays so: what an earlier test let go may still be closing."""
    looks = [_held()]
    while len(looks) < 5 or len(set(looks[-5:])) > 1:
        time.sleep(0.02)
        looks.append(_held())
    return looks[-1]


def test_thirty_scans_leave_no_thread_descriptor_or_ring(fresh: Link) -> None:
    closed = {Technique.SYN: Reason.RESET, Technique.CONNECT: Reason.CONN_REFUSED, Technique.UDP: Reason.PORT_UNREACH}
    with inside(fresh.scanner):
        scanned([Link.address[4]], "1-20", Technique.SYN, Technique.UDP)
        before = _at_rest()
        for number in range(30):
            family = 4 if number % 2 else 6
            technique = list(closed)[number % 3]
            scan = scanned([Link.address[family]], "1-20", technique)
            truth = dict.fromkeys(range(1, 21), (PortState.CLOSED, closed[technique]))
            assert not differences(seen(scan, technique), truth)
            del scan
        assert until(lambda: _held() == before), (before, _held())


def test_a_stopped_scan_gives_everything_back(silent: Link) -> None:
    before = _at_rest()
    for technique in (technique for technique, info in TECHNIQUES.items() if not info.third_party):
        ports = "1-5000" if TECHNIQUES[technique].protocol is not Protocol.IP else "-"
        with inside(silent.scanner):
            worker = ScanWorker(prepared([Link.address[4]], ports, technique), OwnSockets())
            worker.start()
        assert until(worker.scan.ledger.tries.any)
        worker.stop()
        assert worker.join(PATIENCE)
        del worker
    assert until(lambda: _held() == before), (before, _held())
