"""Hosts that limit their ICMP errors, simulated as token buckets: closed ports get their answer, silent ones none."""

import random

import pytest

from tui_scan.engine.icmp_limit import FIRST_WAIT, PROOFS, LimitedHost

TIMEOUT, RTT, TURN = 0.1, 0.001, 0.0005


class Bucket:
    """Errors at ``rate`` a second with a reserve of ``burst``, as Linux keeps for each peer (icmp_ratelimit)."""

    def __init__(self, rate: float, burst: float, full: float) -> None:
        self._rate, self._burst, self._tokens, self._at = rate, burst, full, 0.0

    def take(self, now: float) -> bool:
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Wire:
    """The way to a host and back, ``loss`` of it lost; counts the probes."""

    def __init__(self, bucket: Bucket, silent: set[int], chance: random.Random, loss: float = 0.0) -> None:
        self._bucket, self._silent, self._chance, self._loss = bucket, silent, chance, loss
        self.sent = 0

    def answers(self, cell: int | None, now: float) -> bool:
        """Whether a probe that leaves now is answered; None is a port known as closed."""
        self.sent += 1
        if cell in self._silent or self._lost():
            return False
        return self._bucket.take(now) and not self._lost()

    def _lost(self) -> bool:
        return self._chance.random() < self._loss


def probed(host: LimitedHost, wire: Wire) -> tuple[set[int], float]:
    """Play the loop's part until the host is through: the cells that were answered, and the seconds it took."""
    now, answered = 0.0, set()
    coming: list[tuple[float, int | None]] = []
    while len(host) and not host.gave_up:
        arrived, coming = [c for c in coming if c[0] <= now], [c for c in coming if c[0] > now]
        for _, cell in arrived:
            if cell is None:
                host.canary_answered()
            elif cell in host.flying:
                answered.add(cell)
                host.answered(cell)
        host.expire(now, TIMEOUT)
        turn = host.next(now)
        wanted: list[int | None] = [*turn.cells, *([None] if turn.canary else [])]
        coming.extend((now + RTT, cell) for cell in wanted if wire.answers(cell, now))
        now += TURN
        assert now < 600
    return answered, now


@pytest.mark.parametrize("rate", [1.0, 4.0, 20.0])
@pytest.mark.parametrize("full", [0.0, 6.0])
def test_linux_own_limit_is_used_to_the_full(chance: random.Random, rate: float, full: float) -> None:
    """Six at once: every closed port is answered in hardly more than the limit's own time, with few probes."""
    wire = Wire(Bucket(rate, 6, full), set(), chance)
    answered, seconds = probed(LimitedHost(list(range(60)), 0.0), wire)
    assert answered == set(range(60))
    assert seconds < 1.03 * (60 - full) / rate + 0.2
    assert wire.sent < 15 * 60


@pytest.mark.parametrize("rate", [1.0, 4.0, 20.0, 200.0])
@pytest.mark.parametrize("full", [0.0, 6.0])
@pytest.mark.parametrize("mute", [2, 30, 57])
def test_silent_ports_among_the_closed(chance: random.Random, rate: float, full: float, mute: int) -> None:
    """A few errors more, to ports known as closed, prove all silent ones at once."""
    cells = set(range(60))
    silent = set(chance.sample(sorted(cells), mute))
    answered, seconds = probed(LimitedHost(sorted(cells), 0.0), Wire(Bucket(rate, 6, full), silent, chance))
    assert answered == cells - silent
    assert seconds < 1.6 * len(answered) / rate + 2 * PROOFS / rate + 5 * FIRST_WAIT


@pytest.mark.parametrize("loss", [0.05, 0.1])
def test_a_wire_that_loses_makes_no_closed_port_silent(chance: random.Random, loss: float) -> None:
    wrong = 0
    for _ in range(5):
        silent = set(chance.sample(range(40), 10))
        wire = Wire(Bucket(20, 6, 6), silent, chance, loss)
        answered, _ = probed(LimitedHost(list(range(40)), 0.0), wire)
        assert not answered & silent
        wrong += 30 - len(answered)
    assert wrong <= 1


def test_a_host_that_falls_silent_is_given_up_and_nothing_is_proven() -> None:
    host = LimitedHost(list(range(50)), 0.0)
    answered, seconds = probed(host, Wire(Bucket(0, 6, 6), set(), random.Random(1)))
    assert host.gave_up
    assert len(answered) == 6
    assert sorted({*host.cells.tolist(), *answered}) == list(range(50))
    assert seconds < 60


def test_without_a_canarys_answer_nothing_is_proven() -> None:
    """A port that is asked while the host has no error to spend stays in doubt, as often as that may be."""
    host = LimitedHost([5], 0.0)
    now = 0.0
    for _ in range(4 * PROOFS):
        while not host.next(now).canary:
            host.expire(now, TIMEOUT)
            now += 0.01
        host.expire(now + 2 * TIMEOUT, TIMEOUT)
        now += 2 * TIMEOUT
        assert host.cells.tolist() == [5]


def test_what_could_not_leave_is_asked_again_and_tells_nothing() -> None:
    host = LimitedHost([5, 6], 0.0)
    assert host.next(0.0).cells == [5]
    host.postponed(1.0)
    assert not host.flying
    assert host.next(0.5).cells == []
    assert [host.next(1.0).cells, host.next(2.0).cells] == [[6], [5]]
    host.answered(6)
    assert len(host) == 1
