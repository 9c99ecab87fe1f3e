"""The matrix names the kind of filter before each port, and never one that the answers do not prove."""

import json
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from tests.filter_world import MATCHES, filter_world
from tests.namespaces import Link, domain, inside, link
from tests.scans import BRISK, PATIENCE, patient, until, without_raw
from tui_scan.engine.matrix import TYPES, Matrix, MatrixWorker, matrix_plan, prepare_matrix
from tui_scan.engine.progress import Phase
from tui_scan.exchange.filters import Kind
from tui_scan.exchange.matrix import HostFinding, finding
from tui_scan.lab.running import RunningLab
from tui_scan.model.discovery import NO_DISCOVERY, Discovery
from tui_scan.model.packet_form import AS_USUAL, PacketForm
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import Timing
from tui_scan.privilege.sockets import OwnSockets
from tui_scan.scope.plan import plan
from tui_scan.services import names

DRAWS = 10
_SYN = "tcp flags & (fin|syn|rst|ack) == syn"
_REJECTS = (
    ("icmp type port-unreachable", "icmpv6 type port-unreachable"),
    ("icmp type admin-prohibited", "icmpv6 type admin-prohibited"),
    ("icmp type host-prohibited", "icmpv6 type policy-fail"),
    ("icmp type host-unreachable", "icmpv6 type addr-unreachable"),
    ("icmp type net-unreachable", "icmpv6 type no-route"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A way to filter one port. ``rules`` are nft's, after ``tcp dport N``; with ``loose`` strays count as new.

    ``opened`` and ``closed`` are the kinds that a matrix must find where a program listens, and where none does.
    """

    name: str
    rules: tuple[str, ...]
    opened: Kind
    closed: Kind
    loose: tuple[int, ...] = (0, 1)


def _rejecting(four: str, six: str) -> Setting:
    rules = (f"meta nfproto ipv4 reject with {four}", f"meta nfproto ipv6 reject with {six}")
    return Setting(f"REJECT, {four}", rules, Kind.REJECT, Kind.REJECT)


SETTINGS = (
    Setting("no filter", (), Kind.NONE, Kind.NONE_OR_REJECT),
    Setting("stateless", (f"{_SYN} drop",), Kind.STATELESS, Kind.STATELESS),
    Setting("stateless, what has no ACK", ("tcp flags & (syn|ack) == syn drop",), Kind.STATELESS, Kind.STATELESS),
    Setting("new ones dropped", ("ct state new drop",), Kind.STATEFUL, Kind.STATEFUL, (1,)),
    Setting(
        "established accepted, new dropped",
        ("ct state established,related accept", "ct state new drop"),
        Kind.STATEFUL,
        Kind.STATEFUL,
        (1,),
    ),
    Setting("the same, strays pass: acts as without a memory", ("ct state new drop",), *2 * (Kind.STATELESS,), (0,)),
    Setting("invalid dropped", ("ct state invalid drop",), Kind.STATEFUL, Kind.STATEFUL, (1,)),
    Setting(
        "policy drop, new accepted",
        ("ct state established accept", "ct state new accept", "drop"),
        Kind.STATEFUL,
        Kind.STATEFUL,
        (1,),
    ),
    Setting(
        "strict by loose",
        ("ct state established accept", "ct state new accept", "drop"),
        Kind.STRICT,
        Kind.STRICT_OR_REJECT,
        (0,),
    ),
    Setting(
        "strict by flags",
        ("ct state established accept", f"ct state new {_SYN} accept", "drop"),
        Kind.STRICT,
        Kind.STRICT_OR_REJECT,
    ),
    Setting("no new without SYN", (f"ct state new {_SYN.replace('==', '!=')} drop",), *2 * (Kind.STATEFUL,), (1,)),
    Setting("not allowed", ("ct state established accept", "drop"), Kind.DROP, Kind.DROP),
    Setting("DROP", ("drop",), Kind.DROP, Kind.DROP),
    Setting("REJECT by reset", ("reject with tcp reset",), Kind.NONE_OR_REJECT, Kind.NONE_OR_REJECT),
    Setting("SYNs reset", (f"{_SYN} reject with tcp reset",), Kind.UNPROVEN, Kind.NONE_OR_REJECT),
    Setting("SYNs reset, the rest dropped", (f"{_SYN} reject with tcp reset", "drop"), *2 * (Kind.STRICT_OR_REJECT,)),
    Setting(
        "odd flags dropped",
        ("tcp flags & (fin|syn|rst|psh|ack|urg) == 0x0 drop", "tcp flags & (fin|psh|urg) == fin|psh|urg drop"),
        Kind.NONE,
        Kind.UNPROVEN,
    ),
    *(_rejecting(four, six) for four, six in _REJECTS),
)


@dataclass(frozen=True, slots=True)
class FilteredPort:
    """A port, what filters it, and whether a program listens there."""

    setting: Setting
    listens: bool

    @property
    def truth(self) -> Kind:
        """What a matrix must say."""
        return self.setting.opened if self.listens else self.setting.closed


Ports = dict[int, FilteredPort]


def drawn(chance: random.Random, loose: int, settings: tuple[Setting, ...]) -> Ports:
    """Each setting on an open and a closed port, at random places."""
    able = [setting for setting in settings if loose in setting.loose]
    numbers = iter(chance.sample(range(1, 60_000), 2 * len(able)))
    return {next(numbers): FilteredPort(setting, listens) for setting in able for listens in (True, False)}


def ruleset(ports: Ports) -> str:
    """The table for nft."""
    lines = [f"tcp dport {port} {rule}" for port, one in ports.items() for rule in one.setting.rules]
    return "table inet kinds {\n chain in {\n type filter hook input priority 0;\n" + "\n".join(lines) + "\n}\n}\n"


@contextmanager
def filtered(ports: Ports, loose: int) -> Iterator[Link]:
    """A target whose ports are filtered so."""
    with link() as made, ExitStack() as held:
        made.at_target("nft", "-f", "-", stdin=ruleset(ports))
        made.at_target("sysctl", "-qw", f"net.netfilter.nf_conntrack_tcp_loose={loose}")
        with inside(made.target):
            for port in (port for port, one in ports.items() if one.listens):
                for family in (4, 6):
                    sock = held.enter_context(socket.socket(domain(family), socket.SOCK_STREAM))
                    if family == 6:
                        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                    sock.bind(("", port))
                    sock.listen(64)
        yield made


def prepared(
    address: str,
    ports: Ports | list[int],
    raw: bool = True,
    timing: Timing = BRISK,
    discovery: Discovery = NO_DISCOVERY,
    packets: PacketForm = AS_USUAL,
) -> Matrix:
    """A matrix that has not begun."""
    request = ScanRequest(
        (address,),
        ports=",".join(map(str, ports)),
        techniques=(Technique.SYN,),
        timing=timing,
        discovery=discovery,
        packets=packets,
    )
    return prepare_matrix(matrix_plan(plan(request, names=names, broadcasts=())), raw)


def carried_out(matrix: Matrix) -> HostFinding:
    """What the matrix says of its only host."""
    worker = MatrixWorker(matrix, OwnSockets())
    worker.start()
    assert worker.join(3 * PATIENCE), worker.now
    assert (worker.phase, worker.error) == (Phase.FINISHED, None)
    return finding(matrix, 0)


def wrong_kinds(draw: str) -> str:
    """Draw a target, look at it, and tell what of it is named wrongly; empty where nothing is."""
    chance = random.Random(draw)
    loose, family = chance.choice((0, 1)), chance.choice((4, 6))
    ports = drawn(chance, loose, SETTINGS)
    with filtered(ports, loose) as made, inside(made.scanner):
        found = carried_out(prepared(Link.address[family], ports))
    assert len(found.ports) == len(ports)
    wrong = [port for port in found.ports if port.kind is not ports[port.port].truth]
    told = [f"{ports[port.port]} is named {port.kind.value}: {port.explanation}" for port in wrong]
    return f"loose={loose} IPv{family}: {told}" if told else ""


def test_every_kind_is_named(own_namespaces: None, seed: int) -> None:
    draws = [f"{seed}/{number}" for number in range(DRAWS)]
    with ThreadPoolExecutor(5) as pool:
        wrong = {draw: told for draw, told in zip(draws, pool.map(wrong_kinds, draws), strict=True) if told}
    assert not wrong, f"TUI_SCAN_SEED={seed} {wrong}"


CAUSES: dict[Kind, Callable[[str, str], bool]] = {
    Kind.DROP: lambda match, end: end == "drop" and match in ("", "ct state != established"),
    Kind.REJECT: lambda match, end: "icmp" in end,
    Kind.STATELESS: lambda match, end: end == "drop" and match in (MATCHES[1], "ct state new"),
    Kind.STATEFUL: lambda match, end: "icmp" not in end and ("ct " in match or "fin" in match or "ack" in match),
    Kind.STRICT: lambda match, end: end == "drop" and "ct " in match,
    Kind.STRICT_OR_REJECT: lambda match, end: "icmp" not in end and "ct " in match,
}
"""Which rules of ``filter_world`` may be named so; for what shows no filter and what is unproven all may."""


@pytest.mark.parametrize("family", [4, 6])
def test_rules_by_lot_are_never_named_for_what_they_are_not(own_namespaces: None, seed: int, family: int) -> None:
    with filter_world(random.Random(seed), 150, 30) as world, inside(world.link.scanner):
        found = carried_out(prepared(Link.address[family], sorted(world.ports)))
    for port in found.ports:
        where = f"TUI_SCAN_SEED={seed} {port.port} {world.rules.get(port.port)} {port.explanation}"
        if port.port not in world.rules:
            assert port.kind in (Kind.NONE, Kind.NONE_OR_REJECT), where
        elif port.kind in CAUSES:
            match, ends = world.rules[port.port]
            assert CAUSES[port.kind](match, ends[family == 6]), where
        elif port.kind is Kind.NONE:
            match, ends = world.rules[port.port]
            assert match not in ("", MATCHES[1], "ct state new", "ct state != established"), where


def test_a_limit_of_icmp_errors_makes_no_port_look_dropped(own_namespaces: None, seed: int) -> None:
    reject = next(setting for setting in SETTINGS if setting.name.startswith("REJECT, icmp"))
    ports = {port: FilteredPort(reject, False) for port in random.Random(seed).sample(range(1, 60_000), 30)}
    with filtered(ports, 1) as made:
        for setting in ("ipv4.icmp_ratelimit=1000", "ipv4.icmp_msgs_per_sec=1000", "ipv4.icmp_msgs_burst=50"):
            made.at_target("sysctl", "-qw", f"net.{setting}")
        made.at_target("nft", "add rule inet kinds in meta l4proto udp drop")
        with inside(made.scanner):
            found = carried_out(prepared(Link.address[4], ports, timing=patient(BRISK, max_retries=1)))
    kinds = {port.kind for port in found.ports}
    assert Kind.REJECT in kinds and kinds <= {Kind.REJECT, Kind.UNPROVEN}, f"TUI_SCAN_SEED={seed} {kinds}"


def test_silence_of_an_address_that_nobody_has_proves_nothing(own_namespaces: None) -> None:
    with link() as made, inside(made.scanner):
        matrix = prepared("10.99.8.8", [22, 80], timing=patient(BRISK, max_retries=1, initial_rtt_timeout=200))
        made.at_scanner("ip", "route", "add", "10.99.8.0/24", "via", Link.address[4])
        made.at_target("nft", "add table inet kinds; add chain inet kinds in { type filter hook forward priority 0; }")
        found = carried_out(matrix)
    assert {port.kind for port in found.ports} == {Kind.UNPROVEN} and found.kind is Kind.UNPROVEN


def test_without_raw_sockets_two_types_are_run_and_prove_nothing(own_namespaces: None) -> None:
    with link() as made, inside(made.scanner), without_raw():
        matrix = prepared(Link.address[4], [22, 80], raw=False)
        found = carried_out(matrix)
    assert tuple(matrix.scans) == (Technique.CONNECT, Technique.UDP) and len(matrix.lacking) == 7
    for port in found.ports:
        known = {technique for technique, verdict in port.row.items() if verdict is not None}
        assert known == {Technique.CONNECT, Technique.UDP}
        assert port.kind is Kind.UNPROVEN and "needs raw sockets" in port.explanation


def test_a_matrix_that_is_stopped_keeps_its_answers_and_proves_nothing(own_namespaces: None) -> None:
    setting = next(setting for setting in SETTINGS if setting.name == "DROP")
    with filtered({22: FilteredPort(setting, True)}, 1) as made, inside(made.scanner):
        matrix = prepared(Link.address[4], [22, 80])
        worker = MatrixWorker(matrix, OwnSockets())
        worker.start()
        assert until(lambda: worker.now is Technique.ACK)
        worker.stop()
        assert worker.join(PATIENCE) and worker.phase is Phase.STOPPED
    found = finding(matrix, 0)
    for port in found.ports:
        assert port.kind is Kind.UNPROVEN
        syn, udp = port.row[Technique.SYN], port.row[Technique.UDP]
        assert syn is not None and syn.reason is not Reason.NONE
        assert udp is not None and udp.state is PortState.UNTRIED


def test_silent_ports_cost_little_once_the_host_has_answered(own_namespaces: None) -> None:
    """The first type waits for them twice 500 ms, the others 250 ms: the host has answered ARP and nothing else."""
    setting = next(setting for setting in SETTINGS if setting.name == "DROP")
    ports = {port: FilteredPort(setting, False) for port in (22, 80)}
    with filtered(ports, 1) as made, inside(made.scanner):
        made.at_target("nft", "add rule inet kinds in meta l4proto udp drop")
        for _ in range(5):
            began = time.monotonic()
            found = carried_out(prepared(Link.address[4], ports, discovery=Discovery()))
            took = time.monotonic() - began
            assert {port.kind for port in found.ports} == {Kind.DROP}
            if took < 1 + 8 * 2 * 0.33:
                return
    raise AssertionError(f"it took {took} s each time, whatever else the machine did")


def test_packet_options_change_the_packets_of_all_types_that_write_them(own_namespaces: None) -> None:
    form = PacketForm(ttl=44, source_port=5353, data_length=7)
    with link() as made, inside(made.scanner):
        matrix = prepared(Link.address[4], [22], packets=form)
        found = carried_out(matrix)
    assert found.kind is Kind.NONE_OR_REJECT
    assert any("connect is run without --data-length" in note for note in matrix.notes)
    for technique, scan in matrix.scans.items():
        sent = [one for one in scan.exchange(0, 0) if isinstance(one, Packet) and one.origin is Origin.SCANNER]
        assert bool(sent) == (technique is not Technique.CONNECT)
        for data in (one.data for one in sent):
            head = 28 if technique is Technique.UDP else 20 + (data[32] >> 4) * 4
            assert (data[8], int.from_bytes(data[20:22]), len(data) - head) == (44, 5353, 7), technique


def test_the_own_address_as_source_changes_nothing_but_how_packets_are_made(fresh_lab: RunningLab) -> None:
    command = [sys.executable, "-m", "tui_scan", "matrix", "--json", "-T4", "-n", "-p", "22,31"]
    done = fresh_lab.run([*command, "-S", "10.77.0.1", "-f", "10.77.0.3"])
    assert done.returncode == 0, done.stderr
    assert "connect is run without -f (--mtu) and -S" in done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["port"]: line["kind"] for line in lines if line["type"] == "port"} == {22: "none", 31: "stateless"}


def test_the_lab_has_every_kind(fresh_lab: RunningLab) -> None:
    command = [sys.executable, "-m", "tui_scan", "matrix", "--json", "-T4", "-p", "22,24,26,31-33,34", "10.77.0.3"]
    done = fresh_lab.run(command)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["port"]: line["kind"] for line in lines if line["type"] == "port"} == {
        22: "none",
        24: "DROP",
        26: "REJECT",
        31: "stateless",
        32: "stateful",
        33: "strict",
        34: "none|REJECT",
    }
    assert [(line["addr"], line["kind"]) for line in lines if line["type"] == "host"] == [("10.77.0.3", "strict")]
    assert all(set(line["answers"]) == {technique.value for technique in TYPES} for line in lines[:-1])
