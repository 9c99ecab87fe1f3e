"""What this machine could not send waits a while, and loss is told from a limit."""

import errno

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.engine.loops.canaries import ENOUGH, HEARD, holds_back
from tui_scan.engine.loops.outages import CALM, PASSING, PATIENCE, PAUSE, Outages
from tui_scan.engine.retries import Retries


def cells(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, np.int64)


@pytest.mark.parametrize("code", sorted(PASSING))
def test_a_fault_that_may_pass_is_borne_for_a_while(code: int) -> None:
    outages = Outages(3)
    assert outages.passes(1, code, 100.0)
    assert outages.away.tolist() == [False, True, False]
    for step in range(int(2 * PATIENCE / CALM)):
        assert outages.passes(1, code, 100 + step * CALM / 2)
    assert not outages.passes(1, code, 100 + PATIENCE)
    assert not outages.away.any()


@pytest.mark.parametrize("code", [errno.EPERM, errno.EINVAL, errno.ENODEV])
def test_other_faults_never_pass(code: int) -> None:
    assert not Outages(1).passes(0, code, 5.0)


def test_an_outage_after_a_calm_time_is_another_one() -> None:
    outages = Outages(1)
    for second in range(0, 100, 2):
        assert outages.passes(0, errno.ENETDOWN, float(second))


def test_what_waits_is_given_back_once_and_after_a_pause() -> None:
    outages = Outages(2)
    outages.passes(0, errno.ENETDOWN, 10.0)
    outages.hold(cells(3, 4))
    outages.hold(cells(5))
    assert not len(outages.release(10.0 + PAUSE / 2))
    assert outages.release(10.0 + PAUSE).tolist() == [3, 4, 5]
    assert not outages.holding and not outages.away.any()
    assert not len(outages.release(99.0))


@given(st.integers(ENOUGH, 128), st.integers(0, 1 << 32), st.floats(0.0, 0.3))
def test_a_burst_that_is_answered_at_its_beginning_only_is_a_limit(count: int, seed: int, lost: float) -> None:
    """However much the wire loses beside."""
    passed = count // 2
    heard = np.random.default_rng(seed).random(count) >= lost
    heard[passed:] = False
    assert holds_back(heard.tolist())


def test_even_loss_is_hardly_ever_called_a_limit(rng: np.random.Generator) -> None:
    taken = sum(holds_back((rng.random(128) >= 0.2).tolist()) for _ in range(1000))
    assert taken < 30


def test_few_canaries_prove_only_that_nothing_is_held_back() -> None:
    assert not holds_back([True] * 8)
    assert holds_back([True] * 7 + [False])
    assert not holds_back([True] * int(HEARD * 100) + [False] * 5)


def test_a_round_without_a_link_counts_neither_as_a_try_nor_as_a_limit() -> None:
    retries = Retries(1, 10)
    hosts = np.zeros(1000, np.int64)
    retries.answered(hosts[:10], np.ones(10, np.int64))
    retries.discount()
    assert retries.again(2).all()
    retries.new_round()
    retries.answered(hosts, np.full(1000, 2))
    assert not retries.limited().any()
    retries.new_round()
    retries.answered(hosts, np.full(1000, 3))
    assert retries.limited().all()
