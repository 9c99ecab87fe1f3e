"""Every verdict beside the truth behind wires that lose, delay, overtake, double and hold back."""

import random
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.impaired_wire import Wire
from tests.namespaces import inside
from tests.scans import differences, scanned, seen, without_raw
from tests.target_world import World, world
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Technique

MODES = [
    (Technique.SYN, True),
    (Technique.CONNECT, True),
    (Technique.CONNECT, False),
    (Technique.UDP, True),
    (Technique.UDP, False),
]
WIRES: dict[str, dict[str, float]] = {
    "loses 2 %": {"loss": 0.02},
    "loses 10 %": {"loss": 0.1},
    "50 ms": {"delay": 0.05},
    "20 ms +- 15 ms": {"delay": 0.02, "jitter": 0.015},
    "doubles 20 %": {"duplicates": 0.2},
    "all of it": {"loss": 0.05, "delay": 0.02, "jitter": 0.015, "duplicates": 0.2},
    "3000 frames a second": {"rate": 3000.0, "delay": 0.005},
}
SPECIAL, OTHERS = 60, 500


@pytest.fixture(scope="module", params=WIRES)
def faulty(own_namespaces: None, seed: int, request: pytest.FixtureRequest) -> Iterator[World]:
    """A target drawn by lot behind each of the wires in turn."""
    with world(seed, SPECIAL, Wire(seed, **WIRES[request.param])) as made:
        yield made


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_every_verdict_is_the_truth(
    faulty: World, chance: random.Random, technique: Technique, raw: bool, family: int
) -> None:
    ports = faulty.some_ports(technique, OTHERS, chance)
    with inside(faulty.link.scanner), nullcontext() if raw else without_raw():
        scan = scanned([faulty.link.address[family]], ports, technique)
    assert not differences(seen(scan, technique), faulty.truth(technique, family, ports))
    assert scan.hosts.state[0] == HostState.UP
    assert not scan.notes
