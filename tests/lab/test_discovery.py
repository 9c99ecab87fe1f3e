"""Discovery where it is hard: without privileges, through loss, with a gateway that is gone, stopped half-way."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace

import numpy as np
import pytest

from tests.impaired_wire import Wire
from tests.namespaces import Link, inside, link
from tests.repeated import one_good_run
from tests.scans import BRISK, PATIENCE, carried_out, until, without_raw
from tui_scan.engine.progress import Phase
from tui_scan.engine.routing import Destinations
from tui_scan.engine.scan import Scan, default_techniques, prepare
from tui_scan.engine.transport.lanes import Lanes, LaneSender
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.discovery import PINGS, USUAL, Aim, Asked, Discovery, Ping
from tui_scan.model.errors import LocalError, PrivilegeError, UsageError
from tui_scan.model.packet_form import PacketForm, Way
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES, Timing
from tui_scan.privilege.sockets import OwnSockets
from tui_scan.scope.plan import plan
from tui_scan.services import names

BEHIND = {4: "10.53.0.0/24", 6: "fd53::/64"}


@pytest.fixture(scope="module")
def wire(own_namespaces: None) -> Iterator[Link]:
    with link() as made:
        yield made


def looking(targets: list[str], *asked: Asked, raw: bool = True, timing: Timing = BRISK, near: bool = True) -> Scan:
    """A scan that will look for hosts and not for ports."""
    discovery = Discovery(asked=asked, link=near)
    request = ScanRequest(tuple(targets), aim=Aim.HOSTS, discovery=discovery, timing=timing)
    return prepare(plan(request, names=names, broadcasts=()), default_techniques(request, raw))


def up(scan: Scan) -> dict[str, str]:
    """The reason by address, of hosts that are up."""
    there = [host for host in range(scan.hosts.count) if scan.hosts.state[host] == HostState.UP]
    return {scan.hosts.address(host): Reason(scan.hosts.reason[host]).label for host in there}


@pytest.mark.parametrize("family", [4, 6])
def test_ping_sockets_need_no_privilege(wire: Link, family: int) -> None:
    wire.at_scanner("sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")
    try:
        with inside(wire.scanner), without_raw():
            scan = looking([Link.address[family], Link.absent[family]], Asked(Ping.ECHO), raw=False)
            assert carried_out(scan).phase is Phase.FINISHED
    finally:
        wire.at_scanner("sysctl", "-qw", "net.ipv4.ping_group_range=1 0")
    assert up(scan) == {Link.address[family]: "echo-reply"}
    assert scan.hosts.state[scan.hosts.index(Link.absent[family])] == HostState.DOWN


@pytest.mark.parametrize("ping", [info.ping for info in PINGS.values() if info.needs_raw or info.ping is Ping.ECHO])
def test_a_question_that_needs_a_privilege_says_so(wire: Link, ping: Ping) -> None:
    with inside(wire.scanner), without_raw(), pytest.raises(PrivilegeError, match=PINGS[ping].option):
        looking([Link.address[4]], Asked(ping, 1 if PINGS[ping].usual else 0), raw=False)


@pytest.mark.parametrize("given", [{"techniques": (Technique.SYN,)}, {"ports": "22"}])
@pytest.mark.parametrize("aim", [Aim.HOSTS, Aim.LIST])
def test_ports_and_no_port_scan_contradict_each_other(aim: Aim, given: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="scans no ports"):
        default_techniques(ScanRequest(("10.0.0.1",), aim=aim, **given), raw=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", [True, False])
def test_only_hosts_that_are_up_are_scanned(wire: Link, raw: bool) -> None:
    request = ScanRequest((Link.address[4], Link.absent[4]), ports="1-50", timing=BRISK)
    with inside(wire.scanner), nullcontext() if raw else without_raw():
        techniques = default_techniques(request, raw)
        scan = prepare(plan(request, names=names, broadcasts=()), techniques)
        carried_out(scan)
    there, absent = scan.hosts.index(Link.address[4]), scan.hosts.index(Link.absent[4])
    assert (scan.ledger.state[scan.ledger.row(there)] == PortState.CLOSED).all()
    assert not scan.ledger.tries[scan.ledger.row(absent)].any()
    progress = scan.progress()
    assert (progress.cells, progress.settled) == (50, 50)


@pytest.mark.parametrize("family", [4, 6])
def test_hosts_behind_a_bad_wire_are_all_found(own_namespaces: None, seed: int, family: int) -> None:
    """A fifth of all packets is lost either way, and answers take a while; each host is asked by one question alone."""
    print(f"TUI_SCAN_SEED={seed}")
    with link(Wire(seed, loss=0.2, delay=0.02)) as made:
        made.at_scanner("ip", "route", "add", BEHIND[family], "via", Link.address[family])
        network = "10.53.0.0/27" if family == 4 else "fd53::/123"
        made.at_target("ip", "route", "add", "local", network, "dev", "lo")
        with inside(made.scanner):
            alone = looking([network], Asked(Ping.SYN, 80))
            carried_out(alone)
            usual = looking([network])
            carried_out(usual)
    assert len(up(usual)) == 32, f"seed {seed}"
    assert len(up(alone)) >= 28, f"seed {seed}: of 32 hosts, {len(up(alone))}"


def test_a_gateway_that_is_gone_says_nothing_of_the_hosts_behind_it(wire: Link) -> None:
    wire.at_scanner("ip", "route", "add", "10.54.0.0/24", "via", Link.absent[4])
    try:
        with inside(wire.scanner):
            worker = carried_out(looking(["10.54.0.1-3"], *USUAL))
    finally:
        wire.at_scanner("ip", "route", "del", "10.54.0.0/24")
    assert isinstance(worker.error, LocalError)
    assert "gateway" in str(worker.error)
    assert not worker.scan.hosts.state.any()


@pytest.mark.parametrize("raw", [True, False])
def test_stopped_half_way_it_says_of_no_host_that_it_is_down(wire: Link, raw: bool) -> None:
    patient = replace(TEMPLATES[3], initial_rtt_timeout=9000, max_rtt_timeout=9000)
    with inside(wire.scanner), nullcontext() if raw else without_raw():
        scan = looking([Link.absent[4]], raw=raw, timing=patient, near=False)
        worker = ScanWorker(scan, OwnSockets())
        worker.start()
        assert until(lambda: scan.tally.sent > 0)
        began = time.monotonic()
        worker.stop()
        assert worker.join(PATIENCE)
    assert time.monotonic() - began < 8, "an answer is waited for longer"
    assert worker.phase is Phase.STOPPED
    assert not scan.hosts.state.any()


@one_good_run
def test_a_delay_between_probes_is_kept(wire: Link) -> None:
    """Four questions of which none is answered, 200 ms apart, and each twice."""
    wire.at_target("nft", "add", "table", "inet", "mute")
    wire.at_target("nft", "add", "chain", "inet", "mute", "in", "{ type filter hook input priority 0; }")
    wire.at_target("nft", "add", "rule", "inet", "mute", "in", "meta l4proto { icmp, tcp } drop")
    quick = replace(BRISK, scan_delay=200, initial_rtt_timeout=100, max_rtt_timeout=100)
    try:
        with inside(wire.scanner):
            scan = looking([Link.address[4]], timing=quick, near=False)
            began = time.monotonic()
            carried_out(scan)
            took = time.monotonic() - began
    finally:
        wire.at_target("nft", "delete", "table", "inet", "mute")
    assert scan.tally.sent == 8
    assert 1.4 <= took < 20


@pytest.mark.parametrize("way", [Way.ETHERNET, Way.USUAL])
def test_frames_asked_for_never_become_the_kernels_packets(wire: Link, way: Way) -> None:
    """To a next hop whose link address is not known a frame is refused, and a packet left to the kernel is not."""
    wire.at_scanner("ip", "route", "add", "10.55.0.0/24", "via", "10.99.7.78")
    try:
        with inside(wire.scanner), ExitStack() as stack:
            request = ScanRequest(("10.55.0.9",), packets=PacketForm(way=way))
            hosts = prepare(plan(request, names=names, broadcasts=()), (Technique.SYN,)).hosts
            destinations = stack.enter_context(closing(Destinations(hosts, None, None)))
            destinations.route(0)
            heard = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0))
            lanes = stack.enter_context(closing(Lanes(OwnSockets(), request, destinations, heard, 7)))
            packet = np.frombuffer(bytes.fromhex("4500001400000000400100000a6307010a370009"), np.uint8)[None, :]
            faults = LaneSender(lanes).send(packet, np.zeros(1, np.int64)).faults
    finally:
        wire.at_scanner("ip", "route", "del", "10.55.0.0/24")
    assert bool(faults) == (way is Way.ETHERNET)


@pytest.mark.parametrize("family", [4, 6])
def test_link_addresses_are_known_of_hosts_that_were_asked_otherwise(wire: Link, family: int) -> None:
    told = json.loads(wire.at_target("ip", "-j", "link", "show", "dev", wire.target_device))
    with inside(wire.scanner):
        scan = looking([Link.address[family], Link.own[family]], Asked(Ping.ECHO), near=False)
        carried_out(scan)
    target = scan.hosts.index(Link.address[family])
    assert scan.hosts.macs == {target: told[0]["address"]}


@pytest.mark.parametrize(("typed", "is_told"), [("02", True), ("", True), ("021122334455", False)])
def test_an_ethernet_address_that_was_drawn_is_told(wire: Link, typed: str, is_told: bool) -> None:
    request = ScanRequest((Link.address[4],), aim=Aim.HOSTS, timing=BRISK, packets=PacketForm(mac=typed))
    with inside(wire.scanner):
        scan = prepare(plan(request, names=names, broadcasts=()), default_techniques(request, True))
        seen: list[bytes] = []
        scan.watch = lambda out, packets, _: seen.extend(row[8:14].tobytes() for row in packets if out)
        carried_out(scan)
    assert up(scan) == {Link.address[4]: "arp-response"}
    assert seen
    notes = [note for note in scan.notes if "Ethernet address" in note]
    assert bool(notes) == is_told
    assert not is_told or seen[0].hex(":") in notes[0]
