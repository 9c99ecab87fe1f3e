"""Machines whose address is not on a network card: on a bridge, a macvlan, a tunnel. Each packet is told once."""

import random
from collections.abc import Iterator

import pytest

from tests.kinds_of_links import KINDS, link_of_kind
from tests.namespaces import inside
from tests.scans import differences, scanned, seen
from tests.target_world import World, world
from tui_scan.engine.scan import Scan
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.techniques import Technique

SPECIAL, OTHERS = 40, 200


@pytest.fixture(scope="module", params=KINDS)
def joined(request: pytest.FixtureRequest, own_namespaces: None, seed: int) -> Iterator[World]:
    """A target drawn by lot behind a link of each kind in turn."""
    print(f"TUI_SCAN_SEED={seed}")
    with world(seed, SPECIAL, link_of_kind(request.param)) as made:
        yield made


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [Technique.SYN, Technique.CONNECT, Technique.UDP])
def test_every_verdict_is_the_truth(joined: World, technique: Technique, family: int) -> None:
    ports = joined.some_ports(technique, OTHERS, random.Random(f"{joined.seed}{family}"))
    with inside(joined.link.scanner):
        scan = scanned([joined.link.address[family]], ports, technique)
    assert not differences(seen(scan, technique), joined.truth(technique, family, ports)), f"seed {joined.seed}"
    assert not scan.notes
    for column in range(scan.columns.count):
        packets = heard(scan, column)
        assert len(packets) == len(set(packets)), f"seed {joined.seed}: {scan.exchange(0, column)}"


def heard(scan: Scan, column: int) -> list[tuple[Origin, int, bytes]]:
    """The packets of an exchange that were captured, each with the number of its try."""
    items = [one for one in scan.exchange(0, column) if isinstance(one, Packet)]
    return [(one.origin, one.try_number, one.data) for one in items if one.origin is not Origin.SCANNER]
