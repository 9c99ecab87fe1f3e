"""A filter looks up once what no verdict changes, and sees every verdict."""

import numpy as np
import numpy.typing as npt
import pytest

from tests.ui.filled_scans import answer, made_scan
from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.ui.widgets import results_filter
from tui_scan.ui.widgets.results_filter import Masks, parse_filter


def test_names_of_services_are_looked_up_once_a_term(monkeypatch: pytest.MonkeyPatch) -> None:
    scan, asked = made_scan("22,80,443"), list[str]()

    def look_up(_scan: Scan, value: str) -> npt.NDArray[np.bool_]:
        asked.append(value)
        return np.array([[False, True, True]])

    monkeypatch.setitem(results_filter.LASTING, "service", look_up)
    masks, terms = Masks(scan), parse_filter("service:http")
    assert not masks.of(terms).any()
    for columns, seen in (([1], [False, True, False]), ([0, 2], [False, True, True])):
        answer(scan, columns, PortState.OPEN, Reason.SYN_ACK)
        assert masks.of(terms)[0].tolist() == seen
    assert asked == ["http"]


def test_a_bare_text_follows_verdicts_and_new_names() -> None:
    scan = made_scan("22,80")
    masks = Masks(scan)
    answer(scan, [0], PortState.OPEN, Reason.SYN_ACK)
    answer(scan, [1], PortState.CLOSED, Reason.RESET)
    assert masks.of(parse_filter("reset"))[0].tolist() == [False, True]
    assert masks.of(parse_filter("open"))[0].tolist() == [True, False]
    assert masks.of(parse_filter("!open"))[0].tolist() == [False, True]
    assert not masks.of(parse_filter("box.example")).any()
    scan.hosts.names[0] = "box.example"
    assert masks.of(parse_filter("box.example")).all()
