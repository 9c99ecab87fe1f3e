"""Links and neighbours that go and come in mid-scan: what this machine cannot send is no port's state."""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.disturbed import disturbed, every_mode
from tests.namespaces import Link, inside
from tests.scans import PATIENCE, carried_out, prepared
from tests.target_world import World, world
from tui_scan.engine.loops.outages import NOTE
from tui_scan.engine.progress import Phase
from tui_scan.engine.transport.carriers import Carriers
from tui_scan.model.techniques import Technique

AWAY = 0.5


@pytest.fixture(scope="module")
def wired(own_namespaces: None, seed: int) -> Iterator[World]:
    """A target drawn by lot; both ends keep their IPv6 addresses while their link is down, as with a static one."""
    with world(seed, 60) as made:
        made.link.at_scanner("sysctl", "-qw", f"net.ipv6.conf.{made.link.scanner_device}.keep_addr_on_down=1")
        made.link.at_target("sysctl", "-qw", f"net.ipv6.conf.{made.link.target_device}.keep_addr_on_down=1")
        yield made


def set_link(link: Link, state: str, pulled: bool = False) -> None:
    """Take the link down or up, here or at the target's end."""
    if pulled:
        link.at_target("ip", "link", "set", link.target_device, state)
    else:
        link.at_scanner("ip", "link", "set", link.scanner_device, state)


@every_mode
@pytest.mark.parametrize("pulled", [False, True])
def test_a_link_that_goes_down_and_up_costs_no_verdict(
    wired: World, chance: random.Random, technique: Technique, raw: bool, pulled: bool
) -> None:
    """Taken down here, or at its other end, as when a cable is pulled: then no call says that nothing leaves."""
    scans = disturbed(wired, technique, raw, chance)
    set_link(wired.link, "down", pulled)
    settled = max(worker.scan.progress().settled for worker in scans.workers.values())
    try:
        time.sleep(3 * AWAY if pulled else AWAY)
    finally:
        set_link(wired.link, "up", pulled)
    assert settled < len(scans.ports)
    scans.hold_to_truth()
    scans.hold_to_notes(NOTE)


@pytest.mark.parametrize("pulled", [False, True])
def test_a_carrier_that_was_away_between_two_looks_has_changed(wired: World, pulled: bool) -> None:
    """However short it was: what the kernel tells listeners may come late, and only of what is now."""
    link = wired.link
    with inside(link.scanner), closing(Carriers()) as carriers:
        used = socket.if_nametoindex(link.scanner_device)
        carriers.look()
        assert not carriers.changed
        set_link(link, "down", pulled)
        carriers.look()
        assert carriers.lost == {used}
        carriers.changed.clear()
        set_link(link, "up", pulled)
        carriers.look()
        assert (carriers.changed, carriers.lost) == ({used}, set())
        carriers.changed.clear()
        set_link(link, "down", pulled)
        set_link(link, "up", pulled)
        carriers.look()
        assert carriers.changed == {used}


@every_mode
@pytest.mark.parametrize("pulled", [False, True])
def test_a_link_that_stays_down_is_told_and_gives_no_state(
    wired: World, chance: random.Random, technique: Technique, raw: bool, pulled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_scan.engine.loops.outages.PATIENCE", AWAY)
    monkeypatch.setattr("tui_scan.engine.loops.ways.PATIENCE", AWAY)
    scans = disturbed(wired, technique, raw, chance, {4: wired.link.address[4]})
    set_link(wired.link, "down", pulled)
    try:
        scans.hold_to_sentence(r"is down|no route|cable")
    finally:
        set_link(wired.link, "up", pulled)


@pytest.mark.parametrize("technique", [Technique.SYN, Technique.CONNECT, Technique.UDP])
def test_a_scan_is_stopped_while_its_link_is_away(wired: World, chance: random.Random, technique: Technique) -> None:
    scans = disturbed(wired, technique, True, chance, {4: wired.link.address[4]})
    worker = scans.workers[4]
    set_link(wired.link, "down", pulled=True)
    try:
        time.sleep(AWAY)
        worker.stop()
        assert worker.join(PATIENCE)
    finally:
        set_link(wired.link, "up", pulled=True)
        worker.join(PATIENCE)
    assert worker.phase is Phase.STOPPED


@every_mode
def test_a_neighbour_that_is_forgotten_is_found_again(
    wired: World, chance: random.Random, technique: Technique, raw: bool
) -> None:
    scans = disturbed(wired, technique, raw, chance)
    link = wired.link
    for _ in range(5):
        # What is flushed is found again at once, and after ten rounds ip says that it did not come to an end.
        link.at_scanner("sh", "-c", f"ip neigh flush dev {link.scanner_device} || :")
        link.at_target("sh", "-c", f"ip neigh flush dev {link.target_device} || :")
        time.sleep(0.02)
    scans.hold_to_truth()


def test_a_new_scan_after_an_outage_knows_nothing_of_it(wired: World) -> None:
    set_link(wired.link, "down")
    set_link(wired.link, "up")
    with inside(wired.link.scanner):
        scan = prepared([wired.link.address[4]], "1-50", Technique.SYN)
        assert carried_out(scan).error is None
    assert not scan.notes
