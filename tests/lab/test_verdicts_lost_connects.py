"""Connects whose connection is gone before anybody looks: open where the target agreed, and nowhere else."""

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.namespaces import Link, domain, inside, link
from tests.scans import BRISK, Seen, carried_out, differences, patient, prepared, scanned, seen
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique

OPEN = PortState.OPEN, Reason.SYN_ACK
CLOSED = PortState.CLOSED, Reason.CONN_REFUSED
SILENT = PortState.FILTERED, Reason.NO_RESPONSE
RULES = """
table inet lost {{
 chain pre {{
  type filter hook prerouting priority raw
  {pre}
 }}
 chain in {{
  type filter hook input priority 0
  {rules}
 }}
}}
"""
REJECTS = {
    "tcp reset": {4: CLOSED, 6: CLOSED},
    "icmpx type port-unreachable": dict.fromkeys((4, 6), (PortState.FILTERED, Reason.PORT_UNREACH)),
    "icmpx type admin-prohibited": dict.fromkeys((4, 6), (PortState.FILTERED, Reason.ADMIN_PROHIBITED)),
    "icmpx type host-unreachable": dict.fromkeys((4, 6), (PortState.FILTERED, Reason.HOST_UNREACH)),
    "icmpx type no-route": {
        4: (PortState.FILTERED, Reason.NET_UNREACH),
        6: (PortState.FILTERED, Reason.NO_ROUTE),
    },
}
MANY = 2500
both_families = pytest.mark.parametrize("family", [4, 6])


@pytest.fixture
def fresh(own_namespaces: None) -> Iterator[Link]:
    """A link of its own; the scanner's kernel, too, tells all errors."""
    with link() as made:
        made.at_scanner("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")
        made.at_scanner("sysctl", "-qw", "net.ipv4.icmp_msgs_per_sec=1000000", "net.ipv4.icmp_msgs_burst=1000000")
        yield made


def connected(made: Link, family: int, ports: str) -> Seen:
    """What a connect scan says of these ports of the target."""
    with inside(made.scanner):
        scan = scanned([Link.address[family]], ports, Technique.CONNECT)
    assert not scan.notes
    return seen(scan, Technique.CONNECT)


@both_families
def test_thousands_of_rejects_are_never_open(fresh: Link, way: str, family: int) -> None:
    """On one machine the error comes while connect() still holds its socket, and none of its calls tells of it."""
    truth: Seen = {}
    lines = []
    for number, (reject, told) in enumerate(REJECTS.items()):
        first = 1 + number * MANY
        lines.append(f"tcp dport {first}-{first + MANY - 1} reject with {reject}")
        truth |= dict.fromkeys(range(first, first + MANY), told[family])
    fresh.at_target("nft", "-f", "-", stdin=RULES.format(pre="", rules="\n  ".join(lines)))
    view = connected(fresh, family, f"1-{len(truth)}")
    assert not differences(view, truth)


@pytest.fixture
def resetting() -> Iterator[Callable[[int, set[int]], None]]:
    """Makes listeners that reset what they accept, at once."""
    made: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.close()

    def make(family: int, ports: set[int]) -> None:
        for port in ports:
            listener = socket.create_server(("", port), family=domain(family))
            made.append(listener)
            threading.Thread(target=serve, args=(listener,), daemon=True).start()

    yield make
    for listener in made:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@both_families
def test_every_port_that_resets_what_it_accepts_is_open(
    fresh: Link, way: str, family: int, chance: random.Random, resetting: Callable[[int, set[int]], None]
) -> None:
    ports = set(chance.sample(range(1, 3001), 40))
    with inside(fresh.target):
        resetting(family, ports)
    truth = {port: OPEN if port in ports else CLOSED for port in range(1, 3001)}
    assert not differences(connected(fresh, family, "1-3000"), truth)


@both_families
def test_a_syn_proxy_agrees_for_every_port(fresh: Link, way: str, family: int) -> None:
    """It answers the SYN before it asks the host; where nothing listens, the reset comes after the handshake."""
    fresh.at_target("sysctl", "-qw", "net.ipv4.tcp_syncookies=1", "net.ipv4.tcp_timestamps=1")
    fresh.at_target("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0")
    pre = "tcp dport 100-199 tcp flags & (fin|syn|rst|ack) == syn notrack"
    rules = "tcp dport 100-199 ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm"
    fresh.at_target("nft", "-f", "-", stdin=RULES.format(pre=pre, rules=rules))
    with inside(fresh.target):
        held = [socket.create_server(("", port), family=domain(family)) for port in (110, 210)]
    view = connected(fresh, family, "90-220")
    for sock in held:
        sock.close()
    truth = {port: OPEN if 100 <= port < 200 or port == 210 else CLOSED for port in range(90, 221)}
    assert not differences(view, truth)


@both_families
@pytest.mark.parametrize("abort", [0, 1])
def test_a_full_backlog_is_silent_and_never_closed(fresh: Link, way: str, family: int, abort: int) -> None:
    """Linux drops the SYN, or with tcp_abort_on_overflow resets what it already agreed to."""
    fresh.at_target("sysctl", "-qw", f"net.ipv4.tcp_abort_on_overflow={abort}")
    with inside(fresh.target):
        full = socket.create_server(("", 50), family=domain(family), backlog=1)
        roomy = socket.create_server(("", 51), family=domain(family), backlog=64)
    waiting = []
    with inside(fresh.scanner), full, roomy:
        for _ in range(4):
            sock = socket.socket(domain(family), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            sock.connect_ex((Link.address[family], 50))
            waiting.append(sock)
        view = connected(fresh, family, "49-52")
    for sock in waiting:
        sock.close()
    assert view.pop(50) in (OPEN, SILENT)
    assert view == {49: CLOSED, 51: OPEN, 52: CLOSED}


@both_families
@pytest.mark.parametrize("reject", ["icmpx type port-unreachable", "icmpx type admin-prohibited"])
def test_the_own_firewalls_reject_is_no_state_and_no_hosts_end(fresh: Link, way: str, family: int, reject: str) -> None:
    """The error bears an own address: it is this machine's, and tells nothing of the host."""
    table = RULES.format(pre="", rules=f"meta l4proto tcp reject with {reject}").replace("input", "output")
    fresh.at_scanner("nft", "-f", "-", stdin=table)
    with inside(fresh.scanner):
        scan = prepared([Link.address[family]], "1-50", Technique.CONNECT, timing=patient(BRISK, max_retries=1))
        worker = carried_out(scan)
    assert "firewall" in f"{worker.error} {scan.notes}"
    assert scan.hosts.state[0] != HostState.DOWN
    assert not scan.ledger.state.any()


@both_families
def test_what_the_own_firewall_lets_out_has_its_verdicts(fresh: Link, way: str, family: int) -> None:
    table = RULES.format(pre="", rules="tcp dport 20-29 reject")
    fresh.at_scanner("nft", "-f", "-", stdin=table.replace("input", "output"))
    with inside(fresh.target):
        held = socket.create_server(("", 35), family=domain(family))
    with inside(fresh.scanner), held:
        scan = scanned([Link.address[family]], "10-39", Technique.CONNECT)
    view = seen(scan, Technique.CONNECT)
    untold = (PortState.UNTRIED, Reason.NONE)
    truth = {port: untold if 20 <= port < 30 else OPEN if port == 35 else CLOSED for port in range(10, 40)}
    assert not differences(view, truth)
    assert scan.hosts.state[0] == HostState.UP
    assert "firewall" in " ".join(scan.notes)
