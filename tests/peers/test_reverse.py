"""This machine as another host sees it over ssh, beside nmap run on that host and beside the truth."""

import random
from collections.abc import Callable, Iterator

import pytest

from tests.namespaces import inside
from tests.peers.test_nmap_verdicts import REJECTED, nmap_sees
from tests.scans import Seen, differences
from tests.ssh_server import SshServer, ssh_server
from tests.target_world import Kind, World
from tui_scan.local.reverse import ReverseVerdict, probe_from
from tui_scan.model.errors import LocalError, UsageError
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique

TECHNIQUES = {Protocol.TCP: Technique.CONNECT, Protocol.UDP: Technique.UDP}
SILENT = (Kind.DROP, Kind.MUTE)


@pytest.fixture(scope="module")
def vantage(random_world: World) -> Iterator[SshServer]:
    """The scanner's side of the link as an ssh host; this machine is the target's side."""
    with ssh_server(random_world.link, at=random_world.link.scanner) as server:
        yield server


def told(verdicts: tuple[ReverseVerdict, ...], address: str, protocol: Protocol) -> Seen:
    return {v.port: (v.state, v.reason) for v in verdicts if (v.address, v.protocol) == (address, protocol)}


def few_silent(world: World, count: int, chance: random.Random) -> set[int]:
    """UDP ports of every kind, one of them silent: each silent one takes a second by right."""
    kinds = world.kinds["udp"]
    loud = chance.sample(sorted(port for port, kind in kinds.items() if kind not in SILENT), count)
    silent = chance.choice(sorted(port for port, kind in kinds.items() if kind in SILENT))
    return {*loud, silent, *(chance.sample(sorted({*range(1, 65536)} - kinds.keys()), 8))}


def test_verdicts_from_there_are_those_of_nmap_there(
    random_world: World, vantage: SshServer, peer: Callable[[str], str]
) -> None:
    world, nmap = random_world, peer("nmap")
    chance = random.Random(world.seed ^ 11)
    tcp = {*chance.sample(sorted(world.kinds["tcp"]), 60), *chance.sample(range(1, 65536), 20)}
    ports = {Protocol.TCP: tcp, Protocol.UDP: few_silent(world, 30, chance)}
    asked = [(protocol, port) for protocol, some in ports.items() for port in some]
    with inside(world.link.target):
        verdicts = probe_from(vantage.host, world.link.address.values(), asked, vantage.command)
    for family, address in world.link.address.items():
        for protocol, technique in TECHNIQUES.items():
            mine = told(verdicts, address, protocol)
            truth = world.truth(technique, family, ports[protocol])
            assert not differences(mine, truth), f"{address} {protocol}, seed {world.seed}"
        theirs = nmap_sees(nmap, world, Technique.CONNECT, family, tcp)
        # nmap's connect() cannot tell a REJECT from a RST, its SYN scan can.
        rejected = {port for port in tcp if world.kinds["tcp"].get(port) in REJECTED}
        theirs |= nmap_sees(nmap, world, Technique.SYN, family, rejected)
        assert not differences(told(verdicts, address, Protocol.TCP), theirs), f"{address}, seed {world.seed}"
    assert {v.source for v in verdicts} == set(world.link.own.values())
    assert not any(v.own or v.problem for v in verdicts)


def test_a_host_that_is_this_machine_is_said_to_be_so(random_world: World, vantage: SshServer) -> None:
    closed = next(port for port in range(1, 65536) if port not in random_world.kinds["tcp"])
    with inside(random_world.link.scanner):
        (verdict,) = probe_from(vantage.host, [vantage.host], [(Protocol.TCP, closed)], vantage.command)
    assert (verdict.state, verdict.own) == (PortState.CLOSED, True)


def test_an_address_that_its_own_kernel_cannot_reach_gets_no_verdict(random_world: World, vantage: SshServer) -> None:
    link = random_world.link
    port = next(port for port, kind in random_world.kinds["tcp"].items() if kind is Kind.OPEN)
    link.at_target("ip", "addr", "add", "10.99.200.9/32", "dev", link.target_device)
    link.at_scanner("ip", "route", "add", "unreachable", "10.99.200.9/32")
    try:
        with inside(link.target):
            (verdict,) = probe_from(vantage.host, ["10.99.200.9"], [(Protocol.TCP, port)], vantage.command)
    finally:
        link.at_target("ip", "addr", "del", "10.99.200.9/32", "dev", link.target_device)
        link.at_scanner("ip", "route", "del", "unreachable", "10.99.200.9/32")
    assert verdict.state is PortState.UNTRIED
    assert "could not ask" in verdict.problem


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("10.99.7.1", "no address of this machine"),
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("web1", "no IP address"),
    ],
)
def test_only_this_machine_is_ever_probed(random_world: World, vantage: SshServer, address: str, why: str) -> None:
    with inside(random_world.link.target), pytest.raises(UsageError, match=why):
        probe_from(vantage.host, [address], [(Protocol.TCP, 1)], vantage.command)


def test_without_python_there_a_sentence_says_so(random_world: World) -> None:
    link = random_world.link
    with (
        ssh_server(link, at=link.scanner, port=2223, more="SetEnv PATH=/nowhere") as bare,
        inside(link.target),
        pytest.raises(LocalError, match=r"Python 3\.6 or later"),
    ):
        probe_from(bare.host, [link.address[4]], [(Protocol.TCP, 1)], bare.command)
