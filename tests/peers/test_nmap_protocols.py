"""IP protocol and SCTP scans beside nmap's, number by number, against firewalls drawn by lot."""

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from tests.namespaces import Link, inside, link, run
from tests.protocol_world import UNCHECKED, ProtocolWorld, protocol_world
from tests.scans import Seen, differences, ports_text, scanned, seen
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique

SCTP = (Technique.SCTP_INIT, Technique.SCTP_COOKIE_ECHO)
SILENCE = {
    Technique.SCTP_INIT: PortState.FILTERED,
    Technique.SCTP_COOKIE_ECHO: PortState.OPEN_FILTERED,
    Technique.IP_PROTOCOL: PortState.OPEN_FILTERED,
}
STATES = {state.label: state for state in PortState}
REASONS = {reason.label: reason for reason in Reason}
OWN = {4: "10.99.7.{}", 6: "fd99:7::{}"}
ICMP = 1


@pytest.fixture(scope="module")
def world(own_namespaces: None, seed: int) -> Iterator[ProtocolWorld]:
    with protocol_world(random.Random(f"protocols{seed}")) as made:
        yield made


def numbers(world: ProtocolWorld, technique: Technique) -> list[int]:
    """All protocols; of SCTP ports those with a rule, and a few beside."""
    return [*range(256)] if technique is Technique.IP_PROTOCOL else sorted({*world.ports, *range(7000, 7020)})


@pytest.fixture(scope="module")
def nmaps_views(world: ProtocolWorld, peer: Callable[[str], str]) -> dict[tuple[Technique, int], Seen]:
    """All that nmap sees: its scans run at once, each from an address of its own, since it counts a protocol's every
    packet as an answer."""
    asked = list(product(SILENCE, (4, 6)))
    with ThreadPoolExecutor(len(asked)) as pool:
        views = pool.map(lambda job: nmap_sees(peer("nmap"), world, job[1], 20 + job[0]), enumerate(asked))
        return dict(zip(asked, views, strict=True))


def nmap_sees(nmap: str, world: ProtocolWorld, asked: tuple[Technique, int], number: int) -> Seen:
    """State and reason by port as nmap reports them; with -d2 it folds no state."""
    technique, family = asked
    own, device = OWN[family].format(number), world.link.scanner_device
    run("ip", "-n", world.link.scanner, "addr", "add", f"{own}/{24 if family == 4 else 64}", "dev", device, "nodad")
    command = [nmap, TECHNIQUES[technique].option, "-n", "-Pn", "-T4", "-d2", "-oX", "-", "-e", device, "-S", own]
    command += ["-p", ports_text(numbers(world, technique)), *(["-6"] if family == 6 else [])]
    view: Seen = {}
    for port in ET.fromstring(world.link.at_scanner(*command, world.link.address[family])).iter("port"):
        state = port.find("state")
        assert state is not None
        view[int(port.attrib["portid"])] = STATES[state.attrib["state"]], REASONS[state.attrib["reason"]]
    return view


def as_nmap_hears(mine: Seen, theirs: Seen, family: int) -> Seen:
    """nmap's view, but for the rejections that it does not hear, since it sends bare headers of these protocols."""
    silence = PortState.OPEN_FILTERED, Reason.NO_RESPONSE
    deaf = {number for number in UNCHECKED if family == 6 and theirs.get(number) == silence}
    return {number: mine[number] if number in deaf else verdict for number, verdict in theirs.items()}


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", list(SILENCE))
def test_every_verdict_is_nmaps(
    world: ProtocolWorld,
    nmaps_views: dict[tuple[Technique, int], Seen],
    technique: Technique,
    family: int,
    seed: int,
) -> None:
    """ICMP's reason is left out: nmap gives that of the first ICMP packet it meets, whatever it is about."""
    with inside(world.link.scanner):
        mine = seen(scanned([world.link.address[family]], numbers(world, technique), technique), technique)
    theirs = nmaps_views[technique, family]
    protocols = technique is Technique.IP_PROTOCOL
    truth = world.truth_of_protocols(family) if protocols else world.truth_of_ports(family, SILENCE[technique])
    if protocols and family == 4:
        known = truth.pop(ICMP, (PortState.OPEN, Reason.ECHO_REPLY))
        told = mine.pop(ICMP)
        theirs = {number: verdict for number, verdict in theirs.items() if number != ICMP}
        if known[1] is Reason.NO_RESPONSE:
            assert told[0] is PortState.OPEN, f"seed {seed}"
            assert told[1] in ICMP_REASONS, f"seed {seed}"
        else:
            assert told == known, f"seed {seed}"
    assert not differences(mine, as_nmap_hears(mine, theirs, family) if protocols else theirs), f"seed {seed}"
    assert not differences({number: mine[number] for number in truth}, truth), f"seed {seed}"


@pytest.mark.parametrize("family", [4, 6])
def test_icmp_alone_is_nmaps(world: ProtocolWorld, peer: Callable[[str], str], family: int, seed: int) -> None:
    """With nothing but an echo request sent, nmap's reason is that of its answer."""
    number, target = {4: 1, 6: 58}[family], world.link.address[family]
    with inside(world.link.scanner):
        mine = seen(scanned([target], [number], Technique.IP_PROTOCOL), Technique.IP_PROTOCOL)
    options = [*(["-6"] if family == 6 else []), "-p", str(number), target]
    told = world.link.at_scanner(peer("nmap"), "-sO", "-n", "-Pn", "-T4", "-oX", "-", *options)
    state = ET.fromstring(told).find(".//port/state")
    assert state is not None
    assert mine == {number: (STATES[state.attrib["state"]], REASONS[state.attrib["reason"]])}, f"seed {seed}"


@pytest.mark.parametrize("family", [4, 6])
def test_the_own_machine_is_seen_as_nmap_sees_it(
    world: ProtocolWorld, peer: Callable[[str], str], family: int, seed: int
) -> None:
    """On loopback, where the scanner's own packets come in beside the answers."""
    address, options = {4: ("127.0.0.1", []), 6: ("::1", ["-6"])}[family]
    with inside(world.link.target):
        mine = seen(scanned([address], range(256), Technique.IP_PROTOCOL), Technique.IP_PROTOCOL)
    told = world.link.at_target(peer("nmap"), "-sO", "-n", "-Pn", "-T4", "-d2", "-oX", "-", *options, address)
    theirs = {
        int(port.attrib["portid"]): (STATES[state.attrib["state"]], REASONS[state.attrib["reason"]])
        for port in ET.fromstring(told).iter("port")
        for state in port.iter("state")
    }
    for view in (mine, theirs) if family == 4 else ():
        view.pop(ICMP)
    assert not differences(mine, as_nmap_hears(mine, theirs, family)), f"seed {seed}"


@pytest.mark.parametrize("family", [4, 6])
def test_a_budget_of_icmp_errors_is_kept_to(own_namespaces: None, family: int) -> None:
    """What a host without limits calls closed is closed at 200 errors a second too, burst 50."""
    with link() as made:
        with inside(made.scanner):
            free = seen(scanned([Link.address[family]], range(256), Technique.IP_PROTOCOL), Technique.IP_PROTOCOL)
        made.at_target("sysctl", "-qw", "net.ipv4.icmp_msgs_per_sec=200")
        made.at_target("sysctl", "-qw", "net.ipv4.icmp_msgs_burst=50")
        with inside(made.scanner):
            limited = seen(scanned([Link.address[family]], range(256), Technique.IP_PROTOCOL), Technique.IP_PROTOCOL)
    assert sum(state is PortState.CLOSED for state, _ in free.values()) > 200
    assert not differences(limited, free)
