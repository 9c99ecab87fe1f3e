"""A batch of answers must mean what the same answers one by one mean: FILTERED then CLOSED for one cell."""

import numpy as np

from tui_scan.engine.ledger import Ledger
from tui_scan.model.states import PortState as S


def test_a_batch_is_worth_its_answers_one_by_one() -> None:
    whole, single = Ledger(1, 1), Ledger(1, 1)
    states = np.array([S.FILTERED, S.CLOSED], np.uint8)
    whole.record(np.zeros(2, np.int64), states, states)
    for state in states:
        single.record(np.zeros(1, np.int64), np.array([state], np.uint8), np.array([1], np.uint8))
    assert whole.state.tolist() == single.state.tolist()
