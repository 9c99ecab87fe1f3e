"""SCTP scans beside nmap's and beside the truth, of a simulated host whose ports were drawn by lot."""

import json
import random
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.scans import Seen, differences, ports_text
from tui_scan.lab.obstacles import available
from tui_scan.lab.running import RunningLab, running
from tui_scan.lab.topology import HostSpec
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

SCTP = (Technique.SCTP_INIT, Technique.SCTP_COOKIE_ECHO)
ADDRESS = {4: "10.88.0.2", 6: "fd88::2"}
ANSWERS = ("drop", "port-unreachable", "admin-prohibited", "host-unreachable", "no-route", "icmp 3/2 icmp6 4/1")
STATES = {state.label: state for state in PortState}
REASONS = {reason.label: reason for reason in Reason}


def _topology(chance: random.Random) -> str:
    ports = chance.sample(range(1, 65536), 120)
    rules = [
        f'  {{ protocol = "sctp", ports = "{port}", answer = "{chance.choice(ANSWERS)}" }},' for port in ports[60:]
    ]
    return "\n".join(
        [
            "[scanner]",
            'addresses = ["10.88.0.1/24", "fd88::1/64"]',
            "[[host]]",
            'name = "sctp.lab"',
            'kind = "simulated"',
            f'addresses = ["{ADDRESS[4]}/24", "{ADDRESS[6]}/64"]',
            f'sctp = {{ open = "{",".join(map(str, ports[:60]))}" }}',
            "rules = [",
            *rules,
            "]",
        ]
    )


@pytest.fixture(scope="module")
def lab(seed: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    obstacle = available()
    if obstacle is not None:
        missing(obstacle)
    path = tmp_path_factory.mktemp("sctp") / "topology.toml"
    path.write_text(_topology(random.Random(f"sctp{seed}")))
    with running(path) as made:
        yield made


def ports_of(host: HostSpec) -> list[int]:
    """All that the description names, and a few that are closed."""
    return sorted({*host.named_ports(Protocol.SCTP), *range(40000, 40020)})


def nmap_sees(nmap: str, lab: RunningLab, technique: Technique, family: int) -> Seen:
    """State and reason by port as nmap reports them; with -d2 it folds no state."""
    ports = ports_text(ports_of(lab.topology.hosts[0]))
    command = [nmap, "--privileged", TECHNIQUES[technique].option, "-n", "-Pn", "-T4", "-d2", "-oX", "-", "-p", ports]
    command += [*(["-6"] if family == 6 else []), ADDRESS[family]]
    done = lab.run(command, check=True)
    view: Seen = {}
    for port in ET.fromstring(done.stdout).iter("port"):
        state = port.find("state")
        assert state is not None
        view[int(port.attrib["portid"])] = STATES[state.attrib["state"]], REASONS[state.attrib["reason"]]
    return view


def told(lab: RunningLab, technique: Technique, family: int) -> Seen:
    """The verdicts of a scan in a process inside the lab."""
    ports = ports_text(ports_of(lab.topology.hosts[0]))
    command = [sys.executable, "-m", "tests.told", technique.value, ports, ADDRESS[family]]
    done = lab.run(command, check=True, cwd=Path(__file__).parents[2])
    found = json.loads(done.stdout)
    assert not found["error"]
    [view] = found["ports"].values()
    return {int(port): (PortState(state), Reason(reason)) for port, (state, reason) in view.items()}


@pytest.fixture(scope="module")
def nmaps_views(lab: RunningLab, peer: Callable[[str], str]) -> dict[tuple[Technique, int], Seen]:
    asked = list(product(SCTP, (4, 6)))
    with ThreadPoolExecutor(len(asked)) as pool:
        return dict(zip(asked, pool.map(lambda job: nmap_sees(peer("nmap"), lab, *job), asked), strict=True))


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", SCTP)
def test_every_verdict_is_nmaps_and_the_truth(
    lab: RunningLab,
    nmaps_views: dict[tuple[Technique, int], Seen],
    technique: Technique,
    family: int,
    seed: int,
) -> None:
    host = lab.topology.hosts[0]
    mine = told(lab, technique, family)
    truth = {port: host.seen_by(technique, port, family) for port in ports_of(host)}
    assert not differences(mine, truth), f"seed {seed}"
    assert not differences(mine, nmaps_views[technique, family]), f"seed {seed}"
