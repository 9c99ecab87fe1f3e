"""An exchange tells what passed the target's end of the wire: tshark reads a capture taken there at the same time."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest

from tests.far_capture import FarCapture, Row, captured_far
from tests.namespaces import Link, inside
from tests.scans import carried_out, patient, prepared, without_raw
from tests.sctp_responder import speaking_sctp
from tests.target_world import Kind, World
from tui_scan.engine.scan import Scan
from tui_scan.exchange.steps import Direction, Step
from tui_scan.exchange.steps import Kind as StepKind
from tui_scan.exchange.story import story
from tui_scan.model.packets import Origin
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.timing import TEMPLATES

BRISK = patient(TEMPLATES[4], initial_rtt_timeout=60, min_rtt_timeout=60, max_rtt_timeout=120, max_retries=1)
TCP = tuple(t for t, i in TECHNIQUES.items() if i.protocol is Protocol.TCP and i.needs_raw and not i.third_party)
BLOCK = 61_000
"""From here on probes have their source ports."""
LETTERS = "FSRPAUEC"
IP = {4: ("ip.src", "ip.ttl", "ip.proto", "ip.len"), 6: ("ipv6.src", "ipv6.hlim", "ipv6.nxt", "ipv6.plen")}
ICMP = {4: ("icmp.type", "icmp.code"), 6: ("icmpv6.type", "icmpv6.code")}
FIELDS = (
    "tcp.port",
    "tcp.flags",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.window_size_value",
    "tcp.len",
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.options.timestamp.tsval",
    "tcp.options.timestamp.tsecr",
    "tcp.options.sack_perm",
    "udp.port",
    "udp.length",
    "sctp.port",
    "sctp.chunk_type",
    "sctp.verification_tag",
    "sctp.init_initiate_tag",
    "sctp.initack_initiate_tag",
)
CHUNKS = {"1": "INIT", "2": "INIT-ACK", "6": "ABORT", "10": "COOKIE-ECHO", "11": "COOKIE-ACK"}
Told = dict[str, object]


def far_side(capture: FarCapture, tshark: str, family: int) -> list[Row]:
    """tshark's fields of all packets between the two, without what neighbours ask each other."""
    host = "ip.addr" if family == 4 else "ipv6.addr"
    where = f"{host}=={Link.own[family]} and {host}=={Link.address[family]} and not icmpv6.type in {{133..136}}"
    return capture.read(tshark, where, [*IP[family], *ICMP[family], *FIELDS])


def by_port(rows: Iterable[Row], family: int, protocol: Protocol, ports: set[int]) -> dict[int, list[Row]]:
    """The packets of each port (an ICMP error quotes it), or of each IP protocol."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if protocol is Protocol.IP:
            numbers = {int(row[IP[family][2]][-1])}
        else:
            numbers = {int(port) for port in row[f"{protocol.value}.port"]} & ports
        (number,) = numbers
        found[number].append(row)
    return found


def read(row: Row, family: int) -> Told:
    """What tshark says of one packet; of fields that a quotation has too, the packet's own come first."""
    source, ttl, protocol, length = IP[family]
    told: Told = {"sender": row[source][0], "ttl": int(row[ttl][0])}
    if row[ICMP[family][0]]:
        return told | {"icmp": (int(row[ICMP[family][0]][0]), int(row[ICMP[family][1]][0]))}
    if row["tcp.flags"]:
        flags = int(row["tcp.flags"][0], 0)
        told |= {"flags": "".join(letter for bit, letter in enumerate(LETTERS) if flags >> bit & 1)}
        told |= {"seq": int(row["tcp.seq_raw"][0]), "ack": int(row["tcp.ack_raw"][0])}
        told |= {"window": int(row["tcp.window_size_value"][0]), "payload": int(row["tcp.len"][0])}
        return told | {"options": tcp_options(row)}
    if row["udp.length"]:
        return told | {"payload": int(row["udp.length"][0]) - 8}
    if row["sctp.chunk_type"]:
        tags = [f"vtag={int(row['sctp.verification_tag'][0], 0):#010x}"]
        for name in ("sctp.init_initiate_tag", "sctp.initack_initiate_tag"):
            tags += [f"itag={int(tag, 0):#010x}" for tag in row[name]]
        return told | {"chunk": CHUNKS[row["sctp.chunk_type"][0]], "tags": tags}
    return told | {"protocol": int(row[protocol][0]), "payload": int(row[length][0]) - (20 if family == 4 else 0)}


def tcp_options(row: Row) -> set[str]:
    words = {f"mss={value}" for value in row["tcp.options.mss_val"]}
    words |= {f"ws={value}" for value in row["tcp.options.wscale.shift"]}
    stamps = zip(row["tcp.options.timestamp.tsval"], row["tcp.options.timestamp.tsecr"], strict=True)
    words |= {f"ts={value}/{echoed}" for value, echoed in stamps}
    return words | ({"sack"} if row["tcp.options.sack_perm"] else set())


def said(step: Step) -> Told:
    """What a step says, in the same words."""
    told: Told = {"sender": step.sender, "ttl": step.ttl}
    if step.summary.startswith("ICMP"):
        kind, _, code = step.summary.rpartition("(")[2].rstrip(")").partition("/")
        return told | {"icmp": (int(kind), int(code))}
    if step.seq is not None:
        told |= {"flags": "".join(sorted(step.flags, key=LETTERS.index)), "seq": step.seq, "ack": step.ack}
        return told | {"window": step.window, "payload": step.payload_length, "options": set(step.options.split())}
    if step.summary == "UDP":
        return told | {"payload": step.payload_length}
    if step.summary.startswith("SCTP"):
        tags = [word for word in step.options.split() if "tag=" in word]
        return told | {"chunk": step.summary.split()[-1], "tags": tags}
    return told | {"protocol": int(step.summary.split()[2]), "payload": step.payload_length}


def check(scan: Scan, capture: FarCapture, tshark: str, family: int) -> int:
    """Every exchange is what passed at the far side: so many packets, in that order, each with all it says."""
    (technique,) = scan.columns.techniques
    ports = {int(port) for port in scan.columns.port}
    rows = far_side(capture, tshark, family)
    passed = by_port(rows, family, TECHNIQUES[technique].protocol, ports)
    for column in range(scan.columns.count):
        port = int(scan.columns.port[column])
        exchange = story(scan, 0, column)
        steps = [step for step in exchange.steps if step.kind is StepKind.PACKET]
        mine, theirs = [said(step) for step in steps], [read(row, family) for row in passed.pop(port, [])]
        assert mine == theirs, f"{technique} {port}: {scan.verdict(0, column)}"
        own = Link.own[family]
        for step in steps:
            assert step.seen
            assert (step.direction is Direction.OUT) is (step.sender == own)
            assert step.origin in ((Origin.SCANNER, Origin.KERNEL) if step.sender == own else (Origin.TARGET,))
        assert exchange.complete
    assert not passed
    return len(rows)


def run(
    world: World,
    family: int,
    technique: Technique,
    ports: Iterable[int],
    sockets: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> tuple[Scan, FarCapture]:
    """A scan, and what passed at the target meanwhile."""
    with inside(world.link.scanner):
        scan = prepared([Link.address[family]], ports, technique, timing=BRISK)
        with captured_far(world.link) as capture, sockets():
            worker = carried_out(scan)
    if worker.error:
        raise worker.error
    return scan, capture


def ports_of_each_kind(world: World, protocol: str, chance: random.Random) -> set[int]:
    """Two ports of each kind, and two that nobody made."""
    kinds = {port: kind for port, kind in world.kinds[protocol].items() if port < BLOCK}
    free = [port for port in range(1, BLOCK) if port not in kinds]
    ports = set(chance.sample(free, 2))
    for kind in Kind:
        mine = [port for port, drawn in kinds.items() if drawn is kind]
        ports |= set(chance.sample(mine, min(2, len(mine))))
    return ports


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [*TCP, Technique.UDP])
def test_exchanges_of_ports(
    random_world: World, peer: Callable[[str], str], chance: random.Random, technique: Technique, family: int
) -> None:
    protocol = TECHNIQUES[technique].protocol.value
    ports = ports_of_each_kind(random_world, protocol, chance)
    scan, capture = run(random_world, family, technique, ports)
    assert check(scan, capture, peer("tshark"), family) > len(ports)


@contextmanager
def sctp_ports(world: World, chance: random.Random) -> Iterator[dict[int, str]]:
    """Ports with rules for SCTP: what nft does with them, nothing with some."""
    ports = chance.sample(range(1, BLOCK), 12)
    ends = ("drop", *(f"reject with icmpx type {name}" for name in ("port-unreachable", "admin-prohibited")))
    ruled = dict.fromkeys(ports, "") | {port: ends[number % 3] for number, port in enumerate(ports[:6])}
    lines = "\n".join(f"sctp dport {port} {end}" for port, end in ruled.items() if end)
    chain = f"chain in {{\n type filter hook input priority 0;\n {lines}\n}}"
    world.link.at_target("nft", "-f", "-", stdin=f"table inet sctpports {{\n{chain}\n}}\n")
    try:
        yield ruled
    finally:
        world.link.at_target("nft", "delete", "table", "inet", "sctpports")


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("spoken", [True, False])
@pytest.mark.parametrize("technique", [Technique.SCTP_INIT, Technique.SCTP_COOKIE_ECHO])
def test_exchanges_of_sctp_ports(
    random_world: World,
    peer: Callable[[str], str],
    chance: random.Random,
    technique: Technique,
    family: int,
    spoken: bool,
) -> None:
    """With a target that speaks SCTP, and with one whose kernel says that it does not."""
    with sctp_ports(random_world, chance) as ruled:
        opened = frozenset(port for number, port in enumerate(ruled) if number % 2)
        speaking = speaking_sctp(random_world.link.target, family, opened) if spoken else nullcontext()
        with speaking:
            scan, capture = run(random_world, family, technique, ruled)
        assert check(scan, capture, peer("tshark"), family) > len(ruled)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("spoken", [True, False])
def test_exchanges_of_ip_protocols(
    random_world: World, peer: Callable[[str], str], chance: random.Random, family: int, spoken: bool
) -> None:
    numbers = {1, 2, 6, 17, 58, 132, *chance.sample(range(256), 20)}
    speaking = speaking_sctp(random_world.link.target, family, frozenset({80}))
    with speaking if spoken else nullcontext():
        scan, capture = run(random_world, family, Technique.IP_PROTOCOL, numbers)
    assert check(scan, capture, peer("tshark"), family) > len(numbers)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [Technique.CONNECT, Technique.UDP])
def test_what_calls_told_is_never_drawn_as_a_packet(
    random_world: World, chance: random.Random, technique: Technique, family: int
) -> None:
    ports = ports_of_each_kind(random_world, TECHNIQUES[technique].protocol.value, chance)
    scan, _ = run(random_world, family, technique, ports, without_raw)
    for column in range(scan.columns.count):
        exchange = story(scan, 0, column)
        assert exchange.steps
        for step in exchange.steps:
            assert step.kind in (StepKind.CALL, StepKind.SILENCE)
            if step.kind is StepKind.CALL:
                assert not step.seen
                assert "()" in step.summary
            assert (step.seq, step.ack, step.window, step.ttl, step.options, step.flags) == (None,) * 4 + ("", "")
