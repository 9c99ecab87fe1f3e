"""The engine in the practice lab: every host, by each technique, is what the lab's description says."""

import json
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.scans import Seen, differences, ports_text
from tui_scan.lab.answers import CLOSED
from tui_scan.lab.running import RunningLab
from tui_scan.lab.topology import HostSpec
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TCP_AND_UDP, TECHNIQUES, Protocol, Technique

STRAYS = (Technique.ACK, Technique.WINDOW, Technique.MAIMON, Technique.NULL, Technique.FIN, Technique.XMAS)
"""Scan types whose probes belong to no connection."""
OTHERS = {"tcp": 200, "udp": 2}
"""Ports besides those described; a host that limits its ICMP errors makes each of UDP's cost a second."""


def told(lab: RunningLab, technique: Technique, ports: set[int], targets: list[str]) -> dict[str, Seen]:
    """State and reason by target and port, of one scan in the lab's scanner namespace."""
    command = [sys.executable, "-m", "tests.told", technique.value, ports_text(ports), *targets]
    done = lab.run(command, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert not said["error"]
    return {
        address: {int(port): (PortState(state), Reason(reason)) for port, (state, reason) in view.items()}
        for address, view in said["ports"].items()
    }


def scans_of(hosts: dict[str, HostSpec], protocol: Protocol, others: set[int]) -> list[tuple[set[int], list[str]]]:
    """Ports and targets of each scan: everything at once, but a host that tells one closed port a second by itself."""
    named = {address: host.named_ports(protocol) for address, host in hosts.items()}
    tight = [a for a, host in hosts.items() if not host.icmp_unlimited and host.service(protocol).default is CLOSED]
    if protocol is Protocol.TCP:
        tight = []
    loose = [address for address in hosts if address not in tight]
    return [(others.union(*(named[address] for address in group)), group) for group in (loose, tight) if group]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(
    "technique",
    [t for t, info in TECHNIQUES.items() if t not in STRAYS and info.protocol in TCP_AND_UDP and not info.third_party],
)
def test_every_host_is_seen_as_it_is(
    fresh_lab: RunningLab, chance: random.Random, technique: Technique, family: int
) -> None:
    """Each in a lab of its own, for the reasons come with ICMP errors, and a kernel has few of them to give."""
    lab, protocol = fresh_lab, TECHNIQUES[technique].protocol
    hosts = {str(own.ip): host for host in lab.topology.hosts for own in host.addresses if own.version == family}
    others = set(chance.sample(range(1, 65536), OTHERS[protocol.value]))
    scans = scans_of(hosts, protocol, others)
    with ThreadPoolExecutor(len(scans)) as pool:
        views = pool.map(lambda scan: told(lab, technique, *scan), scans)
    for (ports, targets), found in zip(scans, views, strict=True):
        assert set(found) == set(targets)
        for address in targets:
            truth = {port: hosts[address].seen_by(technique, port, family) for port in ports}
            assert not differences(found[address], truth), hosts[address].name


@pytest.mark.parametrize("family", [4, 6])
def test_every_host_by_stray_segments(fresh_lab: RunningLab, chance: random.Random, family: int) -> None:
    """Half of the types by IPv4, the others by IPv6; the host that limits its ICMP errors is in one scan only."""
    hosts = {str(own.ip): host for host in fresh_lab.topology.hosts for own in host.addresses if own.version == family}
    drawn = chance.sample(STRAYS, len(STRAYS))
    mine = drawn[::2] if family == 4 else drawn[1::2]
    for technique in mine:
        group = [a for a, host in hosts.items() if technique is mine[0] or host.name != "firewall.lab"]
        ports = {*chance.sample(range(1, 65536), 60), *(p for a in group for p in hosts[a].named_ports(Protocol.TCP))}
        found = told(fresh_lab, technique, ports, group)
        for address in group:
            truth = {port: hosts[address].seen_by(technique, port, family) for port in ports}
            assert not differences(found[address], truth), (technique, hosts[address].name)
