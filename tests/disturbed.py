"""Scans with which something happens when they have found a part: started, and held to the truth at their end."""

import time
from contextlib import nullcontext

import pytest

from tests.namespaces import inside
from tests.scans import BRISK, PATIENCE, differences, patient, prepared, seen, until, without_raw
from tests.target_world import World
from tui_scan.engine.scan import Scan
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.packet_form import AS_USUAL, PacketForm
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

BY_PACKETS = [(Technique.SYN, True), (Technique.UDP, True)]
BY_SOCKETS = [(Technique.CONNECT, True), (Technique.CONNECT, False), (Technique.UDP, False)]
every_mode = pytest.mark.parametrize(("technique", "raw"), BY_PACKETS + BY_SOCKETS)
STEADY = patient(BRISK, max_rate=4000)
"""A pace at which the fault comes in the middle of the scan."""


def disturbed(
    wired: World, technique: Technique, raw: bool, target: str, ports: set[int], packets: PacketForm = AS_USUAL
) -> ScanWorker:
    """A scan that has found a few hundred ports of the target and goes on."""
    with inside(wired.link.scanner), nullcontext() if raw else without_raw():
        worker = ScanWorker(prepared([target], ports, technique, timing=STEADY, packets=packets), OwnSockets())
        worker.start()
    assert until(lambda: worker.scan.progress().settled > 300)
    return worker


def both_disturbed(
    wired: World, technique: Technique, raw: bool, ports: set[int], targets: dict[int, str] | None = None
) -> dict[int, ScanWorker]:
    """Two such scans at once, by IPv4 and by IPv6."""
    addresses = targets or wired.link.address
    return {family: disturbed(wired, technique, raw, addresses[family], ports) for family in (4, 6)}


def told(worker: ScanWorker) -> Scan:
    """The scan when it has come to its end without an error; what is left to send was never less than nothing."""
    end, least = time.monotonic() + 3 * PATIENCE, 0
    try:
        while not worker.join(0.02):
            least = min(least, worker.scan.tally.remaining)
            assert time.monotonic() < end
    finally:
        worker.stop()
        worker.join(PATIENCE)
    if worker.error:
        raise worker.error
    assert least == 0
    return worker.scan


def hold_to_truth(wired: World, workers: dict[int, ScanWorker], technique: Technique, ports: set[int]) -> None:
    """Each scan came to its end, and its verdicts are right."""
    for family, worker in workers.items():
        scan = told(worker)
        assert not differences(seen(scan, technique), wired.truth(technique, family, ports)), f"IPv{family}"
        assert scan.hosts.state[0] == HostState.UP


def hold_answers_to_truth(wired: World, scan: Scan, technique: Technique, family: int, ports: set[int]) -> None:
    """A part of the ports has a verdict, and those are right; the host is up for all that."""
    view, truth = seen(scan, technique), wired.truth(technique, family, ports)
    answered = {port: verdict for port, verdict in view.items() if verdict[0]}
    assert 0 < len(answered) < len(ports)
    assert not differences(answered, {port: truth[port] for port in answered})
    assert scan.hosts.state[0] == HostState.UP
