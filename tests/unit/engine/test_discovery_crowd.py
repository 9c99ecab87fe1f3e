"""Many silent hosts behind a router that can look for some of them at a time only: a playbook with its own clock."""

import random

import numpy as np

from tui_scan.engine.discovery.crowd import Crowd
from tui_scan.engine.discovery.evidence import Evidence, Index
from tui_scan.engine.discovery.finds import Finds
from tui_scan.engine.discovery.sweep import Sweep
from tui_scan.engine.passed_over import CROWD
from tui_scan.engine.scan import Scan, prepare
from tui_scan.model.discovery import Aim
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState
from tui_scan.model.timing import TEMPLATES
from tui_scan.scope.plan import plan
from tui_scan.services import names

HOSTS, ROOM, PATIENCE = 2048, 1024, 3.05


class Router:
    """A way to hosts behind a router with room for ``ROOM`` hosts that it looks for; ``tells``: it says who is not
    there, ``rule``: it says so at once of some, and looks for nobody."""

    count, rate, waits, looked_for = 2, 1e6, (np.inf, np.inf), True

    def __init__(self, finds: Finds, up: set[int], tells: bool, rule: bool) -> None:
        self._finds, self._up, self._tells, self._rule = finds, up, tells, rule
        self.now = 0.0
        self.sent = 0
        self._looking: dict[int, float] = {}
        self._answers: list[tuple[float, int, int, int, bool]] = []

    def turn(self) -> float:
        return self.now

    def send(self, hosts: Index, number: int, tries: int) -> None:
        self._finds.sent(hosts, number, tries, np.full(len(hosts), self._ns))
        self.sent += len(hosts)
        for host in hosts.tolist():
            if host in self._up and (self._rule or len(self._looking) < ROOM):
                self._answers.append((self.now + 0.001, host, number, tries, True))
            elif self._rule and host % 2:
                self._answers.append((self.now + 0.001, host, number, tries, False))
            elif not self._rule and len(self._looking) < ROOM and host not in self._looking:
                self._looking[host] = self.now
                if self._tells:
                    self._answers.append((self.now + PATIENCE, host, number, tries, False))

    def collect(self, timeout: float) -> None:
        self.now += timeout or 1e-4
        self._looking = {host: since for host, since in self._looking.items() if since + PATIENCE > self.now}
        due = [answer for answer in self._answers if answer[0] <= self.now]
        self._answers = [answer for answer in self._answers if answer[0] > self.now]
        if due:
            _, hosts, numbers, tries, up = (np.array(column) for column in zip(*due, strict=True))
            reasons = np.where(up, Reason.RESET, Reason.HOST_UNREACH).astype(np.uint8)
            proof = Evidence(np.arange(len(due)), hosts, numbers, tries, up, reasons, np.full(len(due), 63, np.uint8))
            self._finds.answered(proof, np.full(len(due), self._ns))

    def close(self) -> None:
        pass

    @property
    def _ns(self) -> int:
        return int(1e18 + self.now * 1e9)


def asked(up: set[int], hosts: int = HOSTS, tells: bool = True, rule: bool = False) -> tuple[Scan, Router]:
    """A discovery of that many hosts that came to its end, and the router in its way."""
    request = ScanRequest((f"198.18.0.0/{32 - (hosts - 1).bit_length()}",), aim=Aim.HOSTS, timing=TEMPLATES[4])
    scan = prepare(plan(request, names=names, broadcasts=()), ())
    finds = Finds(scan, Router.count)
    router = Router(finds, up, tells, rule)
    sweep = Sweep(router, finds, request.timing, router.turn)
    Crowd(sweep, router, finds, scan.tally, router.turn).run(np.arange(hosts))
    finds.silent(np.arange(hosts))
    return scan, router


def test_who_found_no_room_is_asked_again(chance: random.Random) -> None:
    up = set(chance.sample(range(HOSTS), 60))
    scan, router = asked(up)
    assert set(np.flatnonzero(scan.hosts.state == HostState.UP).tolist()) == up
    assert (scan.hosts.state[sorted(set(range(HOSTS)) - up)] == HostState.DOWN).all()
    assert router.now < 20


def test_where_nobody_told_of_looking_nobody_is_asked_again(chance: random.Random) -> None:
    up = set(chance.sample(range(ROOM), 60))
    _, router = asked(up, tells=False)
    assert router.sent <= HOSTS * Router.count * 2
    assert router.now < 4


def test_a_rule_that_tells_at_once_is_no_looking(chance: random.Random) -> None:
    up = set(chance.sample(range(HOSTS), 60))
    scan, router = asked(up, rule=True)
    assert set(np.flatnonzero(scan.hosts.state == HostState.UP).tolist()) == up
    assert router.now < 4


def test_few_silent_hosts_cost_no_time(chance: random.Random) -> None:
    up = set(chance.sample(range(CROWD), 20))
    scan, router = asked(up, hosts=CROWD)
    assert set(np.flatnonzero(scan.hosts.state == HostState.UP).tolist()) == up
    assert router.now < 2
