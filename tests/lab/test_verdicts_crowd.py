"""Hosts for which a router had no room at first: a scan without discovery finds them all the same."""

import random
from collections.abc import Iterator
from contextlib import nullcontext

import numpy as np
import pytest

from tests.crowded_router import crowded_router
from tests.namespaces import Link, inside, link
from tests.scans import BRISK, carried_out, patient, prepared, without_raw
from tui_scan.engine.passed_over import CROWD
from tui_scan.engine.scan import Scan
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import Timing

NETWORK, TARGETS, HOSTS = "10.53.0.0/22", "10.53.0-3.1-250", 1000
ROOM = CROWD + 50


@pytest.fixture(scope="module")
def made(own_namespaces: None) -> Iterator[Link]:
    with link() as wire:
        yield wire


def drawn(chance: random.Random) -> set[str]:
    return set(chance.sample([f"10.53.{n // 250}.{n % 250 + 1}" for n in range(HOSTS)], 60))


def swept(made: Link, up: set[str], technique: Technique, raw: bool, tells: bool, timing: Timing = BRISK) -> Scan:
    with crowded_router(made, NETWORK, up, ROOM, tells), inside(made.scanner), nullcontext() if raw else without_raw():
        scan = prepared([TARGETS], "80", technique, timing=timing)
        worker = carried_out(scan)
    assert worker.error is None
    return scan


def found(scan: Scan) -> set[str]:
    return {scan.hosts.address(host) for host in np.flatnonzero(scan.hosts.state == HostState.UP).tolist()}


@pytest.mark.parametrize(
    ("technique", "raw", "tells"), [(Technique.SYN, True, True), (Technique.CONNECT, False, False)]
)
def test_hosts_that_found_no_room_are_found(
    made: Link, technique: Technique, raw: bool, tells: bool, chance: random.Random
) -> None:
    up = drawn(chance)
    scan = swept(made, up, technique, raw, tells)
    assert found(scan) == up
    assert not any("behind a router gave no answer" in note for note in scan.notes)


def test_without_a_second_try_a_note_tells_of_them(made: Link, chance: random.Random) -> None:
    up = drawn(chance)
    scan = swept(made, up, Technique.SYN, True, True, patient(BRISK, max_retries=0))
    assert found(scan) < up
    assert any("behind a router gave no answer" in note for note in scan.notes)
