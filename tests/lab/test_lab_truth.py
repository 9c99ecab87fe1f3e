"""The lab is what its truth says: nmap, which knows nothing of it, sees every port so."""

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tui_scan.lab.running import RunningLab, running
from tui_scan.lab.topology import HostSpec, Kind
from tui_scan.model.reasons import Reason
from tui_scan.model.techniques import TCP_AND_UDP, Protocol

_OPTION = {Protocol.TCP: "-sS", Protocol.UDP: "-sU"}
_HOSTS = ("linux.lab", "firewall.lab", "quiet.lab", "router.lab", "inner.lab")

Seen = dict[int, tuple[str, str]]


def nmap_sees(lab: RunningLab, nmap: str, address: str, family: int, protocol: Protocol, ports: Iterable[int]) -> Seen:
    """The state and reason of each port, as nmap reports them."""
    listed = ",".join(map(str, sorted(ports)))
    options = ["-6"] if family == 6 else []
    # With -d2 nmap folds no state into "Not shown", so that each port is there to read.
    options += [_OPTION[protocol], "-n", "-Pn", "-d2", "--reason", "-oX", "-", "-p", listed]
    done = lab.run([nmap, *options, address])
    assert done.returncode == 0, done.stderr
    seen: Seen = {}
    for port in ET.fromstring(done.stdout).iter("port"):
        state = port.find("state")
        assert state is not None
        seen[int(port.attrib["portid"])] = (state.attrib["state"], state.attrib["reason"])
    return seen


def said(host: HostSpec, protocol: Protocol, ports: Iterable[int], family: int) -> Seen:
    """The truth in nmap's words."""
    expected = {port: host.expected(protocol, port, family) for port in ports}
    return {port: (state.label, reason.label) for port, (state, reason) in expected.items()}


def some_ports(host: HostSpec, protocol: Protocol, chance: random.Random) -> set[int]:
    """All ports that the description names, and some that it does not.

    Of UDP only two others: a kernel that limits its ICMP errors tells six at once, then one a second.
    """
    others = chance.sample(range(1, 65536), 40 if protocol is Protocol.TCP else 2)
    return {*host.named_ports(protocol), *others}


def look(
    lab: RunningLab, nmap: str, jobs: Sequence[tuple[HostSpec, int]], chance: random.Random
) -> dict[tuple[str, Protocol, int], tuple[Seen, Seen]]:
    """What nmap sees of each host in a family, and the truth of it.

    nmap mostly waits, so all jobs run at once; but one host's protocols run one after the other, since they
    share its limit of ICMP errors.
    """
    chosen = {(host.name, protocol): some_ports(host, protocol, chance) for host, _ in jobs for protocol in TCP_AND_UDP}
    found = {}

    def run(job: tuple[HostSpec, int]) -> None:
        host, family = job
        address = next(str(own.ip) for own in host.addresses if own.version == family)
        for protocol in TCP_AND_UDP:
            ports = chosen[host.name, protocol]
            seen = nmap_sees(lab, nmap, address, family, protocol, ports)
            found[host.name, protocol, family] = (seen, said(host, protocol, ports, family))

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(run, jobs))
    return found


@pytest.fixture(scope="module")
def sight(
    namespaces: None, peer: Callable[[str], str], seed: int
) -> dict[tuple[str, Protocol, int], tuple[Seen, Seen]]:
    """In a lab of its own, whose kernels have spent nothing of their budgets of ICMP errors."""
    print(f"TUI_SCAN_SEED={seed}")
    with running() as lab:
        jobs = [(lab.topology.host(name), family) for name in _HOSTS for family in (4, 6)]
        return look(lab, peer("nmap"), jobs, random.Random(seed))


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("protocol", TCP_AND_UDP)
@pytest.mark.parametrize("name", _HOSTS)
def test_nmap_sees_the_truth(
    sight: dict[tuple[str, Protocol, int], tuple[Seen, Seen]], name: str, protocol: Protocol, family: int
) -> None:
    seen, truth = sight[name, protocol, family]
    assert seen == truth


@pytest.mark.parametrize("family", [4, 6])
def test_the_lossy_host_is_seen_right_when_asked_again(
    lab: RunningLab, peer: Callable[[str], str], family: int
) -> None:
    host = lab.topology.host("slow.lab")
    address = next(str(own.ip) for own in host.addresses if own.version == family)
    for protocol in TCP_AND_UDP:
        left = set(host.named_ports(protocol))
        for _ in range(4):
            truth = said(host, protocol, left, family)
            seen = nmap_sees(lab, peer("nmap"), address, family, protocol, left)
            wrong = {port for port in left if seen[port] != truth[port]}
            silent = Reason.NO_RESPONSE.label
            assert all(seen[port][1] == silent for port in wrong), (seen, truth)
            left = wrong
            if not left:
                break
        assert not left


def test_every_port_of_the_real_host(lab: RunningLab, peer: Callable[[str], str]) -> None:
    host = lab.topology.host("linux.lab")
    address = str(host.addresses[0].ip)
    done = lab.run([peer("nmap"), "-sS", "-n", "-Pn", "-T4", "-p-", "-oX", "-", address])
    document = ET.fromstring(done.stdout)
    found = {
        int(port.attrib["portid"])
        for port in document.iter("port")
        if (state := port.find("state")) is not None and state.attrib["state"] == "open"
    }
    closed = sum(int(entry.attrib["count"]) for entry in document.iter("extraports") if entry.get("state") == "closed")
    assert found == set(host.service(Protocol.TCP).open)
    assert closed == 65535 - len(found)


def _random_topology(chance: random.Random) -> str:
    """A topology with a real and a simulated host whose rules are drawn by lot."""
    common = ["drop", "admin-prohibited", "host-unreachable", "no-route", "port-unreachable"]
    # nmap ignores ICMPv6 time exceeded, so IPv6 has another code where IPv4 has that one.
    custom = ["icmp 3/9 icmp6 1/6", "icmp 3/10 icmp6 1/2", "icmp 3/2 icmp6 1/5", "icmp 11/0 icmp6 1/5"]
    parts = ['[scanner]\naddresses = ["10.78.0.1/24", "fd78::1/64"]\n']
    for number, kind in enumerate((Kind.REAL, Kind.SIMULATED), 2):
        parts.append(f'[[host]]\nname = "h{number}"\nkind = "{kind}"\n')
        parts.append(f'addresses = ["10.78.0.{number}/24", "fd78::{number}/64"]\n')
        parts += ['icmp_limit = "none"\n'] if kind is Kind.REAL else ["latency_ms = 5\njitter_ms = 5\n"]
        ports = chance.sample(range(1, 65536), 60)
        for protocol in TCP_AND_UDP:
            open_ports = ",".join(map(str, chance.sample(ports, 12)))
            parts.append(f'{protocol} = {{ open = "{open_ports}" }}\n')
        parts.append("rules = [\n")
        for port in chance.sample(ports, 30):
            protocol = chance.choice(TCP_AND_UDP)
            answers = common + (custom if kind is Kind.SIMULATED else [])
            answers += ["reset"] if protocol is Protocol.TCP else []
            parts.append(f'{{ protocol = "{protocol}", ports = "{port}", answer = "{chance.choice(answers)}" }},\n')
        parts.append("]\n")
    return "".join(parts)


def test_random_hosts_are_what_they_are_described_as(
    namespaces: None, peer: Callable[[str], str], chance: random.Random, tmp_path: Path
) -> None:
    file = tmp_path / "random.toml"
    file.write_text(_random_topology(chance))
    with running(file) as lab:
        jobs = [(host, family) for host in lab.topology.hosts for family in (4, 6)]
        found = look(lab, peer("nmap"), jobs, chance)
    assert len(found) == 8
    for place, (seen, truth) in found.items():
        assert seen == truth, place
