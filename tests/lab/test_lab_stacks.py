"""Simulated TCP stacks: by every scan type, nmap sees of each what the lab's truth says."""

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from tests.scans import ports_text
from tui_scan.lab.running import RunningLab, running
from tui_scan.lab.tcp_stacks import TcpStack
from tui_scan.lab.topology import HostSpec
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

TCP = [t for t, info in TECHNIQUES.items() if info.protocol is Protocol.TCP and info.needs_raw and not info.third_party]
Seen = dict[str, dict[int, tuple[str, str]]]


def topology(chance: random.Random) -> str:
    """A host of each stack, with ports by lot."""
    parts = ['[scanner]\naddresses = ["10.79.0.1/24", "fd79::1/64"]\n']
    for number, stack in enumerate(TcpStack, 2):
        ports = chance.sample(range(1, 65536), 16)
        parts.append(f'[[host]]\nname = "{stack}.lab"\nkind = "simulated"\nstack = "{stack}"\n')
        parts.append(f'addresses = ["10.79.0.{number}/24", "fd79::{number}/64"]\n')
        parts.append(f'tcp = {{ open = "{",".join(map(str, ports[:10]))}" }}\nrules = [\n')
        answers = ("drop", "reset", "admin-prohibited", "closed")
        parts += [f'{{ protocol = "tcp", ports = "{p}", answer = "{chance.choice(answers)}" }},\n' for p in ports[8:]]
        parts.append("]\n")
    return "".join(parts)


def nmap_sees(lab: RunningLab, nmap: str, technique: Technique, family: int, ports: set[int]) -> Seen:
    """State and reason of each port by address."""
    targets = [str(own.ip) for host in lab.topology.hosts for own in host.addresses if own.version == family]
    options = ["-n", "-Pn", "-T4", "-d2", "-oX", "-", *(["-6"] if family == 6 else []), "-p", ports_text(ports)]
    done = lab.run([nmap, "--privileged", TECHNIQUES[technique].option, *options, *targets])
    assert done.returncode == 0, done.stderr
    seen: Seen = {}
    for host in ET.fromstring(done.stdout).iter("host"):
        [address] = [entry.attrib["addr"] for entry in host.iter("address") if entry.attrib["addrtype"] != "mac"]
        states = ((port, state) for port in host.iter("port") for state in port.iter("state"))
        seen[address] = {int(p.attrib["portid"]): (s.attrib["state"], s.attrib["reason"]) for p, s in states}
    return seen


def truth(host: HostSpec, technique: Technique, family: int, ports: set[int]) -> dict[int, tuple[str, str]]:
    """The same in the lab's words."""
    said = {port: host.seen_by(technique, port, family) for port in ports}
    return {port: (state.label, reason.label) for port, (state, reason) in said.items()}


def test_nmap_sees_each_stack_by_every_scan_type(
    namespaces: None, peer: Callable[[str], str], chance: random.Random, tmp_path: Path
) -> None:
    file = tmp_path / "stacks.toml"
    file.write_text(topology(chance))
    nmap = peer("nmap")
    with running(file) as lab:
        named = {port for host in lab.topology.hosts for port in host.named_ports(Protocol.TCP)}
        ports = {*named, *chance.sample(range(1, 65536), 10)}
        jobs = list(product(TCP, (4, 6)))
        with ThreadPoolExecutor(4) as pool:
            views = list(pool.map(lambda job: nmap_sees(lab, nmap, job[0], job[1], ports), jobs))
        for (technique, family), seen in zip(jobs, views, strict=True):
            for host in lab.topology.hosts:
                address = next(str(own.ip) for own in host.addresses if own.version == family)
                assert seen[address] == truth(host, technique, family, ports), (host.name, technique, family)
