"""Canaries among probes that bring nothing: which are sent, what they tell, and what follows for rate and retries."""

import numpy as np
import pytest

from tui_scan.engine.loops.flood_canaries import MOST, FloodCanaries
from tui_scan.engine.pacing import CANARIES, SILENT_CEILING, Pacer
from tui_scan.engine.probes import CANARY_PORTS, TRIES
from tui_scan.engine.retries import Retries
from tui_scan.model.timing import TEMPLATES

RTT, PATIENCE = 0.005, 0.1


def numbers(pairs: list[tuple[int, int]]) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    return np.array([cell for cell, _ in pairs]), np.array([number for _, number in pairs])


def test_canaries_have_source_ports_of_their_own_and_rest_between_two_that_look_alike() -> None:
    canaries = FloodCanaries(1000)
    assert canaries.due(300, 0.0, RTT) == []
    canaries.learn(np.arange(2 * MOST))
    first = canaries.due(10_000, 0.0, RTT)
    assert len(set(first)) == 10_000 // 128
    assert {number for _, number in first} <= set(range(TRIES + 1, TRIES + CANARY_PORTS + 1))
    later = [pair for turn in range(9) for pair in canaries.due(10_000, turn / 1000, RTT)]
    assert not set(first) & set(later)
    assert len(later) == len(set(later)) == MOST * CANARY_PORTS - len(first)


def test_a_canary_is_heard_once_or_lost_after_its_time() -> None:
    canaries = FloodCanaries(10)
    canaries.learn(np.array([3, 14, 25]))
    sent = canaries.due(512, 1.0, RTT)
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
