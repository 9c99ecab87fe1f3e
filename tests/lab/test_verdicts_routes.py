"""What lies between: routers that reject, gateways that are gone, routes that forbid, link-local zones."""

import json
import socket
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.namespaces import Link, inside, link
from tests.scans import PATIENCE, Seen, carried_out, differences, prepared, scanned, seen, until, without_raw
from tui_scan.engine.progress import Phase
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.errors import LocalError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

MODES = [
    (Technique.SYN, True),
    (Technique.CONNECT, True),
    (Technique.CONNECT, False),
    (Technique.UDP, True),
    (Technique.UDP, False),
]
BEHIND = {4: "10.53.0.9", 6: "fd53::9"}
REJECTING = """
table inet between {
 chain on_the_way {
  type filter hook forward priority 0
  meta l4proto { tcp, udp } th dport 1 reject with icmpx type admin-prohibited
  meta l4proto { tcp, udp } th dport 2 reject with icmpx type port-unreachable
  meta l4proto { tcp, udp } th dport 3 reject with icmpx type host-unreachable
  meta l4proto { tcp, udp } th dport 4 reject with icmpx type no-route
  meta l4proto { tcp, udp } drop
 }
}
"""


@pytest.fixture(scope="module")
def routed(own_namespaces: None) -> Iterator[Link]:
    """The target as a router that rejects some ports on the way to a network that swallows the rest."""
    with link() as made:
        made.at_target("nft", "-f", "-", stdin=REJECTING)
        made.at_target("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
        made.at_target("ip", "link", "add", "behind", "type", "veth", "peer", "name", "beyond")
        made.at_target("ip", "link", "set", "beyond", "up")
        made.at_target("ip", "link", "set", "behind", "up")
        for network, family in (("10.53.0.0/24", 4), ("fd53::/64", 6)):
            made.at_target("ip", "route", "add", network, "dev", "behind")
            made.at_scanner("ip", "route", "add", network, "via", Link.address[family])
        made.at_scanner("ip", "route", "add", "10.54.0.0/24", "via", Link.absent[4])
        for kind, network in (("prohibit", "10.50"), ("blackhole", "10.51"), ("unreachable", "10.52")):
            made.at_scanner("ip", "route", "add", kind, f"{network}.0.0/24")
        yield made


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_a_router_that_rejects_is_named(routed: Link, technique: Technique, raw: bool, family: int) -> None:
    """Its port unreachable does not speak for the target: the port is filtered, whatever the technique."""
    with inside(routed.scanner), nullcontext() if raw else without_raw():
        scan = scanned([BEHIND[family]], "1-5", technique)
    silence = PortState.OPEN_FILTERED if technique is Technique.UDP else PortState.FILTERED
    truth: Seen = {
        1: (PortState.FILTERED, Reason.ADMIN_PROHIBITED),
        2: (PortState.FILTERED, Reason.PORT_UNREACH),
        3: (PortState.FILTERED, Reason.HOST_UNREACH),
        4: (PortState.FILTERED, Reason.NET_UNREACH if family == 4 else Reason.NO_ROUTE),
        5: (silence, Reason.NO_RESPONSE),
    }
    assert not differences(seen(scan, technique), truth)
    assert [scan.verdict(0, column).sender for column in range(5)] == [Link.address[family]] * 4 + [None]
    assert scan.hosts.state[0] == HostState.UNKNOWN


@pytest.mark.parametrize("target", ["10.50.0.1", "10.51.0.1", "10.52.0.1"])
@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_a_route_that_forbids_is_told(routed: Link, technique: Technique, raw: bool, target: str) -> None:
    with inside(routed.scanner), nullcontext() if raw else without_raw():
        scan = prepared([target], "1-5", technique)
        worker = carried_out(scan)
    assert worker.phase is Phase.FAILED
    assert isinstance(worker.error, LocalError)
    assert target in str(worker.error)
    assert not scan.ledger.state.any()


def test_a_gateway_that_is_gone_gives_no_state(routed: Link) -> None:
    """All ways of scanning at once, for each waits for the kernel to give up on the neighbour."""
    workers = []
    for technique, raw in MODES:
        with inside(routed.scanner), nullcontext() if raw else without_raw():
            worker = ScanWorker(prepared(["10.54.0.1"], "1-5", technique), OwnSockets())
            worker.start()
            workers.append(worker)
    for worker in workers:
        assert worker.join(3 * PATIENCE)
        assert worker.error or worker.scan.notes
        assert not worker.scan.ledger.state.any()


@pytest.mark.parametrize("family", [4, 6])
def test_an_interface_without_arp_asks_for_no_neighbour(own_namespaces: None, family: int) -> None:
    """As on ipvlan, or after ``arp off``: frames go to the own address, which the other end shares here."""
    closed = {Technique.SYN: Reason.RESET, Technique.CONNECT: Reason.CONN_REFUSED, Technique.UDP: Reason.PORT_UNREACH}
    with link() as made:
        shared = ("address", "02:00:00:00:00:07", "arp", "off")
        made.at_scanner("ip", "link", "set", made.scanner_device, *shared)
        made.at_target("ip", "link", "set", made.target_device, *shared)
        for technique, raw in MODES:
            with inside(made.scanner), nullcontext() if raw else without_raw():
                scan = scanned([Link.address[family]], "1-5", technique)
            truth = dict.fromkeys(range(1, 6), (PortState.CLOSED, closed[technique]))
            assert not differences(seen(scan, technique), truth), f"{technique} {raw}"
            assert scan.hosts.state[0] == HostState.UP


@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_a_link_local_target_in_its_zone(routed: Link, technique: Technique, raw: bool) -> None:
    def ready() -> list[str]:
        """The target's link-local address, once duplicate detection is through with it."""
        told = json.loads(routed.at_target("ip", "-j", "-6", "addr", "show", "dev", routed.target_device))
        entries = [entry for entry in told[0]["addr_info"] if entry["scope"] == "link"]
        return [entry["local"] for entry in entries if not entry.get("tentative")]

    assert until(ready)
    target = f"{ready()[0]}%{routed.scanner_device}"
    with inside(routed.target):
        listening = socket.create_server(("::", 22), family=socket.AF_INET6)
    with listening, inside(routed.scanner), nullcontext() if raw else without_raw():
        scan = scanned([target], "20-25", technique)
    closed = {
        Technique.SYN: (PortState.CLOSED, Reason.RESET),
        Technique.CONNECT: (PortState.CLOSED, Reason.CONN_REFUSED),
        Technique.UDP: (PortState.CLOSED, Reason.PORT_UNREACH),
    }
    truth: Seen = dict.fromkeys(range(20, 26), closed[technique])
    if technique is not Technique.UDP:
        truth[22] = PortState.OPEN, Reason.SYN_ACK
    assert not differences(seen(scan, technique), truth)
    assert scan.hosts.address(0) == target
    assert scan.hosts.state[0] == HostState.UP
