"""The results' choice, order and filter against the same by plain Python over every verdict."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.ui.filled_scans import answer, answer_at_random, made_scan, random_source
from tui_scan.engine.scan import Scan
from tui_scan.model.errors import UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.verdict import Verdict
from tui_scan.ui.glyphs import ASCII
from tui_scan.ui.widgets.results_filter import parse_filter
from tui_scan.ui.widgets.results_rows import COLUMNS, FEW, ResultRows
from tui_scan.ui.widgets.table_columns import TableColumn, fit


@pytest.fixture
def scan() -> Scan:
    made = made_scan("1-300", Technique.SYN, Technique.UDP, targets=("127.0.0.1", "127.0.0.2"))
    answer_at_random(made, random_source(), 0.8)
    return made


def verdicts(scan: Scan) -> list[Verdict]:
    return [scan.verdict(h, c) for h in range(scan.hosts.count) for c in range(scan.columns.count)]


def chosen(rows: ResultRows) -> set[tuple[str, str, int]]:
    seen = (rows.scan.verdict(*divmod(rows.key(row), rows.scan.columns.count)) for row in range(len(rows)))
    return {(v.address, v.protocol.value, v.port) for v in seen}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("state:open", lambda v: v.state is PortState.OPEN),
        ("state:open|filtered", lambda v: v.state is PortState.OPEN_FILTERED),
        ("port:20-40 proto:udp", lambda v: 20 <= v.port <= 40 and v.protocol.value == "udp"),
        ("!state:closed reason:reset", lambda v: False),
        ("reason:prohibited", lambda v: "prohibited" in v.reason.label),
        ("host:0.2", lambda v: v.address == "127.0.0.2"),
        ("service:ssh", lambda v: v.port == 22),
        ("!proto:tcp", lambda v: v.protocol.value == "udp"),
        ("22", lambda v: v.port == 22),
        ("ssh", lambda v: v.port == 22),
        ("no-response", lambda v: v.reason is Reason.NO_RESPONSE),
    ],
)
def test_a_filter_shows_what_it_says(scan: Scan, text: str, holds: Callable[[Verdict], bool]) -> None:
    rows = ResultRows(scan, ASCII)
    rows.terms = parse_filter(text)
    rows.choose(ended=False)
    assert chosen(rows) == {(v.address, v.protocol.value, v.port) for v in verdicts(scan) if v.state and holds(v)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour:red", "no part of a result"),
        ("port:", "needs a value"),
        ("port:9-5", "backwards"),
        ("state:ajar", "no state"),
    ],
)
def test_a_wrong_filter_is_told(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_filter(text)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("column", ["host", "port", "proto", "state", "service", "reason", "rtt", "ttl", "tries"])
def test_every_column_sorts_and_equal_rows_keep_their_order(scan: Scan, column: str, descending: bool) -> None:
    rows = ResultRows(scan, ASCII)
    rows.terms = parse_filter("!state:unfiltered")
    rows.choose(ended=False)
    rows.sort(column, descending)
    cells = [rows.key(row) for row in range(len(rows))]
    assert sorted(cells) == np.flatnonzero(scan.ledger.state).tolist()
    at = next(n for n, known in enumerate(rows.columns) if known.key == column)
    shown = [rows.cells(row)[at] for row in range(len(rows))]
    texts = [cell if isinstance(cell, str) else cell[0][2:] for cell in shown]
    groups = [text for n, text in enumerate(texts) if n == 0 or texts[n - 1] != text]
    assert len(groups) == len(set(groups)), "equal values stand together"
    for first, second, one, other in zip(cells, cells[1:], texts, texts[1:], strict=False):
        if one == other:
            assert first < second
    if column == "port":
        ports = [int(text) for text in texts]
        assert ports == sorted(ports, reverse=descending)


def test_open_comes_first_and_only_telling_states_are_shown_at_the_end() -> None:
    scan = made_scan("1-200")
    answer(scan, list(range(100)), PortState.CLOSED, Reason.RESET)
    answer(scan, list(range(100, 100 + FEW)), PortState.FILTERED, Reason.NO_RESPONSE)
    answer(scan, list(range(150, 200)), PortState.OPEN, Reason.SYN_ACK)
    rows = ResultRows(scan, ASCII)
    assert rows.choose(ended=False)
    assert len(rows) == 50
    assert rows.choose(ended=True)
    states = [scan.ledger.state[rows.key(row)] for row in range(len(rows))]
    assert states == [PortState.OPEN] * 50 + [PortState.FILTERED] * FEW
    assert not rows.choose(ended=True), "nothing changed"


def test_a_row_is_found_again_by_its_cell(scan: Scan) -> None:
    rows = ResultRows(scan, ASCII)
    rows.choose(ended=False)
    for row in range(len(rows)):
        assert rows.find(rows.key(row)) == row
    untried = int(np.flatnonzero(scan.ledger.state == PortState.UNTRIED)[0])
    assert rows.find(untried) is None


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[1:]])
def test_the_state_is_whole_on_a_narrow_screen(columns: tuple[TableColumn, ...]) -> None:
    width = {columns[place.number].key: place.width for place in fit(columns, 79)}
    assert width["state"] >= len("■ open|filtered")
    assert width["service"] <= width["state"]
