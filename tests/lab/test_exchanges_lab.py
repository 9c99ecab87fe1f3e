"""In the lab: what an exchange tells is what passed at the target's end, whatever kind of host answers there."""

import json
import random
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import missing
from tests.exchange_truth import check_exchanges
from tests.far_capture import FarCapture, captured_at
from tests.namespaces import inside
from tests.scans import BRISK, carried_out, patient, prepared
from tui_scan.engine.scan import Scan
from tui_scan.lab.obstacles import available
from tui_scan.lab.running import RunningLab, running
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

PATIENT = patient(BRISK, initial_rtt_timeout=150, min_rtt_timeout=150, max_rtt_timeout=200, max_retries=1)
TCP = [t for t, i in TECHNIQUES.items() if i.protocol is Protocol.TCP and i.needs_raw and not i.third_party]
PORTS = {
    Protocol.TCP: {
        "linux.lab": "22-24",
        "firewall.lab": "22-33",
        "slow.lab": "22,79,80,1000,1020-1023",
        "bsd.lab": "22,23,25,111",
        "inner.lab": "22,23,8000,8001,8004",
    },
    Protocol.UDP: {"firewall.lab": "53,123,161,162", "slow.lab": "53,137,1000,1010", "inner.lab": "53,54,161"},
    Protocol.SCTP: {"linux.lab": "2904,2905", "bsd.lab": "2904-2906,5060"},
    Protocol.IP: {"linux.lab": "1,2,6,17,47,58,132", "bsd.lab": "1,2,6,17,47,58,132"},
}
"""By host: ports of every kind that it has."""
PLACES = {"inner.lab": "router.lab"}
"""Where a host's packets are looked at, if not at its own end: those that the router answers never come to it."""


@pytest.fixture(scope="module")
def lab(own_namespaces: None) -> Iterator[RunningLab]:
    if obstacle := available():
        missing(obstacle)
    with running() as made:
        yield made


@pytest.fixture(scope="module")
def places(lab: RunningLab) -> dict[str, tuple[int, str]]:
    """By name of host: a process in its namespace, and its device on the outer link."""
    return {name: (lab.hosts[name], device(lab, name)) for name in {*PORTS[Protocol.TCP], *PLACES.values()}}


def path(pid: int) -> str:
    """The network namespace of a process."""
    return f"/proc/{pid}/ns/net"


def device(lab: RunningLab, name: str) -> str:
    """The interface by which a host is on the outer link; that of a simulated host has no address."""
    links = json.loads(lab.run(["ip", "-j", "addr"], name).stdout)
    ethernet = {str(link["ifname"]): str(link["addr_info"]) for link in links if link["link_type"] == "ether"}
    return next((device for device, told in ethernet.items() if "10.77.0." in told), next(iter(ethernet)))


def addresses(lab: RunningLab, family: int) -> dict[str, str]:
    """One address by name of host."""
    found = {}
    for host in lab.topology.hosts:
        found[host.name] = next(str(one.ip) for one in host.addresses if one.version == family)
    return found


def run(
    lab: RunningLab, family: int, technique: Technique, name: str, place: tuple[int, str]
) -> tuple[Scan, FarCapture]:
    """A scan of a host, and what passed meanwhile at a place: a process in its namespace, and the device."""
    pid, there = place
    with inside(path(lab.pid)):
        ports = PORTS[TECHNIQUES[technique].protocol][name]
        scan = prepared([addresses(lab, family)[name]], ports, technique, timing=PATIENT)
        with captured_at(path(pid), there) as capture:
            worker = carried_out(scan)
    assert worker.error is None
    return scan, capture


def drawn(chance: random.Random) -> Iterator[tuple[Technique, str]]:
    """SYN for all hosts, every other technique for one by lot."""
    for technique in (*TCP, Technique.UDP, Technique.SCTP_INIT, Technique.SCTP_COOKIE_ECHO, Technique.IP_PROTOCOL):
        hosts = [*PORTS[TECHNIQUES[technique].protocol]]
        for name in hosts if technique is Technique.SYN else [chance.choice(hosts)]:
            yield technique, name


@pytest.mark.parametrize("family", [4, 6])
def test_exchanges_with_every_kind_of_host(
    lab: RunningLab,
    places: dict[str, tuple[int, str]],
    peer: Callable[[str], str],
    chance: random.Random,
    family: int,
) -> None:
    seen = []
    for technique, name in drawn(chance):
        seen.append(run(lab, family, technique, name, places[PLACES.get(name, name)]))
    own = next(str(one.ip) for one in lab.topology.scanner if one.version == family)
    routers = frozenset([addresses(lab, family)["router.lab"]])
    least = sum(scan.columns.count for scan, _ in seen)
    assert check_exchanges(seen, peer("tshark"), family, own, routers) > least
