"""IP protocol and SCTP scans beside nmap's, number by number, against firewalls drawn by lot."""

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest

from tests.namespaces import inside, run
from tests.protocol_world import ProtocolWorld, protocol_world
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
        views = pool.map(lambda job: nmap_sees(peer("nmap"), world, *job[1], 20 + job[0]), enumerate(asked))
        return dict(zip(asked, views, strict=True))


def nmap_sees(nmap: str, world: ProtocolWorld, technique: Technique, family: int, number: int) -> Seen:
    """State and reason by port as nmap reports them; with -d2 it folds no state."""
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
    assert not differences(mine, theirs), f"seed {seed}"
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
