"""The ledger: what replaces what, counts that always equal a recount, and what changed since."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.engine.ledger import NO_RTT, NO_TTL, Ledger
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

S = PortState
YIELDS: dict[S, set[S]] = {
    S.UNTRIED: set(S) - {S.UNTRIED},
    S.OPEN: set(),
    S.CLOSED: {S.OPEN},
    S.FILTERED: {S.OPEN, S.CLOSED, S.UNFILTERED},
    S.UNFILTERED: {S.OPEN, S.CLOSED},
    S.OPEN_FILTERED: set(S) - {S.UNTRIED, S.OPEN_FILTERED},
    S.CLOSED_FILTERED: set(S) - {S.UNTRIED, S.CLOSED_FILTERED},
}
"""Which states each state yields to: the first definite answer wins, open is never overwritten, closed never
becomes filtered, unfiltered yields to open and closed only, a guess always yields."""


def entry(*values: int) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.array(values, np.uint8)


def recorded(ledger: Ledger, cell: int, state: S, reason: Reason = Reason.NONE) -> bool:
    """Enter one verdict; whether it was taken."""
    return len(ledger.record(np.array([cell]), entry(state), entry(reason))) == 1


@pytest.mark.parametrize("old", list(S))
@pytest.mark.parametrize("new", list(S))
def test_precedence(old: S, new: S) -> None:
    ledger = Ledger(1, 3)
    if old is not S.UNTRIED:
        assert recorded(ledger, 1, old, Reason.RESET)
    taken = recorded(ledger, 1, new, Reason.SYN_ACK)
    assert taken == (new in YIELDS[old])
    assert ledger.state.tolist() == [0, new if taken else old, 0]
    before = Reason.RESET if old else Reason.NONE
    assert ledger.reason[1] == (Reason.SYN_ACK if taken else before)


BATCHES = st.lists(
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(list(S)[1:]), st.sampled_from(list(Reason))), max_size=12),
    max_size=8,
)


def recount(ledger: Ledger) -> list[list[int]]:
    table = ledger.state.reshape(ledger.hosts, ledger.columns)
    return [[int((row == state).sum()) for state in S] for row in table]


@given(BATCHES)
def test_counts_equal_a_recount(batches: list[list[tuple[int, S, Reason]]]) -> None:
    ledger = Ledger(3, 4)
    for batch in batches:
        cells = np.array([cell for cell, _, _ in batch], np.int64)
        states = entry(*(state for _, state, _ in batch))
        reasons = entry(*(reason for _, _, reason in batch))
        before = ledger.state.copy()
        taken = ledger.record(cells, states, reasons)
        assert ledger.counts.tolist() == recount(ledger)
        assert ledger.totals().tolist() == np.sum(recount(ledger), axis=0).tolist()
        chosen = cells[taken]
        assert len(set(chosen.tolist())) == len(chosen)
        assert (ledger.state[chosen] == states[taken]).all()
        assert (ledger.reason[chosen] == reasons[taken]).all()
        untouched = np.setdiff1d(np.arange(12), chosen)
        assert (ledger.state[untouched] == before[untouched]).all()
        for cell in set(cells.tolist()) - set(chosen.tolist()):
            mine = [S(state) for at, state, _ in batch if at == cell]
            assert not any(state in YIELDS[S(before[cell])] for state in mine)


def test_open_wins_within_a_batch_and_else_the_first() -> None:
    ledger = Ledger(1, 2)
    cells = np.array([0, 0, 0, 1, 1])
    states = entry(S.CLOSED, S.OPEN, S.OPEN, S.CLOSED, S.CLOSED)
    reasons = entry(Reason.RESET, Reason.SYN_ACK, Reason.SPLIT_HANDSHAKE_SYN, Reason.RESET, Reason.CONN_REFUSED)
    assert sorted(ledger.record(cells, states, reasons).tolist()) == [1, 3]
    assert ledger.reason.tolist() == [Reason.SYN_ACK, Reason.RESET]


def test_ttl_and_rtt_belong_to_the_verdict_that_was_taken() -> None:
    ledger = Ledger(1, 2)
    ledger.record(np.array([0, 1]), entry(S.CLOSED, S.OPEN), entry(2, 1), entry(64, 128), np.array([7, 8], np.uint32))
    ledger.record(np.array([1, 0]), entry(S.CLOSED, S.OPEN), entry(2, 1), entry(1, 255), np.array([1, 2], np.uint32))
    assert ledger.ttl.tolist() == [255, 128]
    assert ledger.rtt_us.tolist() == [2, 8]
    silent = Ledger(1, 1)
    silent.settle(np.array([0]), S.FILTERED, Reason.NO_RESPONSE)
    assert (silent.ttl[0], silent.rtt_us[0]) == (NO_TTL, NO_RTT)


def test_silence_settles_only_what_is_untried() -> None:
    ledger = Ledger(1, 4)
    recorded(ledger, 1, S.CLOSED, Reason.RESET)
    ledger.settle(np.array([0, 1, 2]), S.FILTERED, Reason.NO_RESPONSE)
    assert ledger.state.tolist() == [S.FILTERED, S.CLOSED, S.FILTERED, S.UNTRIED]
    assert ledger.reason.tolist() == [Reason.NO_RESPONSE, Reason.RESET, Reason.NO_RESPONSE, Reason.NONE]


def test_tries_are_counted_and_sent_times_kept() -> None:
    ledger = Ledger(2, 3)
    ledger.note_sent(np.array([0, 4]), np.array([10, 11], np.uint32))
    ledger.note_sent(np.array([4]), 500)
    assert ledger.tries.tolist() == [1, 0, 0, 0, 2, 0]
    assert ledger.sent_us.tolist() == [10, 0, 0, 0, 500, 0]


@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(0, 11), min_size=1)), max_size=12), st.data())
def test_a_reader_is_told_all_that_changed_and_nothing_else(
    steps: list[tuple[bool, set[int]]], data: st.DataObject
) -> None:
    """Between any two drawings: exactly the columns that were sent to, or whose state changed."""
    ledger = Ledger(3, 4)
    drawn, expected = ledger.version, set()
    for sending, chosen in steps:
        cells = np.array(sorted(chosen))
        if sending:
            ledger.note_sent(cells, 1)
            expected |= chosen
        else:
            before = ledger.state.copy()
            ledger.record(cells, entry(*[S.CLOSED] * len(cells)), entry(*[Reason.RESET] * len(cells)))
            expected |= set(np.flatnonzero(before != ledger.state).tolist())
        if data.draw(st.booleans()):
            found = {ledger.cell(host, int(c)) for host in range(3) for c in ledger.changed(host, drawn)}
            assert found == expected
            drawn, expected = ledger.version, set()


def test_a_fresh_ledger_is_untried_and_unchanged() -> None:
    ledger = Ledger(2, 5)
    assert ledger.counts.tolist() == recount(ledger)
    assert all(not len(ledger.changed(host, ledger.version)) for host in range(2))
    assert ledger.row(1) == slice(5, 10)
    assert (ledger.rtt_us == NO_RTT).all()
