"""Every verdict beside nmap's and beside the truth, on a target whose ports were drawn by lot."""

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from tests.namespaces import inside
from tests.scans import Seen, differences, ports_text, scanned, seen
from tests.target_world import Kind, World
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique

STATES = {state.label: state for state in PortState}
REASONS = {reason.label: reason for reason in Reason}
REJECTED = (Kind.PORT, Kind.ADMIN, Kind.HOST, Kind.ROUTE)


def nmap_sees(nmap: str, world: World, technique: Technique, family: int, ports: set[int]) -> Seen:
    """State and reason by port as nmap reports them; with -d2 it folds no state."""
    option = TECHNIQUES[technique].option
    command = [nmap, option, "-n", "-Pn", "-T4", "-d2", "--reason", "-oX", "-", "-p", ports_text(ports)]
    told = world.link.at_scanner(*command, *(["-6"] if family == 6 else []), world.link.address[family])
    view: Seen = {}
    for port in ET.fromstring(told).iter("port"):
        state = port.find("state")
        assert state is not None
        view[int(port.attrib["portid"])] = STATES[state.attrib["state"]], REASONS[state.attrib["reason"]]
    return view


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [Technique.SYN, Technique.CONNECT, Technique.UDP])
def test_every_verdict_is_nmaps(
    random_world: World, peer: Callable[[str], str], technique: Technique, family: int
) -> None:
    world, nmap = random_world, peer("nmap")
    ports = world.some_ports(technique, 700, random.Random(world.seed ^ family))
    with inside(world.link.scanner):
        mine = seen(scanned([world.link.address[family]], ports, technique), technique)
    theirs = nmap_sees(nmap, world, technique, family, ports)
    if technique is Technique.CONNECT:
        # nmap's connect() cannot tell a REJECT from a RST, its SYN scan can.
        rejected = {port for port in ports if world.kinds["tcp"].get(port) in REJECTED}
        theirs |= nmap_sees(nmap, world, Technique.SYN, family, rejected)
    assert not differences(mine, theirs), f"seed {world.seed}"
    assert not differences(mine, world.truth(technique, family, ports)), f"seed {world.seed}"
