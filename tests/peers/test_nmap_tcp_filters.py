"""Every TCP technique beside nmap's, port by port, against firewalls drawn by lot."""

import random
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from tests.filter_world import FilterWorld, filter_world
from tests.namespaces import inside, run
from tests.scans import Seen, carried_out, differences, ports_text, prepared, seen
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.tcp_flags import flag_names
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

TCP = [t for t, info in TECHNIQUES.items() if info.protocol is Protocol.TCP and info.needs_raw and not info.third_party]
STATES = {state.label: state for state in PortState}
REASONS = {reason.label: reason for reason in Reason}
Asked = tuple[Technique, int, int | None]
"""Technique, IP version and the flags of --scanflags."""

OWN = {4: "10.99.7.{}", 6: "fd99:7::{}"}


@pytest.fixture(scope="module")
def behind_filters(own_namespaces: None, seed: int) -> Iterator[FilterWorld]:
    """A target whose firewall was drawn by lot, for all techniques."""
    with filter_world(random.Random(seed)) as made:
        yield made


def drawn_flags(seed: int) -> dict[Technique, int]:
    """For each technique, other flags by lot."""
    chance = random.Random(f"flags{seed}")
    return {technique: chance.randrange(256) for technique in TCP}


@pytest.fixture(scope="module")
def nmaps_views(behind_filters: FilterWorld, seed: int, peer: Callable[[str], str]) -> dict[Asked, Seen]:
    """All that nmap sees: its scans run at once, each from an address of its own so that no two share connections."""
    others = drawn_flags(seed)
    asked = [(t, family, flags) for t, family in product(TCP, (4, 6)) for flags in (None, others[t])]
    with ThreadPoolExecutor(len(asked)) as pool:
        views = pool.map(lambda job: nmap_sees(peer("nmap"), behind_filters, job[1], 20 + job[0]), enumerate(asked))
        return dict(zip(asked, views, strict=True))


def nmap_sees(nmap: str, world: FilterWorld, asked: Asked, number: int) -> Seen:
    """State and reason by port as nmap reports them; with -d2 it folds no state."""
    technique, family, flags = asked
    own, device = OWN[family].format(number), world.link.scanner_device
    length = 24 if family == 4 else 64
    run("ip", "-n", world.link.scanner, "addr", "add", f"{own}/{length}", "dev", device, "nodad")
    command = [nmap, TECHNIQUES[technique].option, "-n", "-Pn", "-T4", "-d2", "-oX", "-", "-e", device, "-S", own]
    command += ["-p", ports_text(world.ports), *(["-6"] if family == 6 else [])]
    command += [] if flags is None else ["--scanflags", str(flags)]
    view: Seen = {}
    for port in ET.fromstring(world.link.at_scanner(*command, world.link.address[family])).iter("port"):
        state = port.find("state")
        assert state is not None
        view[int(port.attrib["portid"])] = STATES[state.attrib["state"]], REASONS[state.attrib["reason"]]
    return view


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("other_flags", [False, True])
@pytest.mark.parametrize("technique", TCP)
def test_every_verdict_is_nmaps(
    behind_filters: FilterWorld,
    nmaps_views: dict[Asked, Seen],
    seed: int,
    technique: Technique,
    family: int,
    other_flags: bool,
) -> None:
    world, flags = behind_filters, drawn_flags(seed)[technique] if other_flags else None
    with inside(world.link.scanner):
        scan = prepared([world.link.address[family]], world.ports, technique, scan_flags=flags)
        began = time.monotonic()
        worker = carried_out(scan)
    assert worker.error is None
    assert time.monotonic() - began < 60
    wrong = differences(seen(scan, technique), nmaps_views[technique, family, flags])
    sent = "" if flags is None else flag_names(flags)
    assert not wrong, f"TUI_SCAN_SEED={seed} {sent} {[(port, world.rules.get(port)) for port in wrong]}"
