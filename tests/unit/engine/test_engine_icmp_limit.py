"""Hosts that limit their ICMP errors, simulated as token buckets: closed ports get their answer, silent ones none."""

import random

import pytest

from tui_scan.engine.icmp_limit import LimitedHost

TIMEOUT, RTT = 0.1, 0.001


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


def probed(host: LimitedHost, bucket: Bucket, silent: set[int]) -> tuple[set[int], float]:
    """Play the loop's part until the host is through: the cells that were answered, and the seconds it took."""
    now, answered = 0.0, set()
    arrives: float | None = None
    while len(host):
        if host.probing is not None:
            if arrives is not None and now >= arrives:
                answered.add(host.probing)
                host.answered()
                arrives = None
            elif host.timed_out(now, TIMEOUT):
                host.missed(now)
            else:
                now += 0.0005
        else:
            cell = host.next(now)
            if cell is None:
                now = max(now + 0.0005, min(host.due, now + 0.05))
            elif cell not in silent and bucket.take(now):
                arrives = now + RTT
        assert now < 600
    return answered, now


@pytest.mark.parametrize("full", [0.0, 6.0])
def test_linux_own_limit_is_used_to_the_full(full: float) -> None:
    """One a second, six at once: every closed port is answered in hardly more than the limit's own time."""
    answered, seconds = probed(LimitedHost(list(range(60)), 0.0), Bucket(1, 6, full), set())
    assert answered == set(range(60))
    assert seconds < 1.35 * (60 - full)


@pytest.mark.parametrize("rate", [1.0, 2.0, 20.0, 200.0])
@pytest.mark.parametrize("full", [0.0, 6.0])
def test_few_silent_ports_among_the_closed(chance: random.Random, rate: float, full: float) -> None:
    cells = set(range(60))
    silent = set(chance.sample(sorted(cells), 2))
    answered, seconds = probed(LimitedHost(sorted(cells), 0.0), Bucket(rate, 6, full), silent)
    assert answered == cells - silent
    assert seconds < 4 * 60 / rate + 25


def test_a_host_that_has_nothing_more_to_say_is_given_up() -> None:
    answered, seconds = probed(LimitedHost(list(range(50)), 0.0), Bucket(1, 1, 0), set(range(50)))
    assert not answered
    assert seconds < 20


def test_one_probe_is_in_flight_at_a_time() -> None:
    host = LimitedHost([5, 6], 0.0)
    assert host.next(0.0) == 5
    assert host.next(0.0) is None
    assert len(host) == 2
    host.answered()
    assert len(host) == 1
    assert host.next(host.due) == 6
    assert not host.timed_out(host.due, TIMEOUT)
    assert host.timed_out(host.due + 0.2, TIMEOUT)
