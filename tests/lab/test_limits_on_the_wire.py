"""What the options of pace and order promise, held against the probes that arrive at the target."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tests.namespaces import Link, inside, link
from tests.overheard import Probe, overheard
from tests.repeated import one_good_run
from tests.scans import carried_out, patient, prepared, seen, without_raw
from tui_scan.engine.common_ports import COMMON
from tui_scan.engine.rtt import LEAST_BY_ONE_MS
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.transport import uring
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.timing import TEMPLATES, Timing

DROPPING = "table ip silent { chain in { type filter hook input priority 0; ip daddr != 10.99.7.2 drop; }; }"
SILENT = [f"10.99.7.{number}" for number in range(20, 28)]
WAIT = 150
"""The time-out in milliseconds of hosts that never answer."""
QUICK = replace(TEMPLATES[4], initial_rtt_timeout=WAIT, min_rtt_timeout=WAIT, max_rtt_timeout=WAIT, max_retries=1)
TECHNIQUE = pytest.mark.parametrize("technique", [Technique.SYN, Technique.CONNECT, Technique.UDP])
TCP = pytest.mark.parametrize("technique", [Technique.SYN, Technique.CONNECT])


@pytest.fixture(scope="module")
def silent(own_namespaces: None) -> Iterator[Link]:
    """A target with eight more addresses that say nothing at all."""
    with link() as made:
        for address in SILENT:
            made.at_target("ip", "addr", "add", f"{address}/24", "dev", made.target_device)
        made.at_target("nft", "-f", "-", stdin=DROPPING)
        yield made


def probed(silent: Link, scan: Scan, raw: bool = True) -> list[Probe]:
    """Carry the scan out, with raw sockets or without; its probes as they arrived."""
    with (
        overheard(silent.target, silent.target_device) as probes,
        inside(silent.scanner),
        nullcontext() if raw else without_raw(),
    ):
        assert carried_out(scan).error is None
    return probes


def test_the_wire_is_overheard_whole(silent: Link) -> None:
    scan = prepared(["10.99.7.2"], "1-2000", Technique.SYN)
    assert Counter(probe.port for probe in probed(silent, scan)) == Counter(range(1, 2001))


@TECHNIQUE
@one_good_run
def test_groups_go_one_after_the_other_in_the_order_of_the_targets(
    silent: Link, technique: Technique, chance: random.Random
) -> None:
    targets = chance.sample(SILENT, 8)
    most = chance.choice([1, 3, 5])
    scan = prepared(targets, "1-5,53,80", technique, timing=replace(QUICK, max_hostgroup=most))
    probes = probed(silent, scan)
    times = {address: [probe.time for probe in probes if probe.address == address] for address in targets}
    groups = [targets[start : start + most] for start in range(0, 8, most)]
    spans = [[time for address in group for time in times[address]] for group in groups]
    for before, after in pairwise(spans):
        assert max(before) < min(after), f"groups of {most}: {targets}"
    for group in groups:
        assert max(min(times[address]) for address in group) < min(max(times[address]) for address in group)
    verdict = (PortState.OPEN_FILTERED if technique is Technique.UDP else PortState.FILTERED, Reason.NO_RESPONSE)
    for host in range(8):
        assert set(seen(scan, technique, host).values()) == {verdict}
    if technique is not Technique.UDP:  # a UDP try may be several datagrams
        assert set(Counter((probe.address, probe.port) for probe in probes).values()) == {2}


def test_a_group_that_is_as_large_as_all_is_all(silent: Link) -> None:
    scan = prepared(SILENT, "1-5", Technique.SYN, timing=replace(QUICK, max_hostgroup=8))
    probes = probed(silent, scan)
    first = [probe.address for probe in probes[:8]]
    assert set(first) == set(SILENT)


@one_good_run
def test_the_host_time_out_runs_for_the_hosts_of_the_turn_alone(silent: Link) -> None:
    """Groups that wait for their turn lose no time; without groups the same time is too short for nobody."""
    timing = replace(QUICK, max_hostgroup=2, host_timeout=3 * WAIT)
    scan = prepared(SILENT, "1-5", Technique.SYN, timing=timing)
    probed(silent, scan)
    assert not scan.ledger.counts[:, PortState.UNTRIED].any()
    assert not scan.notes


@TCP
@pytest.mark.parametrize("forbidden", [False, True])
@one_good_run
def test_no_more_probes_are_in_flight_than_asked_for(
    silent: Link, technique: Technique, forbidden: bool, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    if forbidden:
        monkeypatch.setattr(uring, "allowed", lambda: False)
    most = chance.randint(2, 9)
    timing = replace(QUICK, max_parallelism=most, max_retries=0)
    probes = probed(silent, prepared(SILENT[:3], f"1-{2 * most}", technique, timing=timing))
    assert len(probes) == 6 * most
    times = [probe.time for probe in probes]
    for first, later in zip(times, times[most:], strict=False):
        assert later - first > 0.9 * WAIT / 1000, f"more than {most} in flight"
    assert times[-1] - times[0] < 7 * WAIT / 1000


@TCP
@pytest.mark.parametrize("forbidden", [False, True])
@one_good_run
def test_so_many_probes_are_in_flight_as_asked_for(
    silent: Link, technique: Technique, forbidden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence opens no window by itself, and the first rate is 5,000 a second."""
    if forbidden:
        monkeypatch.setattr(uring, "allowed", lambda: False)
    timing = replace(TEMPLATES[3], initial_rtt_timeout=400, max_retries=0)
    spans = []
    for least in (None, 800):
        scan = prepared(SILENT[:1], "1-800", technique, timing=replace(timing, min_parallelism=least))
        times = [probe.time for probe in probed(silent, scan)]
        assert len(times) == 800
        spans.append(times[-1] - times[0])
    assert spans[1] < 0.1 < spans[0]


@one_good_run
def test_a_rate_limit_wins_over_parallelism(silent: Link) -> None:
    timing = replace(QUICK, min_parallelism=100, max_rate=200, max_retries=0)
    times = [probe.time for probe in probed(silent, prepared(SILENT[:1], "1-100", Technique.SYN, timing=timing))]
    assert 0.45 < times[-1] - times[0] < 0.7


@TCP
@one_good_run
def test_common_ports_are_probed_first_on_every_host(silent: Link, technique: Technique) -> None:
    scan = prepared(SILENT[:4], "1-1500", technique, timing=replace(QUICK, max_retries=0))
    common = {port for port in COMMON[TECHNIQUES[technique].protocol] if port <= 1500}
    probes = probed(silent, scan)
    early, late = probes[: 4 * len(common)], probes[4 * len(common) :]
    assert {(probe.address, probe.port) for probe in early} == {(a, port) for a in SILENT[:4] for port in common}
    assert len(late) == 4 * (1500 - len(common))
    ports = [probe.port for probe in probes if probe.address == SILENT[0]]
    assert ports[: len(common)] != sorted(common)
    assert ports[len(common) :] != sorted(ports[len(common) :])
    for start in range(0, len(probes), 4) if technique is Technique.SYN else ():
        # No host is flooded: each has one probe before any has its second. Lanes of connects keep no strict order.
        assert len({probe.address for probe in probes[start : start + 4]}) == 4


@TCP
def test_in_order_is_rising_order(silent: Link, technique: Technique) -> None:
    made = prepared(["10.99.7.2"], "1-3000", technique)
    plan = replace(made.plan, request=replace(made.request, randomize=False))
    ports = [probe.port for probe in probed(silent, prepare(plan, (technique,)))]
    assert ports == list(range(1, 3001))


@TCP
@pytest.mark.parametrize(
    ("changes", "first", "again"),
    [
        ({"initial_rtt_timeout": 200, "max_rtt_timeout": 400}, 0.2, 0.2),
        ({"initial_rtt_timeout": 900, "max_rtt_timeout": 900}, LEAST_BY_ONE_MS / 1000, LEAST_BY_ONE_MS / 1000),
        ({"initial_rtt_timeout": 100, "max_rtt_timeout": 400, "min_rtt_timeout": 300}, 0.1, 0.1),
    ],
)
@one_good_run
def test_a_silent_port_is_waited_for_as_long_as_asked(
    silent: Link, technique: Technique, changes: dict[str, int], first: float, again: float
) -> None:
    """A host that never answered is given the initial time-out, whatever the least one is; or less after its ARP."""
    scan = prepared(SILENT[:1], "1-3", technique, timing=patient(QUICK, **changes))
    probes = probed(silent, scan)
    times = {port: [probe.time for probe in probes if probe.port == port] for port in (1, 2, 3)}
    assert all(len(of) == 2 for of in times.values())
    gap = min(of[1] for of in times.values()) - max(of[0] for of in times.values())
    assert first - 0.01 < gap < again + 0.15


@TCP
@pytest.mark.parametrize("retries", [0, 1])
@one_good_run
def test_a_silent_port_is_tried_as_often_as_asked(silent: Link, technique: Technique, retries: int) -> None:
    scan = prepared(SILENT[:2], "1-9", technique, timing=replace(QUICK, max_retries=retries))
    counted = Counter((probe.address, probe.port) for probe in probed(silent, scan))
    assert len(counted) == 18
    assert set(counted.values()) == {retries + 1}


@TCP
@one_good_run
def test_a_delay_holds_for_each_host(silent: Link, technique: Technique) -> None:
    timing = replace(QUICK, scan_delay=60, max_retries=0)
    probes = probed(silent, prepared(["10.99.7.2", *SILENT[:2]], "1-6", technique, timing=timing))
    assert len(probes) == 18
    for address in ("10.99.7.2", *SILENT[:2]):
        times = [probe.time for probe in probes if probe.address == address]
        assert np.diff(times).min() > 0.03
        assert 0.25 < times[-1] - times[0] < 0.5


@pytest.mark.parametrize("raw", [True, False])
@one_good_run
def test_the_slow_end_of_a_udp_scan_keeps_to_the_rate(silent: Link, raw: bool) -> None:
    """Probes that tell loss from a limit are probes too."""
    wall = "table ip half { chain in { type filter hook input priority 1; udp dport 20020-20039 drop; }; }"
    silent.at_target("nft", "-f", "-", stdin=wall)
    try:
        scan = prepared(["10.99.7.2"], "20000-20039", Technique.UDP, timing=replace(QUICK, max_rate=100))
        times = [probe.time for probe in probed(silent, scan, raw)]
    finally:
        silent.at_target("nft", "delete", "table", "ip", "half")
    states = [state for state, _ in seen(scan, Technique.UDP).values()]
    assert states == [PortState.CLOSED] * 20 + [PortState.OPEN_FILTERED] * 20
    assert len(times) >= 60
    for first, later in zip(times, times[20:], strict=False):
        assert later - first > 0.15


@pytest.mark.parametrize("number", [0, 1, 2])
@one_good_run
def test_the_polite_templates_have_one_probe_in_flight(silent: Link, number: int) -> None:
    """With the times cut short: one probe at a time, over all hosts."""
    template: Timing = TEMPLATES[number]
    timing = replace(template, initial_rtt_timeout=WAIT, max_rtt_timeout=WAIT, scan_delay=1, max_retries=0)
    times = [probe.time for probe in probed(silent, prepared(SILENT[:3], "1-2", Technique.SYN, timing=timing))]
    assert len(times) == 6
    assert np.diff(times).min() > 0.9 * WAIT / 1000
