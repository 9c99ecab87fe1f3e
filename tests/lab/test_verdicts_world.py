"""Every verdict beside the truth: a target drawn by lot, loopback's 65,535 ports, and the packets on the wire."""

import random
import socket
import struct
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from tests.namespaces import Link, domain, inside, link, run
from tests.scans import BRISK, differences, patient, scanned, seen, without_raw
from tests.target_world import Kind, World
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.privilege.capabilities import can_raw

MODES = [
    (Technique.SYN, True),
    (Technique.CONNECT, True),
    (Technique.CONNECT, False),
    (Technique.UDP, True),
    (Technique.UDP, False),
]
CLOSED = {
    Technique.SYN: (PortState.CLOSED, Reason.RESET),
    Technique.CONNECT: (PortState.CLOSED, Reason.CONN_REFUSED),
}
OPEN = PortState.OPEN, Reason.SYN_ACK
AT_ONCE = patient(BRISK, initial_rtt_timeout=100, min_rtt_timeout=100, max_rtt_timeout=100)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_every_verdict_is_the_truth(random_world: World, technique: Technique, raw: bool, family: int) -> None:
    world = random_world
    ports = world.some_ports(technique, 3000, random.Random(f"{world.seed}{raw}{family}"))
    with inside(world.link.scanner), nullcontext() if raw else without_raw():
        assert can_raw() is raw
        scan = scanned([world.link.address[family]], ports, technique)
    assert not differences(seen(scan, technique), world.truth(technique, family, ports)), f"seed {world.seed}"
    assert scan.hosts.state[0] == HostState.UP
    assert not scan.notes


@pytest.mark.parametrize("family", [4, 6])
def test_tcp_and_udp_of_several_hosts_in_one_scan(random_world: World, family: int) -> None:
    world, chance = random_world, random.Random(random_world.seed ^ 0x5EED ^ family)
    ports = {*chance.sample([*world.kinds["tcp"]], 60), *chance.sample([*world.kinds["udp"]], 60)}
    targets = [world.link.own[family], world.link.address[family]]
    with inside(world.link.scanner):
        scan = scanned(targets, ports, Technique.SYN, Technique.UDP)
    own, other = (scan.hosts.index(target) for target in targets)
    for technique, silence in ((Technique.SYN, CLOSED[Technique.SYN]), (Technique.UDP, None)):
        truth = world.truth(technique, family, ports)
        assert not differences(seen(scan, technique, other), truth), f"seed {world.seed}"
        closed = silence or (PortState.CLOSED, Reason.PORT_UNREACH)
        assert not differences(seen(scan, technique, own), dict.fromkeys(ports, closed)), f"seed {world.seed}"


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", list(CLOSED))
def test_all_ports_of_loopback(random_world: World, technique: Technique, family: int) -> None:
    """Also those that the scan itself sends from: nothing listens there, whoever may hold them."""
    chance = random.Random(random_world.seed ^ family)
    listening = {*chance.sample(range(1, 65536), 20), *chance.sample(range(61000, 65536), 5), 1, 65535}
    with inside(random_world.link.scanner):
        held = [socket.create_server(("127.0.0.1", port)) for port in listening] if family == 4 else []
        if family == 6:
            held = [socket.create_server(("::1", port), family=socket.AF_INET6) for port in listening]
        try:
            scan = scanned(["127.0.0.1" if family == 4 else "::1"], "1-65535", technique)
        finally:
            for sock in held:
                sock.close()
    truth = {port: OPEN if port in listening else CLOSED[technique] for port in range(1, 65536)}
    assert not differences(seen(scan, technique), truth), f"seed {random_world.seed}"


def test_udp_of_loopback_around_the_own_source_ports(random_world: World) -> None:
    """On the ports that the scan holds itself no program listens either."""
    with inside(random_world.link.scanner):
        random_world.link.at_scanner("sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=1000000")
        random_world.link.at_scanner("sysctl", "-qw", "net.ipv4.icmp_msgs_burst=1000000")
        scan = scanned(["127.0.0.1"], "60900-65535", Technique.UDP)
    closed = (PortState.CLOSED, Reason.PORT_UNREACH)
    assert not differences(seen(scan, Technique.UDP), dict.fromkeys(range(60900, 65536), closed))


FIELDS = ("tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value", "ip.ttl", "ipv6.hlim")
SENTINEL, OVER = 9, b"the scan is over"
EVERY_PROTOCOL = 3
PCAP, PCAP_RECORD = struct.Struct("=IHHiIII"), struct.Struct("=IIII")
"""The headers of a capture file and of each frame in it (libpcap, pcap-savefile(5))."""
Told = tuple[int, int, int, int, int]


def on_the_wire(world: World, scan: Callable[[], None]) -> list[bytes]:
    """The frames at the target's end of the link; a datagram after the scan tells that all before it was seen."""
    with inside(world.link.target):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        wire.bind((world.link.target_device, EVERY_PROTOCOL))
    frames = []
    with wire:
        wire.settimeout(10)
        scan()
        with inside(world.link.scanner), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(OVER, (world.link.address[4], SENTINEL))
        while not (frame := wire.recv(1 << 16)).endswith(OVER):
            frames.append(frame)
    return frames


def read_by(tshark: str, frames: list[bytes], port: int, file: Path) -> list[Told]:
    """What tshark reads in the frames: flags, seq, ack, window, TTL of each segment of a port."""
    records = (PCAP_RECORD.pack(0, number, len(frame), len(frame)) + frame for number, frame in enumerate(frames))
    file.write_bytes(PCAP.pack(0xA1B2C3D4, 2, 4, 0, 0, 1 << 16, 1) + b"".join(records))
    wanted = [word for field in FIELDS for word in ("-e", field)]
    lines = run(tshark, "-n", "-r", str(file), "-Y", f"tcp.port == {port}", "-T", "fields", *wanted).splitlines()
    told = []
    for line in lines:
        flags, seq, ack, window, ttl4, ttl6 = line.split("\t")
        told.append((int(flags, 16), int(seq), int(ack), int(window), int(ttl4 or ttl6)))
    return told


def as_told(packet: Packet, family: int) -> Told:
    """The same numbers out of a captured packet, read by scapy."""
    layer = (IP if family == 4 else IPv6)(packet.data)
    segment = layer[TCP]
    return int(segment.flags), segment.seq, segment.ack, segment.window, layer.ttl if family == 4 else layer.hlim


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("kind", [Kind.OPEN, Kind.CLOSED])
def test_the_exchange_is_what_tshark_sees(
    random_world: World, peer: Callable[[str], str], kind: Kind, family: int, tmp_path: Path
) -> None:
    world = random_world
    drawn = world.kinds["tcp"]
    port = next(p for p in range(1, 65536) if drawn.get(p, Kind.CLOSED) is kind)
    found = []

    def scan() -> None:
        with inside(world.link.scanner):
            found.append(scanned([world.link.address[family]], [port], Technique.SYN))

    told = read_by(peer("tshark"), on_the_wire(world, scan), port, tmp_path / "wire.pcap")
    packets = found[0].exchange(0, 0)
    assert all(isinstance(packet, Packet) for packet in packets)
    assert [as_told(packet, family) for packet in packets if isinstance(packet, Packet)] == told
    origins = [Origin.SCANNER, Origin.TARGET, Origin.KERNEL]
    assert [packet.origin for packet in packets] == origins[: 3 if kind is Kind.OPEN else 2]
    assert [told[0] & 0x3F for told in told] == ([0x02, 0x12, 0x04] if kind is Kind.OPEN else [0x02, 0x14])
    times = [packet.time_ns for packet in packets]
    assert times == sorted(times)
    verdict = found[0].verdict(0, 0)
    assert (verdict.tries, verdict.ttl, verdict.protocol) == (1, 64, Protocol.TCP)
    assert verdict.rtt_us is not None and 0 < verdict.rtt_us < 1_000_000


def test_linux_own_limit_on_icmp_errors_is_waited_for(own_namespaces: None) -> None:
    """A kernel's default: six port unreachables at once, then one a second; no closed port stays a guess."""

    with link() as made:
        made.at_target("sysctl", "-qw", "net.ipv4.icmp_ratelimit=1000")
        with inside(made.target):
            mute = socket.socket(domain(4), socket.SOCK_DGRAM)
            mute.bind(("", 40000))
        with mute, inside(made.scanner):
            scan = scanned([Link.address[4]], "39997-40004", Technique.UDP)
    closed = PortState.CLOSED, Reason.PORT_UNREACH
    truth = {**dict.fromkeys(range(39997, 40005), closed), 40000: (PortState.OPEN_FILTERED, Reason.NO_RESPONSE)}
    assert not differences(seen(scan, Technique.UDP), truth)


@pytest.mark.parametrize("raw", [True, False])
def test_a_scan_that_begins_when_no_icmp_error_is_left_waits_for_one(own_namespaces: None, raw: bool) -> None:
    """The scan before it took all that there were, and the second one is over before the next one is due."""
    with link() as made:
        made.at_target("sysctl", "-qw", "net.ipv4.icmp_ratelimit=1000")
        with inside(made.scanner), nullcontext() if raw else without_raw():
            for ports, timing in (("39997-40004", BRISK), ("39997-39999", AT_ONCE)):
                scan = scanned([Link.address[4]], ports, Technique.UDP, timing=timing)
    closed = PortState.CLOSED, Reason.PORT_UNREACH
    assert not differences(seen(scan, Technique.UDP), dict.fromkeys(range(39997, 40000), closed))
