"""Links and neighbours that go and come in mid-scan: what this machine cannot send is no port's state."""

import random
import time
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.namespaces import Link, inside
from tests.scans import BRISK, carried_out, differences, patient, prepared, seen, until, without_raw
from tests.target_world import World, world
from tui_scan.engine.loops.outages import NOTE
from tui_scan.engine.scan import Scan
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.errors import LocalError
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

MODES = [
    (Technique.SYN, True),
    (Technique.CONNECT, True),
    (Technique.CONNECT, False),
    (Technique.UDP, True),
    (Technique.UDP, False),
]
every_mode = pytest.mark.parametrize(("technique", "raw"), MODES)
AWAY = 0.5
STEADY = patient(BRISK, max_rate=4000)
"""A pace at which the fault comes in the middle of the scan."""


@pytest.fixture(scope="module")
def wired(own_namespaces: None, seed: int) -> Iterator[World]:
    """A target drawn by lot; the scanner keeps its IPv6 address while its link is down, as with a static one."""
    with world(seed, 60) as made:
        made.link.at_scanner("sysctl", "-qw", f"net.ipv6.conf.{made.link.scanner_device}.keep_addr_on_down=1")
        yield made


def disturbed(wired: World, technique: Technique, raw: bool, family: int, ports: set[int]) -> ScanWorker:
    """A scan that has found a few hundred ports of the target and goes on."""
    with inside(wired.link.scanner), nullcontext() if raw else without_raw():
        worker = ScanWorker(prepared([wired.link.address[family]], ports, technique, timing=STEADY), OwnSockets())
        worker.start()
    assert until(lambda: worker.scan.progress().settled > 300)
    return worker


def told(worker: ScanWorker) -> Scan:
    """The scan when it has come to its end without an error."""
    try:
        assert worker.join(40)
    finally:
        worker.stop()
        worker.join(5)
    if worker.error:
        raise worker.error
    return worker.scan


def set_link(link: Link, state: str) -> None:
    link.at_scanner("ip", "link", "set", link.scanner_device, state)


@every_mode
@pytest.mark.parametrize("family", [4, 6])
def test_a_link_that_goes_down_and_up_costs_no_verdict(
    wired: World, chance: random.Random, technique: Technique, raw: bool, family: int
) -> None:
    ports = wired.some_ports(technique, 3000, chance)
    worker = disturbed(wired, technique, raw, family, ports)
    set_link(wired.link, "down")
    settled = worker.scan.progress().settled
    try:
        time.sleep(AWAY)
    finally:
        set_link(wired.link, "up")
    assert settled < len(ports)
    scan = told(worker)
    assert not differences(seen(scan, technique), wired.truth(technique, family, ports))
    assert scan.hosts.state[0] == HostState.UP
    assert scan.notes == [NOTE]


@every_mode
def test_a_link_that_stays_down_is_told_and_gives_no_state(
    wired: World, chance: random.Random, technique: Technique, raw: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_scan.engine.loops.outages.PATIENCE", AWAY)
    ports = wired.some_ports(technique, 3000, chance)
    worker = disturbed(wired, technique, raw, 4, ports)
    set_link(wired.link, "down")
    try:
        with pytest.raises(LocalError, match=r"down|no route"):
            told(worker)
    finally:
        set_link(wired.link, "up")
    view, truth = seen(worker.scan, technique), wired.truth(technique, 4, ports)
    answered = {port: verdict for port, verdict in view.items() if verdict[0]}
    assert len(answered) < len(ports)
    assert not differences(answered, {port: truth[port] for port in answered})
    assert worker.scan.hosts.state[0] == HostState.UP


@every_mode
@pytest.mark.parametrize("family", [4, 6])
def test_a_neighbour_that_is_forgotten_is_found_again(
    wired: World, chance: random.Random, technique: Technique, raw: bool, family: int
) -> None:
    ports = wired.some_ports(technique, 1500, chance)
    worker = disturbed(wired, technique, raw, family, ports)
    link = wired.link
    for _ in range(5):
        link.at_scanner("ip", "neigh", "flush", "dev", link.scanner_device)
        link.at_target("ip", "neigh", "flush", "dev", link.target_device)
        time.sleep(0.02)
    scan = told(worker)
    assert not differences(seen(scan, technique), wired.truth(technique, family, ports))
    assert scan.hosts.state[0] == HostState.UP


def test_a_new_scan_after_an_outage_knows_nothing_of_it(wired: World) -> None:
    set_link(wired.link, "down")
    set_link(wired.link, "up")
    with inside(wired.link.scanner):
        scan = prepared([wired.link.address[4]], "1-50", Technique.SYN)
        assert carried_out(scan).error is None
    assert not scan.notes
