"""What -oJ writes of an interrupted scan is read back whole: every verdict, every host, the request itself."""

import json
import pathlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made_runs import made_scan, run_of
from tui_scan.cli.scan_options import scan_options
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.model.discovery import Discovery
from tui_scan.model.errors import UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.records import as_record, from_record
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES, Timing
from tui_scan.report.earlier import read_earlier
from tui_scan.report.json_lines import write_json_lines
from tui_scan.report.kept import Kept

PAIRS = [
    (PortState.UNTRIED, Reason.NONE),
    (PortState.OPEN, Reason.SYN_ACK),
    (PortState.CLOSED, Reason.RESET),
    (PortState.FILTERED, Reason.NO_RESPONSE),
    (PortState.FILTERED, Reason.ADMIN_PROHIBITED),
    (PortState.OPEN_FILTERED, Reason.NO_RESPONSE),
]


def fill(scan: Scan, rng: np.random.Generator) -> None:
    """Verdicts by lot: rows of many kinds, silent rows, rows without any, rows that are alike, hosts that are down."""
    kinds = [rng.dirichlet(np.ones(len(PAIRS)) * 0.3) for _ in range(6)]
    width = scan.ledger.columns
    rows = [rng.choice(len(PAIRS), width, p=kind) for kind in kinds] + [np.zeros(width, int), np.full(width, 3)]
    for host in range(scan.hosts.count):
        picked = rows[rng.integers(len(rows))]
        cells = host * width + np.flatnonzero(picked)
        drawn = picked[picked > 0]
        states, reasons = (np.array([PAIRS[at][of] for at in drawn], np.uint8) for of in (0, 1))
        scan.ledger.tries[cells] = 2
        scan.ledger.record(
            cells, states, reasons, np.uint8(64) + 0 * states, rng.integers(1, 9999, len(cells), np.uint32)
        )
        if np.isin(states, (PortState.OPEN, PortState.CLOSED)).any():
            scan.hosts.mark(host, HostState.UP, Reason.ECHO_REPLY)
        elif not len(cells) and rng.random() < 0.5:
            scan.hosts.mark(host, HostState.DOWN, Reason.NO_RESPONSE)


def told(host: int, column: int) -> dict[str, object]:
    return {"exchange": [{"host": host, "column": column}], "exchange_complete": True, "explanation": "x"}


@pytest.mark.parametrize("open_only", [False, True])
@pytest.mark.parametrize(("target", "hosts"), [("10.0.0.0/26", 64), ("fd00::/123", 32), ("10.1.2.3", 1)])
def test_every_verdict_is_read_back(
    target: str, hosts: int, open_only: bool, rng: np.random.Generator, tmp_path: pathlib.Path
) -> None:
    first = made_scan([target], "T:1-70,U:1-40", Technique.SYN, Technique.UDP)
    fill(first, rng)
    path = tmp_path / "report"
    with path.open("w") as out:
        write_json_lines(run_of(first, phase=Phase.STOPPED, open_only=open_only), out, told)
    earlier = read_earlier(str(path))
    assert earlier.request == first.request
    second = made_scan([target], "T:1-70,U:1-40", Technique.SYN, Technique.UDP)
    kept = Kept(second, earlier)
    for name in ("state", "reason", "tries"):
        np.testing.assert_array_equal(getattr(second.ledger, name), getattr(first.ledger, name))
    np.testing.assert_array_equal(second.ledger.counts, first.ledger.counts)
    np.testing.assert_array_equal(kept.cells, first.ledger.state != PortState.UNTRIED)
    listed = (second.ledger.state == PortState.OPEN).nonzero()[0]
    np.testing.assert_array_equal(second.ledger.rtt_us[listed], first.ledger.rtt_us[listed])
    np.testing.assert_array_equal(second.hosts.state, first.hosts.state)
    np.testing.assert_array_equal(second.hosts.reason, first.hosts.reason)
    tell = kept.tell(lambda host, column: {"fresh": True})
    for cell in listed.tolist():
        assert tell(*divmod(cell, second.ledger.columns)) == told(*divmod(cell, second.ledger.columns))
    assert second.hosts.count == hosts


def test_names_lead_where_they_led(tmp_path: pathlib.Path) -> None:
    scan = made_scan(["10.0.0.1"], "1-9", Technique.SYN)
    scan.plan.names[scan.hosts.integer(0)] = "moved.test"
    path = tmp_path / "report"
    with path.open("w") as out:
        write_json_lines(run_of(scan, phase=Phase.STOPPED), out, told)
    earlier = read_earlier(str(path))
    assert earlier.resolver("moved.test", 4) == ("10.0.0.1",)
    assert earlier.resolver("localhost", 4) == ("127.0.0.1",)


def test_the_yes_of_the_person_is_not_written_down(tmp_path: pathlib.Path) -> None:
    scan = made_scan(["10.0.0.1"], "1-9", Technique.SYN)
    scan.plan = replace(scan.plan, request=replace(scan.request, authorized=True))
    path = tmp_path / "report"
    with path.open("w") as out:
        write_json_lines(run_of(scan, phase=Phase.STOPPED), out, told)
    assert read_earlier(str(path)).request.authorized is False


TIMINGS = st.builds(
    Timing,
    name=st.text(max_size=5),
    max_retries=st.integers(0, 15),
    min_rate=st.none() | st.floats(0.1, 1e6),
    max_parallelism=st.none() | st.integers(1, 9),
) | st.sampled_from(TEMPLATES)
REQUESTS = st.builds(
    ScanRequest,
    targets=st.lists(st.text()).map(tuple),
    excludes=st.lists(st.text(), max_size=2).map(tuple),
    ports=st.none() | st.text(),
    techniques=st.lists(st.sampled_from(Technique), max_size=2).map(tuple),
    family=st.sampled_from([None, 4, 6]),
    resolve=st.sampled_from(Resolve),
    timing=TIMINGS,
    shard=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    randomize=st.booleans(),
    discovery=st.builds(Discovery, skip=st.booleans()),
)


@given(REQUESTS)
def test_a_request_is_read_back(request: ScanRequest) -> None:
    assert from_record(ScanRequest, json.loads(json.dumps(as_record(request)))) == request


def test_what_a_command_line_asks_for_is_read_back_and_short() -> None:
    line = "-sSU -p 1-9 -PS22,80 -PE -T4 --max-rate 7 -r --exclude 10.0.0.7 10.0.0.0/28"
    options = scan_options(line.split())
    assert options is not None
    assert from_record(ScanRequest, as_record(options.request)) == options.request
    assert as_record(ScanRequest()) == {}


@pytest.mark.parametrize(
    "record",
    [
        [],
        {"target": []},
        {"targets": "x"},
        {"targets": [1]},
        {"family": "4"},
        {"randomize": 1},
        {"resolve": "maybe"},
        {"shard": [1]},
        {"timing": {"max_rate": True}},
        {"timing": {"max_retries": 1.5}},
    ],
)
def test_what_is_no_request_is_refused(record: object) -> None:
    with pytest.raises(ValueError):
        from_record(ScanRequest, record)


@pytest.mark.parametrize(
    "line", ["10.0.0.1", "-p 22", "-T4", "-sS", "-oJ report", "-oX ./report", "--exclude 10.0.0.1"]
)
def test_nothing_but_reports_stands_beside_resume(line: str) -> None:
    with pytest.raises(UsageError) as caught:
        scan_options(["--resume", "report", *line.split()])
    assert "--resume repeats" in str(caught.value) or "would write over report" in str(caught.value)


def test_reports_and_the_yes_stand_beside_resume() -> None:
    line = "--resume report -oJ other -oX - --open --reason -v --authorized"
    options = scan_options(line.split())
    assert options is not None
    assert (options.output.resume, options.request.authorized, len(options.reports)) == ("report", True, 2)


def test_a_report_is_added_to_itself_but_never_written_over(tmp_path: pathlib.Path) -> None:
    """The last report of a file counts."""
    path = tmp_path / "report"
    with pytest.raises(UsageError, match="would write over"):
        scan_options(["--resume", str(path), "-oJ", str(path)])
    assert scan_options(["--resume", str(path), "-oJ", str(path), "--append-output"]) is not None
    with path.open("w") as out:
        for ports in ("1-9", "1-7"):
            scan = made_scan(["10.0.0.1"], ports, Technique.SYN)
            write_json_lines(run_of(scan, phase=Phase.STOPPED), out, told)
    assert read_earlier(str(path)).ports.tcp == tuple(range(1, 8))
