"""Which packets a witness keeps: those of the watched port, ICMP errors about them, and no others."""

import random

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment
from scapy.layers.sctp import SCTP, SCTPChunkInit

from tui_scan.lab.watching_packets import belongs, cut
from tui_scan.model.other_side import Watched
from tui_scan.model.techniques import Protocol, Technique

TCP_22 = Watched(Protocol.TCP, 22, Technique.SYN)
UDP_53 = Watched(Protocol.UDP, 53, Technique.UDP)
SCTP_80 = Watched(Protocol.SCTP, 80, Technique.SCTP_INIT)
GRE = Watched(Protocol.IP, 47, Technique.IP_PROTOCOL)
FOUR, SIX = IP(src="10.0.0.1", dst="10.0.0.2"), IPv6(src="fd00::1", dst="fd00::2")
TO_22 = TCP(sport=40000, dport=22)

CASES = [
    (FOUR / TO_22, TCP_22, True),
    (FOUR / TCP(sport=22, dport=40000, flags="SA"), TCP_22, True),
    (FOUR / TCP(sport=40000, dport=2222), TCP_22, False),
    (FOUR / UDP(sport=40000, dport=22), TCP_22, False),
    (SIX / TO_22, TCP_22, True),
    (SIX / IPv6ExtHdrDestOpt() / TO_22, TCP_22, True),
    (SIX / IPv6ExtHdrFragment(offset=0, m=1) / TO_22, TCP_22, True),
    (SIX / IPv6ExtHdrFragment(offset=3, nh=6) / b"later bytes", TCP_22, True),
    (SIX / IPv6ExtHdrFragment(offset=3, nh=17) / b"later bytes", TCP_22, False),
    (FOUR / UDP(sport=40000, dport=53) / b"asked", UDP_53, True),
    (FOUR / ICMP(type=3, code=3) / FOUR / UDP(sport=40000, dport=53), UDP_53, True),
    (FOUR / ICMP(type=3, code=3) / FOUR / UDP(sport=40000, dport=54), UDP_53, False),
    (FOUR / ICMP(type=8) / FOUR / UDP(sport=40000, dport=53), UDP_53, False),
    (SIX / ICMPv6DestUnreach(code=1) / SIX / TO_22, TCP_22, True),
    (SIX / ICMPv6EchoRequest() / SIX / TO_22, TCP_22, False),
    (FOUR / SCTP(sport=40000, dport=80) / SCTPChunkInit(), SCTP_80, True),
    (IP(src="10.0.0.1", dst="10.0.0.2", proto=47), GRE, True),
    (FOUR / ICMP(type=3, code=2) / IP(src="10.0.0.2", dst="10.0.0.1", proto=47), GRE, True),
    (FOUR / TO_22, GRE, False),
]


@pytest.mark.parametrize(("packet", "watched", "wanted"), CASES)
def test_packets_of_the_port_and_errors_about_them(packet: IP, watched: Watched, wanted: bool) -> None:
    assert belongs(bytes(packet), watched) is wanted


def test_all_fragments_of_a_probe_are_kept() -> None:
    pieces = fragment(FOUR / TO_22 / (b"x" * 100), fragsize=24)
    assert len(pieces) > 3 and all(belongs(bytes(piece), TCP_22) for piece in pieces)


def test_what_stands_behind_a_packets_end_is_cut_off() -> None:
    for packet in (bytes(FOUR / TO_22), bytes(SIX / TO_22)):
        assert cut(packet + b"padding of the link") == packet


def test_no_bytes_break_it(chance: random.Random) -> None:
    for _ in range(2000):
        data = bytes(chance.randrange(256) for _ in range(chance.randrange(64)))
        for watched in (TCP_22, UDP_53, GRE):
            for start in (b"", b"\x45", b"\x60"):
                belongs(cut(start + data), watched)
