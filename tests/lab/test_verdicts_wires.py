"""Every verdict beside the truth behind wires that lose, delay, overtake, double and hold back."""

import random
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest

from tests.bench.rooms import listening
from tests.impaired_wire import Wire
from tests.namespaces import Link, inside, link
from tests.scans import BRISK, PATIENCE, differences, patient, prepared, scanned, seen, without_raw
from tests.target_world import World, world
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

MODES = [
    (Technique.SYN, True),
    (Technique.CONNECT, True),
    (Technique.CONNECT, False),
    (Technique.UDP, True),
    (Technique.UDP, False),
]
WIRES = {
    "loses 2 %": Wire(0, loss=0.02),
    "loses 10 %": Wire(0, loss=0.1),
    "50 ms": Wire(0, delay=0.05),
    "20 ms +- 15 ms": Wire(0, delay=0.02, jitter=0.015),
    "doubles 20 %": Wire(0, duplicates=0.2),
    "all of it": Wire(0, loss=0.05, delay=0.02, jitter=0.015, duplicates=0.2),
    "3000 frames a second": Wire(0, rate=3000.0, delay=0.005),
}
SPECIAL, OTHERS = 60, 500
PATIENT = patient(BRISK, max_retries=10)
"""-T4 gives a port seven tries, which is too few where a fifth of them fails."""


@pytest.fixture(scope="module", params=WIRES)
def faulty(own_namespaces: None, seed: int, request: pytest.FixtureRequest) -> Iterator[World]:
    """A target drawn by lot behind each of the wires in turn."""
    with world(seed, SPECIAL, link(replace(WIRES[request.param], seed=seed))) as made:
        yield made


@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_every_verdict_is_the_truth(faulty: World, chance: random.Random, technique: Technique, raw: bool) -> None:
    """By IPv4 and by IPv6 at once."""
    ports, workers = faulty.some_ports(technique, OTHERS, chance), {}
    for family in (4, 6):
        with inside(faulty.link.scanner), nullcontext() if raw else without_raw():
            workers[family] = ScanWorker(
                prepared([faulty.link.address[family]], ports, technique, timing=PATIENT), OwnSockets()
            )
            workers[family].start()
    for family, worker in workers.items():
        assert worker.join(3 * PATIENCE), worker.scan.progress()
        assert worker.error is None
        scan = worker.scan
        assert not differences(seen(scan, technique), faulty.truth(technique, family, ports)), f"IPv{family}"
        assert scan.hosts.state[0] == HostState.UP
        assert not scan.notes


def test_a_few_open_ports_behind_a_narrow_wire_are_found(
    own_namespaces: None, seed: int, chance: random.Random
) -> None:
    """All others drop, so that only ports known to answer tell that most probes are swallowed on the way."""
    opened = set(chance.sample(range(1, 6001), chance.randint(2, 12)))
    with link(Wire(seed, rate=3000.0, delay=0.002)) as made, listening(made.target, opened):
        kept = ", ".join(map(str, opened))
        chain = f"chain in {{ type filter hook input priority 0; tcp dport != {{ {kept} }} drop; }}"
        made.at_target("nft", "-f", "-", stdin=f"table inet narrow {{\n{chain}\n}}\n")
        with inside(made.scanner):
            scan = scanned([Link.address[4]], "1-6000", Technique.SYN, timing=BRISK)
    found = {port for port, (state, _) in seen(scan, Technique.SYN).items() if state is PortState.OPEN}
    assert found == opened, scan.progress()
