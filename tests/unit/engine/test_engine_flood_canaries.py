"""Canaries among probes that bring nothing: which are sent, what they tell, and what follows for rate and retries."""

import numpy as np
import pytest

from tui_scan.engine.loops.flood_canaries import A_ROUND, MOST, ONE_IN, FloodCanaries
from tui_scan.engine.pacing import CANARIES, SILENT_CEILING, Pacer
from tui_scan.engine.probes import CANARY_PORTS, TRIES
from tui_scan.engine.retries import Retries
from tui_scan.model.timing import TEMPLATES

RTT, PATIENCE = 0.005, 0.1


def numbers(pairs: list[tuple[int, int]]) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    return np.array([cell for cell, _ in pairs]), np.array([number for _, number in pairs])


def test_canaries_have_source_ports_of_their_own_and_rest_between_two_that_look_alike() -> None:
    canaries = FloodCanaries(1000)
    canaries.begin(10_000)
    assert canaries.room(300, 0.0) == 300
    assert canaries.due(300, 0.0, RTT) == []
    canaries.learn(np.arange(2 * MOST))
    first = canaries.due(100 * ONE_IN, 0.0, RTT)
    assert len(set(first)) == 100
    assert {number for _, number in first} <= set(range(TRIES + 1, TRIES + CANARY_PORTS + 1))
    later = [pair for turn in range(40) for pair in canaries.due(100 * ONE_IN, turn / 10_000, RTT)]
    assert not set(first) & set(later)
    assert len(later) == len(set(later)) == MOST * CANARY_PORTS - len(first)


@pytest.mark.parametrize("size", [5_000, 500_000])
def test_no_probes_leave_without_the_canaries_among_them(size: int, rng: np.random.Generator) -> None:
    """Evenly: as many to a thousand probes at the start of a round as at its end, however many are free."""
    canaries = FloodCanaries(10)
    canaries.learn(np.array([7]))
    canaries.begin(size)
    share = max(ONE_IN, size // A_ROUND)
    left, sent, now = [], 0, 0.0
    while sent < size:
        now += 0.001
        room = canaries.room(int(rng.integers(1, 2 * share)), now)
        if room:
            left.append((sent, room, len(canaries.due(room, now, RTT))))
            sent += room
        if rng.random() < 0.01:
            canaries.told(now, PATIENCE)
    begun, probes, asked = map(np.array, zip(*left, strict=True))
    assert abs(np.cumsum(asked) - (begun + probes) / share).max() <= 1


def test_where_all_canaries_are_lost_the_probes_wait() -> None:
    canaries = FloodCanaries(10)
    canaries.learn(np.array([7]))
    canaries.begin(100_000)
    gone = sum(len(canaries.due(canaries.room(5_000, 0.0), 0.0, RTT)) for _ in range(100))
    assert gone == CANARY_PORTS
    assert canaries.room(5_000, 0.05) == 0
    assert len(canaries.told(PATIENCE, PATIENCE).hosts) == gone
    assert canaries.room(5_000, PATIENCE) == 5_000


def test_a_canary_is_heard_once_or_lost_after_its_time() -> None:
    canaries = FloodCanaries(10)
    canaries.learn(np.array([3, 14, 25]))
    sent = canaries.due(4 * ONE_IN, 1.0, RTT)
    cells, tries = numbers(sent[:2] + sent[:1])
    canaries.answered(cells, tries.astype(np.uint8))
    told = canaries.told(1.01, PATIENCE)
    assert told.heard.tolist() == [True, True]
    assert told.hosts.tolist() == [cell // 10 for cell, _ in sent[:2]]
    canaries.cut(1.05)
    lost = canaries.told(1.2, PATIENCE)
    assert lost.heard.tolist() == lost.fresh.tolist() == [False] * (len(sent) - 2)


@pytest.mark.parametrize("heard", [0, 1])
def test_a_rate_that_swallows_canaries_is_cut_at_once(heard: int) -> None:
    pacer = Pacer(TEMPLATES[4], 1)
    for _ in range(40):
        pacer.feedback(50, 0, 0.0)
    assert pacer.thin
    assert pacer.rate == SILENT_CEILING
    assert pacer.canaries(4 + heard, heard)
    assert pacer.rate <= SILENT_CEILING / 4


def test_a_rate_at_which_they_come_back_may_double() -> None:
    pacer = Pacer(TEMPLATES[4], 1)
    for _ in range(3):
        assert not pacer.canaries(CANARIES, CANARIES)
        for _ in range(40):
            pacer.feedback(50, 0, 0.0)
    assert pacer.rate == 8 * SILENT_CEILING


def test_silent_ports_are_asked_until_the_canaries_vouch_for_them() -> None:
    """What they tell of one round says nothing of the first, in most of which there were none."""
    good, bad = Retries(1, 10), Retries(1, 10)
    rounds = []
    for retries, heard in ((good, 0.99), (bad, 0.4)):
        retries.answered(np.zeros(3, np.int64), np.ones(3, np.int64))
        tries = 1
        while retries.again(tries)[0]:
            retries.new_round()
            tries += 1
            told = np.arange(100) < 100 * heard
            retries.told(np.zeros(100, np.int64), told)
        rounds.append(tries)
    assert rounds[0] < 6 < rounds[1] == 11
