"""What a simulated host makes of fragments and of wrong checksums, as a real stack would."""

import random
from pathlib import Path

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from tests.lab.test_lab_stack import ip, stack
from tui_scan.lab.simulated.reassembly import MOST, TIMEOUT, Reassembly


def frame(packet: Packet) -> bytes:
    """A packet on its way to the host."""
    return bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet)


def test_fragments_in_any_order_are_one_packet(tmp_path: Path, chance: random.Random) -> None:
    host = stack(tmp_path)
    for number, data in enumerate(chance.randbytes(chance.randrange(0, 300)) for _ in range(40)):
        size = 8 * chance.randrange(1, 9)
        whole = ip(4) / UDP(sport=4000, dport=53) / Raw(data)
        whole.id = number + 1
        pieces = fragment(whole, fragsize=size)
        pieces += chance.sample(pieces, chance.randrange(len(pieces)))  # some come twice
        chance.shuffle(pieces)
        answers: list[bytes] = []
        for piece in pieces:
            host.receive(frame(piece), 0.0)
            answers += host.due(0.5)
        assert answers
        assert bytes(Ether(answers[0])[UDP].payload) == b"re:" + data


def test_a_missing_fragment_leaves_nothing(tmp_path: Path, chance: random.Random) -> None:
    host = stack(tmp_path)
    pieces = fragment(ip(4) / TCP(sport=4000, dport=80, flags="S"), fragsize=8)
    missing = chance.randrange(len(pieces))
    for number, piece in enumerate(pieces):
        if number != missing:
            host.receive(frame(piece), 0.0)
    assert not host.due(1.0)
    host.receive(frame(pieces[missing]), TIMEOUT + 1)
    assert not host.due(TIMEOUT + 2)


def test_packets_that_never_come_whole_do_not_fill_the_memory() -> None:
    reassembly = Reassembly()
    first = fragment(ip(4) / UDP() / Raw(bytes(64)), fragsize=8)[0]
    for number in range(2 * MOST):
        first.id = number
        assert reassembly.take(frame(first), 0.0) is None
    assert len(reassembly._waiting) == MOST


@pytest.mark.parametrize("family", [4, 6])
def test_wrong_sums_are_dropped(tmp_path: Path, family: int) -> None:
    echo = ICMP() if family == 4 else ICMPv6EchoRequest()
    packets = (TCP(dport=80, flags="S"), TCP(dport=81, flags="S"), UDP(dport=53) / Raw(b"x"), UDP(dport=54), echo)
    for body in packets:
        right = (IP if family == 4 else IPv6)(bytes(ip(family) / body))
        host = stack(tmp_path)
        host.receive(frame(right), 0.0)
        assert host.due(0.5), body.summary()
        layer = right.payload
        name = "cksum" if "cksum" in layer.fields else "chksum"
        setattr(layer, name, getattr(layer, name) ^ 0x0101)
        host = stack(tmp_path)
        host.receive(frame(right), 0.0)
        assert not host.due(0.5), body.summary()


def test_udp_of_ipv4_may_have_no_sum(tmp_path: Path) -> None:
    """RFC 768; of IPv6 it has to have one (RFC 8200 §8.1)."""
    for family, answered in ((4, True), (6, False)):
        host = stack(tmp_path)
        host.receive(frame(ip(family) / UDP(dport=53, chksum=0) / Raw(b"x")), 0.0)
        assert bool(host.due(0.5)) is answered
