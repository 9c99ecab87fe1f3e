"""Connects by io_uring on real sockets of loopback: every kind of end, times, and nothing left behind."""

import errno
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue

import numpy as np
import pytest

from tests.conftest import missing
from tests.namespaces import domain
from tests.scans import carried_out, prepared, scanned, seen, until
from tui_scan.engine.calls import CALLS
from tui_scan.engine.loops import batches, sockets
from tui_scan.engine.loops.window import WindowLoop
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport import uring
from tui_scan.engine.transport.attempts import Probe
from tui_scan.engine.transport.uring_connect import Batch, ConnectSlots, Ended
from tui_scan.engine.transport.uring_lane import Lane, Report, Told
from tui_scan.model.errors import LocalError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

LOOPBACK = {4: "127.0.0.1", 6: "::1"}
families = pytest.mark.parametrize("family", [4, 6])
FOREVER = 1e12


@pytest.fixture(autouse=True)
def kernel_with_rings() -> None:
    """These tests are about io_uring; the way without it is tested beside them."""
    if not uring.allowed():
        missing("this kernel has no io_uring for this process")


def names(family: int, address: str, ports: list[int]) -> np.ndarray:
    """Socket addresses, a row a port."""
    rows = np.zeros((len(ports), 28), np.uint8)
    packed = socket.inet_pton(domain(family), address)
    for row, port in zip(rows, ports, strict=True):
        head = int(domain(family)).to_bytes(2, "little") + port.to_bytes(2, "big")
        raw = head + (packed if family == 4 else bytes(4) + packed)
        row[: len(raw)] = np.frombuffer(raw, np.uint8)
    return rows


def batch(family: int, ports: list[int], address: str = "", deadline: float = FOREVER, first: int = 0) -> Batch:
    """Connects to these ports; a port's cell is its place in the list, from ``first``."""
    cells = np.arange(first, first + len(ports))
    return Batch(cells, 3, names(family, address or LOOPBACK[family], ports), np.full(len(ports), deadline))


def ends(slots: ConnectSlots, count: int) -> tuple[np.ndarray, np.ndarray, list[Probe]]:
    """The next ``count`` ends: refused, silent, others."""
    refused, silent = [np.empty(0, CALLS)], [np.empty(0, CALLS)]
    others: list[Probe] = []
    limit = time.monotonic() + 60
    while sum(map(len, refused)) + sum(map(len, silent)) + len(others) < count:
        assert time.monotonic() < limit
        ended, _ = slots.reap()
        refused.append(ended.refused)
        silent.append(ended.silent)
        others.extend(ended.others)
        slots.wait(0.01)
    return np.concatenate(refused), np.concatenate(silent), others


def closed_ports(family: int, count: int, chance: random.Random) -> list[int]:
    """Ports below the ephemeral ones on which nothing listens."""
    found: list[int] = []
    for port in chance.sample(range(2000, 30000), count * 2):
        with socket.socket(domain(family)) as sock:
            if sock.connect_ex((LOOPBACK[family], port)) == errno.ECONNREFUSED:
                found.append(port)
    return found[:count]


@pytest.fixture(params=[4, 6])
def family(request: pytest.FixtureRequest) -> int:
    """Both address families."""
    return int(request.param)


@pytest.fixture
def slots(family: int) -> Iterator[ConnectSlots]:
    """Eight slots."""
    with closing(ConnectSlots(family, None, 8)) as made:
        yield made


@pytest.fixture
def listening(family: int) -> Iterator[socket.socket]:
    """A listener on loopback."""
    with socket.create_server((LOOPBACK[family], 0), family=domain(family)) as sock:
        yield sock


def test_slots_are_used_again_and_again(slots: ConnectSlots, family: int, chance: random.Random) -> None:
    ports = closed_ports(family, 96, chance)
    for first in range(0, 96, 8):
        before = time.time_ns()
        times = slots.begin(batch(family, ports[first : first + 8], first=first))
        refused, silent, others = ends(slots, 8)
        assert not len(silent) and not others
        assert sorted(refused["cell"]) == [*range(first, first + 8)]
        assert set(refused["try"]) == {3} and set(refused["errno"]) == {errno.ECONNREFUSED}
        assert (before <= times).all() and (refused["start_ns"] >= before).all()
        assert (refused["start_ns"] <= refused["end_ns"]).all() and (refused["end_ns"] <= time.time_ns()).all()
        assert slots.flying == 0


def test_an_open_port_tells_its_handshake_and_is_reset(
    slots: ConnectSlots, family: int, listening: socket.socket, chance: random.Random
) -> None:
    port = listening.getsockname()[1]
    ports = [port, *closed_ports(family, 7, chance)]
    for _ in range(4):
        chance.shuffle(ports)
        slots.begin(batch(family, ports))
        refused, _, (probe,) = ends(slots, 8)
        assert len(refused) == 7
        assert (probe.cell, probe.errno, probe.self_connect) == (ports.index(port), 0, False)
        assert probe.detail.startswith("TCP_INFO mss=")
        assert 0 < probe.start_ns <= probe.end_ns
        peer, _ = listening.accept()
        with peer, pytest.raises(ConnectionResetError):
            peer.settimeout(2)
            peer.recv(1)


def test_silence_ends_at_its_deadline_and_the_slot_is_good_again(
    slots: ConnectSlots, family: int, chance: random.Random
) -> None:
    """A listener whose queue is full answers no SYN."""
    with socket.socket(domain(family)) as mute, socket.socket(domain(family)) as guest:
        mute.bind((LOOPBACK[family], 0))
        mute.listen(0)
        guest.connect(mute.getsockname())
        slots.begin(batch(family, [mute.getsockname()[1]] * 3, deadline=100.0))
        slots.expire(99.0)
        slots.wait(0.05)
        assert slots.reap()[0].silent.size == 0 and slots.flying == 3
        slots.expire(101.0)
        refused, silent, others = ends(slots, 3)
        assert not len(refused) and not others
        assert sorted(silent["cell"]) == [0, 1, 2]
        assert not silent["end_ns"].any() and not silent["errno"].any() and silent["start_ns"].all()
        assert _syn_sent(mute.getsockname()[1]) == 0
    slots.begin(batch(family, closed_ports(family, 8, chance)))
    assert len(ends(slots, 8)[0]) == 8


def _syn_sent(port: int) -> int:
    """Sockets of this machine that still try to reach the port."""
    rows = [line.split() for path in ("tcp", "tcp6") for line in Path(f"/proc/net/{path}").read_text().splitlines()]
    return sum(row[3] == "02" and row[2].endswith(f":{port:04X}") for row in rows[1:])


def test_a_connection_with_itself_is_known(slots: ConnectSlots, family: int) -> None:
    own = slots._sockets[0]
    own.bind((LOOPBACK[family], 0))
    slots.begin(batch(family, [own.getsockname()[1]]))
    _, _, (probe,) = ends(slots, 1)
    assert probe.errno == 0 and probe.self_connect


def test_errors_of_this_machine_are_told_as_they_are(slots: ConnectSlots, family: int) -> None:
    nowhere = "255.255.255.255" if family == 4 else "ff02::1"
    with socket.socket(domain(family)) as sock:
        truth = sock.connect_ex((nowhere, 9))
    slots.begin(batch(family, [9], nowhere))
    _, _, (probe,) = ends(slots, 1)
    assert probe.errno == truth not in (0, errno.ECONNREFUSED)
    assert probe.queued is None


def test_many_batches_at_once_keep_their_cells(family: int, chance: random.Random) -> None:
    """More connects in one batch than one system call takes, with open ports among them."""
    held = [socket.create_server((LOOPBACK[family], 0), family=domain(family)) for _ in range(5)]
    ports = [*(sock.getsockname()[1] for sock in held), *closed_ports(family, 395, chance)]
    chance.shuffle(ports)
    with closing(ConnectSlots(family, None, 400)) as slots:
        for _ in range(3):
            slots.begin(batch(family, ports))
            refused, _, others = ends(slots, 400)
            opened = {ports[probe.cell] for probe in others if not probe.errno}
            assert opened == {sock.getsockname()[1] for sock in held}
            assert len(set(refused["cell"])) == 395
    for sock in held:
        sock.close()


def test_a_ring_is_given_back() -> None:
    def held() -> tuple[int, int]:
        return len([*Path("/proc/self/fd").iterdir()]), Path("/proc/self/maps").read_text().count("io_uring")

    before = held()
    for _ in range(20):
        with closing(ConnectSlots(4, None, 4)) as slots:
            slots.begin(batch(4, [9]))
    assert held() == before


def test_a_lane_wakes_for_orders_and_tells_of_its_end() -> None:
    reports: SimpleQueue[Report] = SimpleQueue()
    lane = Lane(5, 4, None, 4, reports)
    try:
        for number in range(10):
            lane.give(batch(4, [9], first=number))
            told = reports.get(timeout=180)
            assert isinstance(told, Told)
            assert (told.lane, told.cells.tolist(), len(told.ended.refused)) == (5, [number], 1)
            lane.flying -= 1
    finally:
        lane.close()
    assert lane.room == 4


def test_a_lane_that_breaks_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_slots: ConnectSlots, _batch: Batch) -> None:
        raise RuntimeError("the ring broke")

    monkeypatch.setattr(ConnectSlots, "begin", broken)
    worker = carried_out(prepared(["127.0.0.1"], "1-20", Technique.CONNECT))
    assert isinstance(worker.error, LocalError) and "the ring broke" in str(worker.error)


def test_where_the_kernel_forbids_rings_each_probe_has_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system call that does not exist stands for one that is forbidden."""
    monkeypatch.setattr(uring, "_SETUP", 1023)
    monkeypatch.setattr(uring, "allowed", uring.allowed.__wrapped__)
    rounds: list[int] = []
    plain = WindowLoop._round

    def counted(loop: WindowLoop) -> None:
        rounds.append(1)
        plain(loop)

    monkeypatch.setattr(WindowLoop, "_round", counted)
    with pytest.raises(OSError, match="not implemented"):
        uring.Ring(2, 4)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        scan = scanned(["127.0.0.1"], [port], Technique.CONNECT)
    assert rounds and seen(scan, Technique.CONNECT) == {port: (PortState.OPEN, Reason.SYN_ACK)}


class ShortLane:
    """A lane on a machine that is out of source ports until ``cures`` connects failed for that."""

    cures = 0

    def __init__(self, number: int, family: int, interface: str | None, count: int, reports: SimpleQueue[Report]):
        self._number, self._reports = number, reports
        self.count, self.flying, self.clock = count, 0, 0.0

    @property
    def room(self) -> int:
        """As a lane's."""
        return self.count - self.flying

    def give(self, given: Batch) -> None:
        """Refuse, or have it refused by the target."""
        now = time.time_ns()
        rows, short = np.zeros(0, CALLS), []
        if ShortLane.cures > 0:
            ShortLane.cures -= len(given.cells)
            code = errno.EADDRNOTAVAIL
            short = [Probe(cell=c, tries=given.tries, start_ns=now, end_ns=now, errno=code) for c in given.cells]
        else:
            rows = np.zeros(len(given.cells), CALLS)
            rows["cell"], rows["try"], rows["errno"] = given.cells, given.tries, errno.ECONNREFUSED
            rows["start_ns"] = rows["end_ns"] = now
        self.flying += len(given.cells)
        times = np.full(len(given.cells), now)
        self._reports.put(Told(self._number, given.cells, times, Ended(rows, rows[:0], short)))

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def short_of_ports(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Scan]:
    """Prepares a scan on a machine that is out of source ports."""

    def make(cures: int) -> Scan:
        ShortLane.cures = cures
        monkeypatch.setattr(batches, "Lane", ShortLane)
        monkeypatch.setattr(sockets, "SHORTAGE_PATIENCE", 0.3)
        return prepared(["127.0.0.1"], "1-40", Technique.CONNECT)

    return make


def test_a_shortage_that_passes_costs_no_verdict_and_no_try(short_of_ports: Callable[[int], Scan]) -> None:
    scan = short_of_ports(42)
    assert carried_out(scan).error is None
    assert set(seen(scan, Technique.CONNECT).values()) == {(PortState.CLOSED, Reason.CONN_REFUSED)}
    assert set(scan.ledger.tries) == {1} and scan.tally.sent == 40


def test_a_shortage_that_stays_is_told_in_a_sentence(short_of_ports: Callable[[int], Scan]) -> None:
    scan = short_of_ports(1 << 40)
    worker = carried_out(scan)
    assert isinstance(worker.error, LocalError) and "out of what a connect needs" in str(worker.error)
    assert not scan.ledger.state.any()


def test_threads_of_lanes_end_with_the_scan() -> None:
    tasks = Path("/proc/self/task")
    before = set(tasks.iterdir())
    scanned(["127.0.0.1"], "1-6000", Technique.CONNECT)
    assert until(lambda: set(tasks.iterdir()) <= before, 1)
