"""Packets made by scapy and by hand, told as steps; the ladder is the test."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6, IPv6ExtHdrDestOpt

from tui_scan.exchange.decode import KERNEL_NOTE, decode
from tui_scan.exchange.steps import Direction, Kind
from tui_scan.exchange.story import steps_of
from tui_scan.exchange.text import step_words
from tui_scan.model.packets import Event, Origin, Packet

OUT = {"src": "10.0.0.1", "dst": "10.0.0.2"}
BACK = {"src": "10.0.0.2", "dst": "10.0.0.1"}
SYN = IP(**OUT) / TCP(sport=40000, dport=22, flags="S", seq=0xFFFFFFFF, window=1024, options=[("MSS", 1460)])
SYN_ACK_OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (12, 34)), ("NOP", None), ("WScale", 7)]
SYN_ACK = IP(**BACK, ttl=63) / TCP(
    sport=22, dport=40000, flags="SA", seq=77, ack=0, window=65160, options=SYN_ACK_OPTIONS
)
KERNEL_RST = IP(**OUT) / TCP(sport=40000, dport=22, flags="R", seq=0, window=0)
RST = IP(**BACK) / TCP(sport=22, dport=40000, flags="RA", seq=0, ack=0, window=0)


def packet(made: object, origin: Origin, time_us: int = 0, tries: int = 1) -> Packet:
    data = bytes(made)  # type: ignore[call-overload]
    return Packet(1_700_000_000_000_000_000 + time_us * 1000, origin, data, len(data), tries)


def told(*parts: Packet | Event) -> list[str]:
    return [step_words(step) for step in steps_of(parts)]


def test_an_open_port_is_told_with_the_kernels_reset() -> None:
    assert told(
        packet(SYN, Origin.SCANNER), packet(SYN_ACK, Origin.TARGET, 412), packet(KERNEL_RST, Origin.KERNEL, 430)
    ) == [
        "SYN  seq=0 win=1024 ttl=64 mss=1460",
        "SYN, ACK  seq=0 ack=1 win=65160 ttl=63 mss=1460 sack ts=12/34 ws=7",
        f"RST  seq=1 win=0 ttl=64  ({KERNEL_NOTE})",
    ]


def test_the_raw_numbers_stay() -> None:
    steps = steps_of([packet(SYN, Origin.SCANNER), packet(SYN_ACK, Origin.TARGET, 412)])
    assert [(step.seq, step.ack, step.t_us) for step in steps] == [(0xFFFFFFFF, 0, 0.0), (77, 0, 412.0)]
    assert [step.direction for step in steps] == [Direction.OUT, Direction.IN]
    assert [step.flags for step in steps] == ["S", "SA"]
    assert [step.sender for step in steps] == ["10.0.0.1", "10.0.0.2"]


def test_a_closed_port() -> None:
    assert told(packet(SYN, Origin.SCANNER), packet(RST, Origin.TARGET, 90))[1] == "RST, ACK  seq=1 ack=1 win=0 ttl=64"


def test_each_try_counts_from_its_own_number() -> None:
    again = SYN.copy()
    again[TCP].seq, again[TCP].sport = 5000, 40001
    answer = SYN_ACK.copy()
    answer[TCP].ack = 5001
    lines = told(packet(SYN, Origin.SCANNER), packet(again, Origin.SCANNER, 9, 2), packet(answer, Origin.TARGET, 10, 2))
    assert lines[1].startswith("SYN  seq=0 ")
    assert lines[2].startswith("SYN, ACK  seq=0 ack=1 ")


def test_a_number_with_nothing_to_count_from_is_raw() -> None:
    assert told(packet(SYN_ACK, Origin.TARGET))[0].startswith("SYN, ACK  seq=0 raw-ack=0 ")


@pytest.mark.parametrize(
    ("code", "name"), [(0, "net-unreach"), (1, "host-unreach"), (3, "port-unreach"), (13, "admin-prohibited")]
)
def test_icmp_errors_name_their_sender_and_the_probe(code: int, name: str) -> None:
    error = IP(src="10.0.0.9", dst="10.0.0.1", ttl=60) / ICMP(type=3, code=code) / SYN
    assert told(packet(error, Origin.ROUTER)) == [
        f"ICMP {name} (3/{code})  ttl=60 from 10.0.0.9  (quotes TCP to port 22)"
    ]


def test_ipv6_errors_and_extension_headers() -> None:
    probe = IPv6(src="fd00::1", dst="fd00::2", hlim=61) / UDP(sport=1, dport=53) / b"12345"
    assert told(packet(probe, Origin.SCANNER)) == ["UDP  ttl=61 len=5"]
    error = IPv6(src="fd00::2", dst="fd00::1") / ICMPv6DestUnreach(code=4) / probe
    assert told(packet(error, Origin.TARGET)) == [
        "ICMPv6 port-unreach (1/4)  ttl=64 from fd00::2  (quotes UDP to port 53)"
    ]
    odd = IPv6(src="fd00::2", dst="fd00::1") / IPv6ExtHdrDestOpt() / TCP(flags="") / b"abc"
    assert decode(packet(odd, Origin.TARGET), None).payload_length == 3


def test_the_payload_counts_even_where_the_capture_was_cut() -> None:
    whole = bytes(IP(**BACK) / UDP(sport=53, dport=4000) / (b"x" * 1000))
    assert decode(Packet(0, Origin.TARGET, whole[:128], len(whole)), None).payload_length == 1000


def test_calls_are_told_and_not_seen() -> None:
    steps = steps_of(
        [
            Event(1000, Origin.SCANNER, "connect()", "sent", "", 1),
            Event(91_000, Origin.TARGET, "connect()", "EHOSTUNREACH", "ICMP type 3 code 13 from 10.0.0.9", 1),
        ]
    )
    assert [(step.kind, step.seen, step.t_us) for step in steps] == [(Kind.CALL, False, 0.0), (Kind.CALL, False, 90.0)]
    assert step_words(steps[1]) == "connect(): EHOSTUNREACH  (ICMP type 3 code 13 from 10.0.0.9)"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.sampled_from(list(Origin)))
def test_any_bytes_give_a_step(data: bytes, origin: Origin) -> None:
    step = decode(Packet(0, origin, data, len(data)), 0.0)
    assert step.kind is Kind.PACKET
    assert step.summary


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=20, max_size=60), st.sampled_from([1, 6, 17, 58]), st.booleans())
def test_any_transport_bytes_behind_a_sound_header_give_a_step(body: bytes, protocol: int, six: bool) -> None:
    if six:
        head = struct.pack(">IHBB16s16s", 6 << 28, len(body), protocol, 64, b"\xfd" * 16, b"\xfd" * 16)
    else:
        head = struct.pack(">BBHHHBBH4s4s", 69, 0, 20 + len(body), 0, 0, 64, protocol, 0, b"\x0a" * 4, b"\x0a" * 4)
    step = decode(Packet(0, Origin.TARGET, head + body, len(head + body)), 0.0)
    assert step.summary
    assert step_words(step)
    assert (step.payload_length or 0) >= 0
