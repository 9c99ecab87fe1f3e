"""The packets of a whole scan in little memory: all are there, on disk; and where that is full, the telling ones."""

import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.namespaces import Link, inside
from tests.scans import BRISK, carried_out, prepared, scanned
from tests.target_world import World
from tui_scan.engine.capture import Capture
from tui_scan.engine.probes import TRIES
from tui_scan.engine.scan import Scan
from tui_scan.engine.spool import folder
from tui_scan.engine.transport.ring import Ring
from tui_scan.exchange.story import story
from tui_scan.exchange.text import full_text
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

BUDGET = 1 << 20


def scan_in_little(world: World) -> tuple[Scan, Capture]:
    """All ports, with memory for a tenth of the packets."""
    with inside(world.link.scanner):
        scan = prepared([Link.address[4]], "1-65535", Technique.SYN, timing=BRISK)
        scan.plan = replace(scan.plan, request=replace(scan.request, capture_memory=BUDGET))
        assert carried_out(scan).error is None
    capture = scan.captures[Technique.SYN]
    assert isinstance(capture, Capture)
    return scan, capture


def some_columns(scan: Scan, chance: random.Random) -> tuple[list[int], list[int]]:
    """All ports that did not merely reset, and some that did."""
    reset = (scan.ledger.reason == Reason.RESET) & (scan.ledger.state != PortState.OPEN)
    return np.flatnonzero(~reset).tolist(), chance.sample(np.flatnonzero(reset).tolist(), 300)


def check_whole(scan: Scan, column: int) -> None:
    """As many probes as there were tries, the answer that the verdict tells of, and the own kernel's reset."""
    verdict, items = scan.verdict(0, column), [item for item in scan.exchange(0, column) if item.try_number <= TRIES]
    assert all(isinstance(item, Packet) for item in items)
    tries = [item.try_number for item in items if item.origin is Origin.SCANNER]
    assert tries == [*range(1, verdict.tries + 1)]
    exchange = story(scan, 0, column)
    assert exchange.complete
    if verdict.reason is not Reason.NO_RESPONSE:
        assert items[-1].origin in (Origin.TARGET, Origin.KERNEL)
    if verdict.state is PortState.OPEN:
        assert [item.origin for item in items][-2:] == [Origin.TARGET, Origin.KERNEL]


def test_a_scan_in_little_memory_keeps_every_packet(random_world: World, chance: random.Random) -> None:
    scan, capture = scan_in_little(random_world)
    assert capture.nbytes <= BUDGET
    assert sum(log.spooled for log in capture.logs) > 50_000
    assert capture.dropped == 0
    assert not scan.notes
    for columns in some_columns(scan, chance):
        for column in columns:
            check_whole(scan, column)


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of two megabytes for temporary files."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)], check=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_full_disk_costs_ports_that_reset_alone(random_world: World, small_disk: Path, chance: random.Random) -> None:
    assert folder() == str(small_disk)
    scan, capture = scan_in_little(random_world)
    (note,) = scan.notes
    assert "No space left on device" in note
    assert capture.dropped > 1000
    telling, resetting = some_columns(scan, chance)
    for column in telling:
        check_whole(scan, column)
    lost = [column for column in resetting if not story(scan, 0, column).complete]
    assert lost
    for column in resetting:
        answered = any(item.origin is Origin.TARGET for item in scan.exchange(0, column))
        assert answered is (column not in lost)
    assert "let go" in full_text(story(scan, 0, lost[0]))
    assert scan.progress().settled == 65_535


@pytest.mark.parametrize("lost", [0, 1234])
def test_packets_that_came_too_fast_are_owned_up_to(
    random_world: World, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    monkeypatch.setattr(Ring, "lost", lambda _: lost)
    with inside(random_world.link.scanner):
        scan = scanned([Link.address[4]], "1-9", Technique.SYN)
    assert [note for note in scan.notes if "could not keep up with 1,234 packets" in note] == scan.notes[: bool(lost)]
