"""Scans with which something happens when they have found a part: started, and held to the truth at their end."""

import random
import time
from contextlib import nullcontext
from dataclasses import dataclass

import pytest

from tests.namespaces import inside
from tests.scans import BRISK, PATIENCE, differences, patient, prepared, seen, until, without_raw
from tests.target_world import World
from tui_scan.engine.scan import Scan
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.errors import LocalError
from tui_scan.model.packet_form import AS_USUAL, PacketForm
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

BY_PACKETS = [(Technique.SYN, True), (Technique.UDP, True)]
BY_SOCKETS = [(Technique.CONNECT, True), (Technique.CONNECT, False), (Technique.UDP, False)]
every_mode = pytest.mark.parametrize(("technique", "raw"), BY_PACKETS + BY_SOCKETS)
STEADY = patient(BRISK, max_rate=4000)
"""A pace at which the fault comes in the middle of the scan."""


@dataclass(frozen=True, slots=True)
class Disturbed:
    """Scans of one target's ``ports`` by its addresses, by family, that have found a part and go on."""

    wired: World
    technique: Technique
    ports: set[int]
    workers: dict[int, ScanWorker]

    def hold_to_truth(self) -> None:
        """Each comes to its end, and its verdicts are right."""
        for family, worker in self.workers.items():
            scan = told(worker)
            truth = self.wired.truth(self.technique, family, self.ports)
            assert not differences(seen(scan, self.technique), truth), f"IPv{family}"
            assert scan.hosts.state[0] == HostState.UP

    def hold_to_sentence(self, sentence: str) -> None:
        """Each ends with a sentence on this machine, in which ``{own}`` is its address, and gives no wrong state."""
        for family, worker in self.workers.items():
            with pytest.raises(LocalError, match=sentence.format(own=self.wired.link.own[family])):
                told(worker)
            view, truth = seen(worker.scan, self.technique), self.wired.truth(self.technique, family, self.ports)
            answered = {port: verdict for port, verdict in view.items() if verdict[0]}
            assert 0 < len(answered) < len(self.ports)
            assert not differences(answered, {port: truth[port] for port in answered})
            assert worker.scan.hosts.state[0] == HostState.UP

    def hold_to_notes(self, *notes: str) -> None:
        """Each says this and nothing else."""
        assert [worker.scan.notes for worker in self.workers.values()] == [[*notes] for _ in self.workers]


def disturbed(
    wired: World,
    technique: Technique,
    raw: bool,
    chance: random.Random,
    targets: dict[int, str] | None = None,
    packets: PacketForm = AS_USUAL,
) -> Disturbed:
    """Scans of the target's addresses, those of its link or ``targets``, that have found a few hundred ports each."""
    ports, workers = wired.some_ports(technique, 3000, chance), {}
    with inside(wired.link.scanner), nullcontext() if raw else without_raw():
        for family, target in (targets or wired.link.address).items():
            scan = prepared([target], ports, technique, timing=STEADY, packets=packets)
            workers[family] = ScanWorker(scan, OwnSockets())
            workers[family].start()
            assert until(lambda scan=scan: scan.progress().settled > 300)
    return Disturbed(wired, technique, ports, workers)


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
