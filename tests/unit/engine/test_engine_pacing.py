"""The pacer, the retries and the RTT estimator against simulated links, by a clock of their own."""

import random
from collections import deque
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.engine.pacing import FIRST_RATE, MOST_BATCH, SILENT_CEILING, TOP_RATE, Pacer
from tui_scan.engine.retries import Retries
from tui_scan.engine.rtt import RttEstimator
from tui_scan.model.timing import TEMPLATES, Timing

NORMAL = TEMPLATES[3]
RTT = 0.005


class Line:
    """A simulated target: ``share`` of its ports answer, ``loss`` of what is sent is lost, and no more than
    ``limit`` answers a second leave it (a bucket of ``limit`` / 20)."""

    def __init__(
        self, chance: random.Random, share: float = 1.0, loss: float = 0.0, limit: float | None = None
    ) -> None:
        self._chance, self._share, self._loss, self._limit = chance, share, loss, limit
        self._bucket, self._at = (limit or 0) / 20, 0.0

    def answers(self, count: int, now: float) -> int:
        """How many of ``count`` probes that arrive now are answered."""
        meant = sum(self._chance.random() < self._share and self._chance.random() >= self._loss for _ in range(count))
        if self._limit is None:
            return meant
        self._bucket = min(self._limit / 20, self._bucket + (now - self._at) * self._limit)
        self._at = now
        told = min(meant, int(self._bucket))
        self._bucket -= told
        return told


def carried(pacer: Pacer, line: Line, seconds: float) -> tuple[list[tuple[float, int]], int]:
    """Send for some time, each batch judged one round trip later: (time, batch) of all, and the answers."""
    now, flights, log, answered = 0.0, deque[tuple[float, int, int]](), [], 0
    while now < seconds:
        while flights and flights[0][0] <= now:
            _, count, told = flights.popleft()
            pacer.feedback(count, told, now)
        room = pacer.batch(now)
        if room:
            told = line.answers(room, now)
            answered += told
            flights.append((now + RTT, room, told))
            pacer.sent(room, now)
            log.append((now, room))
        due = [pacer.next_time, *([flights[0][0]] if flights else [])]
        now = max(now + 1e-5, min(t for t in due if t > now) if any(t > now for t in due) else now)
    return log, answered


def rate_over(log: list[tuple[float, int]], first: float, last: float) -> float:
    return sum(count for at, count in log if first <= at < last) / (last - first)


def test_a_clean_line_is_used_to_the_full(chance: random.Random) -> None:
    log, _ = carried(Pacer(NORMAL, 1), Line(chance), 0.3)
    assert rate_over(log, 0.2, 0.3) > 10 * FIRST_RATE


@pytest.mark.parametrize("share", [0.02, 0.3, 1.0])
def test_loss_that_is_no_congestion_does_not_stop_the_scan(chance: random.Random, share: float) -> None:
    """A tenth is lost whatever the rate: there is nothing to gain by going slow."""
    log, _ = carried(Pacer(NORMAL, 1), Line(chance, share=share, loss=0.1), 0.5)
    assert rate_over(log, 0.3, 0.5) > FIRST_RATE


def rate_after_common_ports(early: int) -> float:
    """A firewall lets 400 common ports through, all answered, and drops everything that comes after them."""
    pacer, now, sent = Pacer(NORMAL, 64, early), 0.0, 0
    while sent < 5000:
        count = pacer.batch(now)
        pacer.sent(count, now)
        pacer.feedback(count, max(0, min(count, 400 - sent)), now + RTT)
        sent += count
        now = max(now + RTT, pacer.next_time)
    return pacer.rate


def test_common_ports_that_answer_are_no_measure_for_the_rest() -> None:
    assert rate_after_common_ports(400) >= FIRST_RATE
    assert rate_after_common_ports(0) < FIRST_RATE / 10


def test_silence_keeps_to_its_ceiling(chance: random.Random) -> None:
    log, _ = carried(Pacer(NORMAL, 1), Line(chance, share=0.0), 1.0)
    assert rate_over(log, 0.5, 1.0) <= 1.05 * SILENT_CEILING
    assert rate_over(log, 0.5, 1.0) > 0.5 * SILENT_CEILING


def test_the_rate_never_leaves_its_bounds(chance: random.Random) -> None:
    for line in (Line(chance), Line(chance, limit=500), Line(chance, share=0.0), Line(chance, loss=0.99)):
        pacer = Pacer(NORMAL, 3)
        log, _ = carried(pacer, line, 0.3)
        assert 3000 / NORMAL.max_tcp_delay <= pacer.rate <= TOP_RATE
        assert all(1 <= count <= MOST_BATCH for _, count in log)


@given(st.floats(1, 100_000), st.integers(1, 300))
def test_max_rate_is_kept(most: float, hosts: int) -> None:
    pacer = Pacer(replace(NORMAL, max_rate=most), hosts)
    log, _ = carried(pacer, Line(random.Random(1), share=0.5), 0.2)
    sent = sum(count for _, count in log)
    # The first batch may leave at once, and a batch covers a hundredth of a second.
    assert sent <= most * 0.2 + max(16, most * 0.02) + 2
    assert pacer.rate <= most


@given(st.integers(1, 500), st.integers(0, 600), st.integers(1, 300))
def test_parallelism_bounds_what_may_leave(most: int, there: int, hosts: int) -> None:
    pacer = Pacer(replace(NORMAL, min_parallelism=most // 2, max_parallelism=most), hosts)
    for now in (0.0, 0.001, 0.02):
        room = pacer.batch(now, lambda: there)
        assert max(0, most // 2 - there) <= room <= max(0, most - there)
        pacer.sent(room, now)


@given(st.floats(100, 400_000))
def test_min_rate_is_kept_whatever_is_lost(least: float) -> None:
    pacer = Pacer(replace(NORMAL, min_rate=least), 1)
    for _ in range(100):
        pacer.feedback(100, 0, 0.0)
    pacer.feedback(1000, 1000, 0.0)
    for number in range(100):
        pacer.feedback(1000, 0, 0.01 * number)
    assert pacer.rate >= least


@pytest.mark.parametrize("template", [0, 1, 2])
def test_a_scan_delay_lets_one_probe_a_host_go(template: int, chance: random.Random) -> None:
    timing: Timing = TEMPLATES[template]
    pacer = Pacer(timing, 1)
    delay = timing.scan_delay / 1000
    log, _ = carried(pacer, Line(chance), 10 * delay)
    assert all(count == 1 for _, count in log)
    assert 9 <= len(log) <= 11
    gaps = np.diff([at for at, _ in log])
    assert (gaps > 0.95 * delay).all()


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.floats(0, 1)), max_size=50),
    st.sampled_from(TEMPLATES),
    st.integers(1, 70_000),
)
def test_no_feedback_breaks_it(batches: list[tuple[int, float]], timing: Timing, hosts: int) -> None:
    """Empty batches too: no division by zero, and always a finite way on."""
    pacer, now = Pacer(timing, hosts), 0.0
    for count, share in batches:
        pacer.feedback(count, int(count * share), now)
        pacer.sent(count, now)
        assert np.isfinite(pacer.next_time)
        assert pacer.rate > 0
        now = max(now, pacer.next_time)
        assert pacer.batch(now) >= 1
        pacer.new_round()


def test_a_silent_port_is_always_asked_twice() -> None:
    retries = Retries(2, 10)
    assert retries.again(1).tolist() == [True, True]
    assert Retries(2, 0).again(1).tolist() == [False, False]


def test_without_loss_twice_is_enough_and_with_loss_it_is_not() -> None:
    clean, lossy = 0, 1
    retries = Retries(2, 10)
    retries.answered(np.full(1000, clean), np.ones(1000, np.uint8))
    retries.answered(np.full(900, lossy), np.ones(900, np.uint8))
    retries.answered(np.full(90, lossy), np.full(90, 2, np.uint8))
    assert retries.again(2).tolist() == [False, True]
    assert retries.loss()[lossy] == pytest.approx(0.1, rel=0.1)
    assert not retries.again(11).any()


@given(st.floats(0.0, 0.6), st.integers(0, 2**32 - 1))
def test_enough_tries_for_any_loss(loss: float, seed: int) -> None:
    """Of 4,000 ports that answer, hardly one is left when the retries say that it is enough."""
    rng = np.random.default_rng(seed)
    retries, left, tries = Retries(1, 60), 4000, 0
    while left and (tries < 1 or retries.again(tries)[0]):
        tries += 1
        answered = int(rng.binomial(left, 1 - loss))
        retries.answered(np.zeros(answered, np.int64), np.full(answered, tries, np.uint8))
        left -= answered
    assert left <= 2


def test_the_rtt_follows_rfc_6298() -> None:
    """By hand: the first sample sets both, later ones move by an eighth and a quarter; nmap's clamps."""
    rtt = RttEstimator(NORMAL)
    assert rtt.timeout == 1.0
    rtt.sample(np.array([0]), np.array([100_000.0]))
    assert (rtt.srtt[0], rtt.rttvar[0]) == (100_000, 100_000)
    assert rtt.timeout == pytest.approx(0.5)
    rtt.sample(np.array([0]), np.array([180_000.0]))
    assert rtt.srtt[0] == pytest.approx(110_000)
    assert rtt.rttvar[0] == pytest.approx(95_000)
    assert rtt.timeout == pytest.approx(0.49)


def test_a_near_host_does_not_hurry_a_far_one() -> None:
    rtt = RttEstimator(NORMAL, 3)
    rtt.sample(np.array([0, 1, 0]), np.array([100.0, 400_000.0, 120.0]))
    assert rtt.timeout_of(0) == pytest.approx(0.1)
    assert rtt.timeout_of(1) == pytest.approx(2.0)
    assert rtt.timeout_of(2) == pytest.approx(1.0)
    assert rtt.timeout == pytest.approx(2.0)


@pytest.mark.parametrize(("milliseconds", "seconds"), [(0.2, 0.25), (60, 0.3), (190, 0.95), (900, 1.0)])
def test_one_round_trip_from_elsewhere_shortens_the_initial_timeout(milliseconds: float, seconds: float) -> None:
    """As RFC 6298 has it of a first sample, but no less than a quarter of a second: there is no second one."""
    rtt = RttEstimator(NORMAL, 2)
    rtt.expect(np.array([1]), np.array([milliseconds * 1000]))
    assert rtt.timeout_of(0) == rtt.timeout == pytest.approx(1.0)
    assert rtt.timeout_of(1) == pytest.approx(seconds)
    rtt.sample(np.array([1]), np.array([400.0]))
    assert rtt.timeout_of(1) == pytest.approx(0.1)


@given(st.floats(1, 1e8), st.sampled_from(TEMPLATES))
def test_an_expected_round_trip_keeps_the_limits(sample: float, timing: Timing) -> None:
    rtt = RttEstimator(timing)
    rtt.expect(np.array([0]), np.array([sample]))
    assert timing.min_rtt_timeout <= rtt.timeout * 1000 <= timing.initial_rtt_timeout


@given(st.lists(st.floats(1, 1e8), min_size=1, max_size=40), st.sampled_from(TEMPLATES))
def test_the_timeout_keeps_its_limits(samples: list[float], timing: Timing) -> None:
    rtt = RttEstimator(timing)
    for sample in samples:
        rtt.sample(np.array([0]), np.array([sample]))
        assert timing.min_rtt_timeout <= rtt.timeout * 1000 <= timing.max_rtt_timeout
        assert 5_000 <= rtt.rttvar[0] <= 2_000_000
        assert min(samples) <= rtt.srtt[0] <= max(samples) + 1
