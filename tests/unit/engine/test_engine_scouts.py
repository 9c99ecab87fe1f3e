"""Scouts to hosts that a router may have passed over: a playbook with its own clock."""

import random
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tui_scan.engine.loops.results import Results
from tui_scan.engine.loops.rounds import Round, Rounds
from tui_scan.engine.passed_over import CROWD, note_passed_over
from tui_scan.engine.retries import Retries
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.transport.rtnetlink import Route
from tui_scan.model.discovery import NO_DISCOVERY
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.scope.plan import plan
from tui_scan.services import names

HOSTS, ROOM, LOOKS = 2048, 1024, 3.05
GATEWAY = bytes((198, 18, 255, 1))
TIMEOUT = 0.5


@dataclass
class Way:
    """What lies between: a router with ``room`` for hosts that it looks for, which ``tells`` of those it does not find,
    and remembers the others; and whether the hosts are behind a router at all."""

    room: int = ROOM
    tells: bool = True
    far: bool = True


class Play:
    """A scan of some ports of many hosts, of which those that are ``up`` reset every port."""

    def __init__(self, up: set[int], way: Way, hosts: int = HOSTS, ports: int = 1, retries: int = 6) -> None:
        timing = replace(TEMPLATES[4], max_retries=retries)
        request = ScanRequest(
            (f"198.18.0.0/{32 - (hosts - 1).bit_length()}",),
            ports=f"1-{ports}",
            discovery=NO_DISCOVERY,
            timing=timing,
        )
        self.scan = prepare(plan(request, names=names, broadcasts=()), (Technique.SYN,))
        for host in range(hosts):
            hop = GATEWAY if way.far else self.scan.hosts.wire[host].tobytes()
            self.scan.hosts.routes[host] = Route(2, hop, None, False)
        self.rtt = RttEstimator(timing, self.scan.hosts.count)
        self._up, self._way = up, way
        self.now, self._latest = 1.0, 0.0
        self._looking: dict[int, float] = {}
        self._known: set[int] = set()
        self._due: list[tuple[float, int, int, PortState, Reason]] = []

    def run(self) -> Scan:
        """All rounds; a round leaves at once and is waited for for ``TIMEOUT`` seconds."""
        scan = self.scan
        scan.started_ns = 0
        retries = Retries(scan.hosts.count, scan.request.timing.max_retries)
        results = Results(scan, retries, self.rtt)
        rounds = Rounds(scan, np.arange(scan.hosts.count), np.arange(scan.columns.count), retries, results, 7)
        planned: Round | None = rounds.first()
        while planned is not None:
            self._wait(results, max(self.now, self._latest + planned.rest))
            for cells in planned.chunks:
                results.sent(cells, np.full(len(cells), int(self.now * 1e9)))
                self._send(cells, planned.tries)
                self._wait(results, self.now + TIMEOUT)
            planned = rounds.next(0.01)
        note_passed_over(scan)
        return scan

    def _send(self, cells: np.ndarray[tuple[int], np.dtype[np.int64]], tries: int) -> None:
        self._latest = self.now
        self._looking = {host: since for host, since in self._looking.items() if since + LOOKS > self.now}
        for cell in cells.tolist():
            host = cell // self.scan.columns.count
            if host not in self._known and host not in self._looking and len(self._looking) >= self._way.room:
                continue
            if host in self._up:
                self._known.add(host)
                self._due.append((self.now + 0.001, cell, tries, PortState.CLOSED, Reason.RESET))
                continue
            self._looking.setdefault(host, self.now)
            if self._way.tells:
                told = self._looking[host] + LOOKS
                self._due.append((told, cell, tries, PortState.FILTERED, Reason.HOST_UNREACH))

    def _wait(self, results: Results, until: float) -> None:
        due = sorted(answer for answer in self._due if answer[0] <= until)
        self._due = [answer for answer in self._due if answer[0] > until]
        if due:
            times, cells, tries, states, reasons = (np.array(column) for column in zip(*due, strict=True))
            told = (states.astype(np.uint8), reasons.astype(np.uint8), (times * 1e9).astype(np.int64))
            results.answered(cells, tries.astype(np.uint8), *told)
        self.now = until


def up(scan: Scan) -> set[int]:
    return set(np.flatnonzero(scan.hosts.state == HostState.UP).tolist())


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("ports", [1, 20])
def test_who_found_no_room_is_found(tells: bool, ports: int, chance: random.Random) -> None:
    there = set(chance.sample(range(HOSTS), 60))
    play = Play(there, Way(tells=tells), ports=ports)
    scan = play.run()
    assert up(scan) == there
    assert (scan.ledger.state.reshape(HOSTS, ports)[sorted(there)] == PortState.CLOSED).all()
    assert not scan.notes
    assert play.now < 14


def test_hosts_that_are_silent_for_another_reason_cost_seconds(chance: random.Random) -> None:
    there = set(chance.sample(range(HOSTS), 60))
    play = Play(there, Way(room=HOSTS, tells=False))
    scan = play.run()
    assert up(scan) == there
    assert scan.ledger.tries.max() == 2
    assert not scan.notes
    assert play.now < 6


def test_where_nothing_answers_one_group_goes_and_a_note_tells_of_the_others() -> None:
    play = Play(set(), Way(tells=False))
    scan = play.run()
    assert (scan.ledger.tries == 2).all()
    assert any(f"{HOSTS - 2 * CROWD:,} hosts behind a router gave no answer" in note for note in scan.notes)
    assert play.now < 6


def test_word_of_a_host_that_was_looked_for_is_no_round_trip(chance: random.Random) -> None:
    there = set(chance.sample(range(HOSTS), 60))
    play = Play(there, Way())
    scan = play.run()
    assert (scan.ledger.reason == Reason.HOST_UNREACH).any()
    assert set(np.flatnonzero(play.rtt.srtt).tolist()) == there


@pytest.mark.parametrize(("hosts", "far"), [(HOSTS, False), (CROWD, True)])
def test_few_hosts_and_hosts_on_the_link_cost_no_time(hosts: int, far: bool, chance: random.Random) -> None:
    there = set(chance.sample(range(hosts), 20))
    play = Play(there, Way(room=hosts, far=far), hosts=hosts)
    assert up(play.run()) == there
    assert play.now < 3
    assert not play.scan.notes


def test_nobody_is_asked_again_where_no_second_try_is_allowed(chance: random.Random) -> None:
    there = set(chance.sample(range(HOSTS), 60))
    play = Play(there, Way(), retries=0)
    scan = play.run()
    assert scan.ledger.tries.max() == 1
    assert up(scan) < there
    assert any("behind a router gave no answer" in note for note in scan.notes)


def test_who_waits_no_longer_is_told_of_the_others(chance: random.Random) -> None:
    there = set(chance.sample(range(HOSTS), 60))
    play = Play(there, Way())
    wait = play._wait

    def impatient(results: Results, until: float) -> None:
        wait(results, until)
        play.scan.settling = play.now > 4

    play._wait = impatient  # type: ignore[method-assign]
    scan = play.run()
    assert play.now < 7
    assert any("behind a router gave no answer" in note for note in scan.notes)
