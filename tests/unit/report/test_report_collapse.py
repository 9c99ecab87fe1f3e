"""What is listed and what is counted, against counting by hand."""

import random
import time
from collections import Counter

import numpy as np
import pytest

from tests.made_runs import Truth, enter, made_scan, run_of
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.report.collapse import MOST_SHOWN, reported_hosts
from tui_scan.report.hosts import HostTable, host_tables, round_trips
from tui_scan.report.ports import port_ranges
from tui_scan.report.run import Run

CASES = (
    (PortState.OPEN, Reason.SYN_ACK),
    (PortState.CLOSED, Reason.RESET),
    (PortState.FILTERED, Reason.NO_RESPONSE),
    (PortState.FILTERED, Reason.ADMIN_PROHIBITED),
    (PortState.UNTRIED, Reason.NONE),
)


def first_table(run: Run) -> HostTable:
    return next(host_tables(run, np.array([0])))


@pytest.mark.parametrize("open_only", [False, True])
def test_every_port_is_told_exactly_once(open_only: bool) -> None:
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    weights = [rng.randint(0, 4) for _ in CASES]
    weights[rng.randrange(5)] += 1
    truth: Truth = {
        ("10.0.0.1", Protocol.TCP, port): case
        for port in range(1, rng.randint(5, 200))
        if (case := rng.choices(CASES, weights)[0])
    }
    scan = made_scan(["10.0.0.1"], f"1-{max(port for _, _, port in truth)}", Technique.SYN)
    enter(scan, {key: case for key, case in truth.items() if case[0]})
    table = first_table(run_of(scan, open_only=open_only))

    states = Counter(state for state, _ in truth.values())
    shown_states = {
        state
        for state, count in states.items()
        if state is PortState.OPEN or (state and count <= MOST_SHOWN and not open_only)
    }
    expected = [port for (_, _, port), (state, _) in truth.items() if state in shown_states]
    assert [row.port for row in table.rows] == expected, f"seed {seed}"
    assert table.undecided == states[PortState.UNTRIED], f"seed {seed}"
    told = Counter({(extra.state, extra.reason): extra.size for extra in table.extras})
    hidden = [case for case in truth.values() if case[0] and case[0] not in shown_states]
    assert told == Counter(hidden), f"seed {seed}"


def test_open_ports_are_listed_however_many() -> None:
    scan = made_scan(["10.0.0.1"], "1-300", Technique.SYN)
    enter(scan, {("10.0.0.1", Protocol.TCP, p): (PortState.OPEN, Reason.SYN_ACK) for p in range(1, 301)})
    assert len(first_table(run_of(scan)).rows) == 300


def test_protocols_are_counted_apart() -> None:
    scan = made_scan(["10.0.0.1"], "1-40", Technique.SYN, Technique.UDP)
    tcp = {("10.0.0.1", Protocol.TCP, p): (PortState.CLOSED, Reason.RESET) for p in range(1, 41)}
    udp = {("10.0.0.1", Protocol.UDP, p): (PortState.CLOSED, Reason.PORT_UNREACH) for p in range(1, 31)}
    enter(scan, tcp | udp)
    extras = {(e.protocol, e.reason): e.size for e in first_table(run_of(scan)).extras}
    assert extras == {(Protocol.TCP, Reason.RESET): 40, (Protocol.UDP, Reason.PORT_UNREACH): 30}


def test_down_hosts_are_not_reported_and_silent_ones_only_where_few() -> None:
    for hosts, silent_shown in ((8, True), (64, False)):
        scan = made_scan([f"10.0.0.0/{32 - hosts.bit_length() + 1}"], "80,81", Technique.SYN)
        enter(scan, {("10.0.0.3", Protocol.TCP, 80): (PortState.CLOSED, Reason.RESET)})
        scan.hosts.mark(4, HostState.DOWN, Reason.NO_RESPONSE)
        reported = reported_hosts(run_of(scan))
        if silent_shown:
            assert reported.shown.tolist() == [0, 1, 2, 3, 5, 6, 7]
            assert reported.silent == 0
        else:
            assert reported.shown.tolist() == [3]
            assert reported.silent == hosts - 2


def test_a_host_behind_a_firewall_that_says_so_is_reported() -> None:
    scan = made_scan(["10.0.0.0/26"], "80", Technique.SYN)
    enter(scan, {("10.0.0.9", Protocol.TCP, 80): (PortState.FILTERED, Reason.ADMIN_PROHIBITED)})
    assert reported_hosts(run_of(scan)).shown.tolist() == [9]


def test_open_only_leaves_out_hosts_with_nothing_open() -> None:
    scan = made_scan(["10.0.0.0/30"], "80", Technique.SYN)
    enter(
        scan,
        {
            ("10.0.0.1", Protocol.TCP, 80): (PortState.CLOSED, Reason.RESET),
            ("10.0.0.2", Protocol.TCP, 80): (PortState.OPEN, Reason.SYN_ACK),
        },
    )
    assert reported_hosts(run_of(scan, open_only=True)).shown.tolist() == [2]


def test_port_ranges_name_every_port() -> None:
    scan = made_scan(["10.0.0.1"], "1-3,5,7-9,65535", Technique.SYN)
    assert port_ranges(scan, np.arange(8)) == "1-3,5,7-9,65535"
    assert port_ranges(scan, np.arange(0)) == ""
    assert port_ranges(scan, np.array([0, 2, 3])) == "1,3,5"


def test_round_trips_are_those_that_were_measured() -> None:
    scan = made_scan(["10.0.0.1"], "1-4", Technique.SYN)
    assert round_trips(scan, np.array([0])) == [None]
    scan.ledger.rtt_us[:2] = [100, 300]
    assert round_trips(scan, np.array([0])) == [(200.0, 100.0)]


def test_a_large_scan_of_silent_hosts_is_looked_through_by_arrays() -> None:
    scan = made_scan(["10.0.0.0/16"], "1-16", Technique.SYN)
    scan.ledger.settle(np.arange(scan.ledger.size), PortState.FILTERED, Reason.NO_RESPONSE)
    began = time.thread_time()
    reported = reported_hosts(run_of(scan))
    assert (len(reported.shown), reported.silent) == (0, 65536)
    assert time.thread_time() - began < 1.0
