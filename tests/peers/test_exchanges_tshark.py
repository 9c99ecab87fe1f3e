"""An exchange tells what passed the target's end of the wire: tshark reads a capture taken there at the same time."""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import pytest

from tests.exchange_truth import NESTED, check_exchanges
from tests.far_capture import LOOPBACK, FarCapture, captured_at
from tests.namespaces import Link, inside
from tests.scans import BRISK, carried_out, patient, prepared, without_raw
from tests.sctp_responder import speaking_sctp
from tests.target_world import Kind, World
from tui_scan.engine.scan import Scan
from tui_scan.exchange.steps import Kind as StepKind
from tui_scan.exchange.story import story
from tui_scan.model.packets import Origin
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

QUICK = patient(BRISK, initial_rtt_timeout=60, min_rtt_timeout=60, max_rtt_timeout=120, max_retries=1)
TCP = tuple(t for t, i in TECHNIQUES.items() if i.protocol is Protocol.TCP and i.needs_raw and not i.third_party)
SCTP = (Technique.SCTP_INIT, Technique.SCTP_COOKIE_ECHO)
BLOCK = 61_000
"""From here on probes have their source ports."""
Seen = tuple[Scan, FarCapture]


def run(
    world: World,
    family: int,
    technique: Technique,
    ports: Iterable[int],
    sockets: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Seen:
    """A scan, and what passed at the target meanwhile."""
    with inside(world.link.scanner):
        scan = prepared([Link.address[family]], ports, technique, timing=QUICK)
        with captured_at(world.link.target, world.link.target_device) as capture, sockets():
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
def test_exchanges_of_ports(
    random_world: World, peer: Callable[[str], str], chance: random.Random, family: int
) -> None:
    seen, least = [], 0
    for technique in (*TCP, Technique.UDP):
        ports = ports_of_each_kind(random_world, TECHNIQUES[technique].protocol.value, chance)
        seen.append(run(random_world, family, technique, ports))
        least += len(ports)
    assert check_exchanges(seen, peer("tshark"), family, Link.own[family]) > least


@pytest.mark.parametrize("family", [4, 6])
def test_exchanges_whose_answers_the_own_firewall_refuses(
    random_world: World, peer: Callable[[str], str], chance: random.Random, family: int
) -> None:
    """The own kernel sends an ICMP error in place of a reset, and to a UDP answer."""
    lines = "meta l4proto { tcp, udp } @th,16,16 >= 61000 reject with icmpx type admin-prohibited"
    chain = f"chain in {{\n type filter hook input priority 0;\n {lines}\n}}"
    wire, seen = random_world.link, []
    wire.at_scanner("nft", "-f", "-", stdin=f"table inet refusing {{\n{chain}\n}}\n")
    limits = ("net.ipv4.icmp_ratelimit", "net.ipv6.icmp.ratelimit")
    wire.at_scanner("sysctl", "-qw", *(f"{limit}=0" for limit in limits))
    try:
        for technique in (Technique.SYN, Technique.UDP):
            ports = ports_of_each_kind(random_world, TECHNIQUES[technique].protocol.value, chance)
            seen.append(run(random_world, family, technique, ports))
    finally:
        wire.at_scanner("nft", "delete", "table", "inet", "refusing")
        wire.at_scanner("sysctl", "-qw", *(f"{limit}=1000" for limit in limits))
    check_exchanges(seen, peer("tshark"), family, Link.own[family])
    for scan, _ in seen:
        items = [item for column in range(scan.columns.count) for item in scan.exchange(0, column)]
        assert any(item.origin is Origin.KERNEL for item in items)


@pytest.mark.parametrize(("family", "address"), [(4, "127.0.0.1"), (6, "::1")])
def test_exchanges_with_this_machine_itself(
    random_world: World, peer: Callable[[str], str], chance: random.Random, family: int, address: str
) -> None:
    """Each packet is seen twice there, and told once."""
    namespace, seen = random_world.link.target, []
    for technique in (Technique.SYN, Technique.ACK, Technique.UDP, Technique.SCTP_INIT, Technique.IP_PROTOCOL):
        protocol = TECHNIQUES[technique].protocol
        drawn = ports_of_each_kind(random_world, protocol, chance) if protocol in random_world.kinds else set()
        with inside(namespace):
            scan = prepared([address], drawn or {1, 2, 6, 17, 58, 132}, technique, timing=QUICK)
            with captured_at(namespace, LOOPBACK) as capture:
                assert carried_out(scan).error is None
        seen.append((scan, capture))
    assert check_exchanges(seen, peer("tshark"), family, address) > 100


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
def test_exchanges_of_sctp_and_ip_protocols(
    random_world: World, peer: Callable[[str], str], chance: random.Random, family: int
) -> None:
    """With a target that speaks SCTP, and with one whose kernel says that it does not."""
    numbers = {1, 2, 6, 17, 58, 132, *chance.sample(sorted({*range(256)} - NESTED), 20)}
    seen = []
    with sctp_ports(random_world, chance) as ruled:
        for spoken in (True, False):
            opened = frozenset([80, *(port for number, port in enumerate(ruled) if number % 2)])
            with speaking_sctp(random_world.link.target, family, opened) if spoken else nullcontext():
                seen += [run(random_world, family, technique, ruled) for technique in SCTP]
                seen.append(run(random_world, family, Technique.IP_PROTOCOL, numbers))
    passed = check_exchanges(seen, peer("tshark"), family, Link.own[family])
    assert passed > 4 * len(ruled) + 2 * len(numbers)


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
