"""Which hosts are up, and why, beside nmap and beside the truth: among 256 addresses, and by each question alone."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest

from tests.discovery_world import DiscoveryWorld, Manner, discovery_world
from tests.namespaces import inside
from tests.scans import BRISK, carried_out, without_raw
from tui_scan.engine.scan import Scan, default_techniques, prepare
from tui_scan.model.discovery import Aim, Discovery
from tui_scan.model.reasons import Reason
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.states import HostState
from tui_scan.model.timing import Timing
from tui_scan.options.pings import PING_OPTIONS
from tui_scan.options.reading import add_groups, fill
from tui_scan.scope.plan import plan
from tui_scan.services import names

Hosts = dict[str, str]
"""The reason by address, of hosts that are up."""

SEVERAL = {
    Manner.PLAIN: {"echo-reply", "reset", "timestamp-reply"},
    Manner.NO_ECHO: {"reset", "timestamp-reply"},
    Manner.NO_TCP: {"echo-reply", "timestamp-reply"},
    Manner.OPEN: {"syn-ack", "reset"},
}
"""The answers that hosts give to the usual questions, where these are several."""
SEEMS_DOWN = (Manner.HOST, Manner.ADMIN)
QUICK = replace(BRISK, initial_rtt_timeout=200, max_rtt_timeout=200, max_retries=1)
NMAP_QUICK = ("--initial-rtt-timeout", "200ms", "--max-rtt-timeout", "200ms", "--max-retries", "1")
ALONE = ["-PE", "-PP", "-PS", "-PS22,443", "-PA", "-PU", "-PY", "-PO", "-PO2", "-PO4,6", "-PO17"]


@pytest.fixture(scope="module")
def world(own_namespaces: None, seed: int) -> Iterator[DiscoveryWorld]:
    with discovery_world(seed) as made:
        yield made


def discovery_of(words: list[str]) -> Discovery:
    """What the options say, read as the command line reads them."""
    from tui_scan.cli.parser import Parser

    parser = Parser(allow_abbrev=False)
    add_groups(parser, [PING_OPTIONS])
    found = parser.read(words)
    assert found is not None
    return fill(ScanRequest(), found, [PING_OPTIONS]).discovery


def found(targets: list[str], words: list[str] | None = None, *, raw: bool = True, timing: Timing = BRISK) -> Hosts:
    """The hosts that are up as this program finds them, in the thread's namespace."""
    request = ScanRequest(
        tuple(targets), aim=Aim.HOSTS, discovery=discovery_of(words or []), timing=timing, resolve=Resolve.NEVER
    )
    with nullcontext() if raw else without_raw():
        scan = prepare(plan(request, names=names, broadcasts=()), default_techniques(request, raw))
        worker = carried_out(scan)
    if worker.error:
        raise worker.error
    return up_of(scan)


def up_of(scan: Scan) -> Hosts:
    up = [host for host in range(scan.hosts.count) if scan.hosts.state[host] == HostState.UP]
    unknown = [scan.hosts.address(host) for host in range(scan.hosts.count) if not scan.hosts.state[host]]
    assert set(unknown) <= {"10.99.7.0", "10.99.7.255"}, "to the link's own broadcast address no connect() is possible"
    return {scan.hosts.address(host): Reason(scan.hosts.reason[host]).label for host in up}


def nmap_finds(nmap: str, world: DiscoveryWorld, targets: list[str], *options: str) -> Hosts:
    six = ["-6"] if ":" in targets[0] else []
    told = world.link.at_scanner(nmap, "-sn", "-n", "-T4", *six, *options, "-oX", "-", *targets)
    hosts = {}
    for host in ET.fromstring(told).iter("host"):
        status, address = host.find("status"), host.find("address")
        assert status is not None
        assert address is not None
        if status.attrib["state"] == "up":
            hosts[address.attrib["addr"]] = status.attrib["reason"]
    return hosts


def truth(world: DiscoveryWorld, place: str, family: int, raw: bool) -> set[str]:
    """Who is up by the usual questions: on the link everybody, for no firewall keeps ARP and ND away."""
    hosts = set(world.up[(place, family)])
    if not (place == "link" and raw):
        silent = {*SEEMS_DOWN, *(() if raw else (Manner.NO_TCP,))}
        hosts = {address for address in hosts if world.up[(place, family)][address] not in silent}
    own: dict[str, dict[int, tuple[str, ...]]] = {
        "link": {4: ("10.99.7.1", "10.99.7.2"), 6: ("fd99:7::1", "fd99:7::2")},
        "far": {4: ("10.97.5.1",), 6: ("fd97:5::1",)},
    }
    # As a router the target also has the anycast address of the network (RFC 4291 §2.6.1).
    anycast = {"fd99:7::"} if (place, family, raw) == ("link", 6, True) else set()
    return hosts | set(own[place][family]) | anycast


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("place", ["link", "far"])
def test_the_same_hosts_for_the_same_reasons(
    world: DiscoveryWorld, peer: Callable[[str], str], place: str, family: int, raw: bool
) -> None:
    targets = [world.network(place, family)]
    with inside(world.link.scanner):
        mine = found(targets, raw=raw)
    theirs = nmap_finds(peer("nmap"), world, targets, *([] if raw else ["--unprivileged"]))
    assert set(mine) == truth(world, place, family, raw), f"seed {world.seed}"
    if not raw:
        # nmap's connect() cannot tell a REJECT from a RST; the error queue can.
        refused = {address for address, manner in world.up[(place, family)].items() if manner is Manner.PORT}
        assert {mine.pop(address) for address in refused} == {"port-unreach"}
        theirs = {address: reason for address, reason in theirs.items() if address not in refused}
    assert set(mine) == set(theirs), f"seed {world.seed}"
    for address, reason in mine.items():
        # Which of several answers comes first is chance, for the router may drop the first questions.
        possible = SEVERAL.get(world.up[(place, family)].get(address, Manner.PLAIN), set())
        assert reason == theirs[address] or {reason, theirs[address]} <= possible, f"seed {world.seed}: {address}"


@pytest.mark.parametrize(
    ("family", "options"), [(family, one) for family in (4, 6) for one in ALONE if (family, one) != (6, "-PP")]
)
def test_each_question_alone(world: DiscoveryWorld, peer: Callable[[str], str], family: int, options: str) -> None:
    up = world.up[("far", family)]
    one_each = {manner: address for address, manner in up.items()}
    targets = sorted(one_each.values())
    with inside(world.link.scanner):
        mine = found(targets, [options], timing=QUICK)
    theirs = nmap_finds(peer("nmap"), world, targets, options, *NMAP_QUICK)
    assert mine == theirs, f"seed {world.seed}"


@pytest.mark.parametrize("family", [4, 6])
def test_the_link_asked_like_all_others(world: DiscoveryWorld, peer: Callable[[str], str], family: int) -> None:
    up = world.up[("link", family)]
    targets = sorted(up)
    with inside(world.link.scanner):
        mine = found(targets, ["--disable-arp-ping"])
    assert mine == nmap_finds(peer("nmap"), world, targets, "--disable-arp-ping")
    assert set(mine) == {address for address, manner in up.items() if manner not in SEEMS_DOWN}
