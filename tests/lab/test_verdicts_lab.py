"""The engine in the practice lab: every host, by each technique, is what the lab's description says."""

import json
import random
import sys
from pathlib import Path

import pytest

from tests.scans import Seen, differences, ports_text
from tui_scan.lab.running import RunningLab
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique

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


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", list(Technique))
def test_every_host_is_seen_as_it_is(lab: RunningLab, chance: random.Random, technique: Technique, family: int) -> None:
    protocol = TECHNIQUES[technique].protocol
    hosts = {str(own.ip): host for host in lab.topology.hosts for own in host.addresses if own.version == family}
    ports = set(chance.sample(range(1, 65536), OTHERS[protocol.value]))
    for host in hosts.values():
        ports.update(host.named_ports(protocol))
    found = told(lab, technique, ports, [*hosts])
    assert set(found) == set(hosts)
    for address, host in hosts.items():
        truth = {port: host.expected(protocol, port, family) for port in ports}
        if technique is Technique.CONNECT:
            truth = {port: (s, Reason.CONN_REFUSED if r is Reason.RESET else r) for port, (s, r) in truth.items()}
        assert not differences(found[address], truth), host.name
