"""The simulated host's stack: frames in, frames out, on a clock of the test's own. scapy reads the answers."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet, Raw

from tui_scan.lab.description import load
from tui_scan.lab.simulated.stack import Stack

_MAC = bytes.fromhex("020000000002")
_OWN = "020000000001"
_WRAP = 1 << 32
_NAMES = {4: ("10.1.0.1", "10.1.0.2"), 6: ("fd01::1", "fd01::2")}


def stack(tmp_path: Path, more: str = "", tcp: str = '{ open = "80" }') -> Stack:
    file = tmp_path / "one.toml"
    file.write_text(
        '[scanner]\naddresses = ["10.1.0.1/24", "fd01::1/64"]\n[[host]]\nname = "a.lab"\nkind = "simulated"\n'
        f'addresses = ["10.1.0.2/24", "fd01::2/64"]\ntcp = {tcp}\nudp = {{ open = "53" }}\n{more}'
    )
    return Stack(load(file).hosts[0], _MAC, lambda _port, data: b"re:" + data, random.Random(1))


@pytest.fixture
def plain(tmp_path: Path) -> Stack:
    return stack(tmp_path)


def ip(family: int) -> Packet:
    source, destination = _NAMES[family]
    return IP(src=source, dst=destination) if family == 4 else IPv6(src=source, dst=destination)


def ask(host: Stack, packet: Packet, now: float = 0.0, within: float = 0.5) -> list[Packet]:
    """What the host sends within so many seconds; every checksum is compared with scapy's."""
    host.receive(bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet), now)
    answers = [Ether(frame) for frame in host.due(now + within)]
    for answer in answers:
        assert (answer.src, answer.dst) == ("02:00:00:00:00:02", "02:00:00:00:00:01")
        again = answer.copy()
        for layer in (IP, TCP, UDP, ICMP):
            if again.getlayer(layer) is not None and type(again[layer]) is layer:
                again[layer].chksum = None
        for layer6 in (ICMPv6DestUnreach, ICMPv6EchoReply):
            if layer6 in again:
                again[layer6].cksum = None
        assert bytes(again) == bytes(answer)
    return answers


FAMILIES = pytest.mark.parametrize("family", [4, 6])


@FAMILIES
def test_a_handshake_data_and_the_end(plain: Stack, family: int) -> None:
    def say(flags: str, seq: int, ack: int = 0, data: bytes = b"") -> list[Packet]:
        segment = TCP(sport=4000, dport=80, flags=flags, seq=seq, ack=ack)
        return ask(plain, ip(family) / segment / Raw(data))

    [syn_ack] = say("S", _WRAP - 1)
    assert syn_ack[TCP].flags == "SA"
    assert syn_ack[TCP].ack == 0
    iss = syn_ack[TCP].seq
    assert say("A", 0, (iss + 1) % _WRAP) == []
    [taken] = say("PA", 0, (iss + 1) % _WRAP, b"hello")
    assert (taken[TCP].flags, taken[TCP].seq, taken[TCP].ack) == ("A", (iss + 1) % _WRAP, 5)
    [repeated] = say("PA", 0, (iss + 1) % _WRAP, b"hello")
    assert (repeated[TCP].flags, repeated[TCP].ack) == ("A", 5)
    [end] = say("FA", 5, (iss + 1) % _WRAP)
    assert (end[TCP].flags, end[TCP].seq, end[TCP].ack) == ("FA", (iss + 1) % _WRAP, 6)
    assert say("A", 6, (iss + 2) % _WRAP) == []
    [unknown] = say("A", 6, (iss + 2) % _WRAP)
    assert (unknown[TCP].flags, unknown[TCP].seq) == ("R", (iss + 2) % _WRAP)


@given(
    family=st.sampled_from([4, 6]),
    seq=st.integers(0, _WRAP - 1),
    ack=st.integers(0, _WRAP - 1),
    flags=st.integers(0, 63),
    data=st.binary(max_size=9),
)
def test_a_closed_port_resets_as_the_rfc_says(
    tmp_path_factory: pytest.TempPathFactory, family: int, seq: int, ack: int, flags: int, data: bytes
) -> None:
    host = stack(tmp_path_factory.mktemp("stack"))
    segment = TCP(sport=4000, dport=81, flags=flags, seq=seq, ack=ack)
    answers = ask(host, ip(family) / segment / Raw(data))
    if flags & 4:
        assert answers == []
        return
    [reset] = answers
    length = len(data) + bool(flags & 1) + bool(flags & 2)
    wanted = ("R", ack, 0) if flags & 16 else ("RA", 0, (seq + length) % _WRAP)
    assert (reset[TCP].flags, reset[TCP].seq, reset[TCP].ack) == wanted
    assert (reset[TCP].sport, reset[TCP].dport) == (81, 4000)


@pytest.mark.parametrize(
    ("flags", "answer"),
    [("", None), ("F", None), ("FPU", None), ("R", None), ("RA", None), ("A", "R"), ("FA", "R"), ("SA", "R")],
)
def test_a_listening_port_without_a_connection(plain: Stack, flags: str, answer: str | None) -> None:
    answers = ask(plain, ip(4) / TCP(sport=4000, dport=80, flags=flags, seq=5, ack=9))
    assert [str(packet[TCP].flags) for packet in answers] == ([answer] if answer else [])
    assert all(packet[TCP].seq == 9 for packet in answers)


@FAMILIES
@pytest.mark.parametrize(
    ("kind", "flags", "answer"),
    [
        ("windows", "", ("RA", 0, 5, 0)),
        ("windows", "F", ("RA", 0, 6, 0)),
        ("windows", "FPU", ("RA", 0, 6, 0)),
        ("windows", "A", ("R", 9, 0, 0)),
        ("windows", "FA", ("R", 9, 0, 0)),
        ("windows", "R", None),
        ("bsd", "", None),
        ("bsd", "FPU", None),
        ("bsd", "FA", None),
        ("bsd", "A", ("R", 9, 0, 4096)),
        ("bsd", "RA", None),
    ],
)
def test_stacks_answer_strays_by_their_habits(
    tmp_path: Path, family: int, kind: str, flags: str, answer: tuple[str, int, int, int] | None
) -> None:
    host = stack(tmp_path, f'stack = "{kind}"\nwindow = 4096\n')
    segment = TCP(sport=4000, dport=80, flags=flags, seq=5, ack=9)
    told = [(str(p[TCP].flags), p[TCP].seq, p[TCP].ack, p[TCP].window) for p in ask(host, ip(family) / segment)]
    assert told == ([answer] if answer else [])
    [opened] = ask(host, ip(family) / TCP(sport=4001, dport=80, flags="S", seq=5))
    assert (opened[TCP].flags, opened[TCP].ack) == ("SA", 6)


def test_an_unanswered_syn_ack_comes_again_until_a_reset(plain: Stack) -> None:
    probe = ip(4) / TCP(sport=4000, dport=80, flags="S", seq=7)
    [first] = ask(plain, probe)
    [again] = [Ether(frame) for frame in plain.due(1.5)]
    assert again[TCP].seq == first[TCP].seq
    assert ask(plain, ip(4) / TCP(sport=4000, dport=80, flags="R", seq=8), now=1.6) == []
    assert plain.due(60.0) == []
    assert plain.next_due is None


@pytest.mark.parametrize(
    ("offered", "written"),
    [
        ([("MSS", 1460)], [("MSS", 1460)]),
        (
            [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (77, 0)), ("NOP", None), ("WScale", 10)],
            [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (0, 77)), ("NOP", None), ("WScale", 7)],
        ),
    ],
)
def test_options_are_agreed_on(
    tmp_path: Path, offered: list[tuple[str, object]], written: list[tuple[str, object]]
) -> None:
    host = stack(tmp_path, 'window = 29200\nttl = 61\noptions = ["mss=1460", "sack", "timestamp", "nop", "wscale=7"]\n')
    [answer] = ask(host, ip(4) / TCP(sport=4000, dport=80, flags="S", options=offered))
    assert answer[TCP].options == written
    assert answer[TCP].window == 29200
    assert answer[IP].ttl == 61


@FAMILIES
def test_udp_answers_or_quotes(plain: Stack, family: int) -> None:
    [answer] = ask(plain, ip(family) / UDP(sport=4000, dport=53) / b"abc")
    assert (answer[UDP].sport, answer[UDP].dport, bytes(answer[UDP].payload)) == (53, 4000, b"re:abc")
    probe = ip(family) / UDP(sport=4000, dport=54) / b"abc"
    [error] = ask(plain, probe)
    if family == 4:
        assert (error[ICMP].type, error[ICMP].code) == (3, 3)
        assert bytes(error[ICMP].payload) == bytes(probe)
    else:
        assert error[ICMPv6DestUnreach].code == 4
        assert bytes(error[ICMPv6DestUnreach].payload) == bytes(probe)


@pytest.mark.parametrize("ping", [True, False])
def test_ping(tmp_path: Path, ping: bool) -> None:
    host = stack(tmp_path, f"ping = {str(ping).lower()}\n")
    four = ask(host, ip(4) / ICMP(id=5, seq=6) / b"abc")
    six = ask(host, ip(6) / ICMPv6EchoRequest(id=5, seq=6, data=b"abc"))
    assert len(four) == len(six) == ping
    if ping:
        assert (four[0][ICMP].type, four[0][ICMP].id, bytes(four[0][ICMP].payload)) == (0, 5, b"abc")
        assert (six[0][ICMPv6EchoReply].seq, six[0][ICMPv6EchoReply].data) == (6, b"abc")


def test_arp_for_its_own_address_alone(plain: Stack) -> None:
    [answer] = ask(plain, ARP(psrc="10.1.0.1", hwsrc="02:00:00:00:00:01", pdst="10.1.0.2"))
    assert (answer[ARP].op, answer[ARP].hwsrc, answer[ARP].psrc) == (2, "02:00:00:00:00:02", "10.1.0.2")
    assert ask(plain, ARP(psrc="10.1.0.1", hwsrc="02:00:00:00:00:01", pdst="10.1.0.3")) == []


def test_latency_and_jitter(tmp_path: Path) -> None:
    host = stack(tmp_path, "latency_ms = 40\njitter_ms = 10\n")
    for port in range(1000, 1100):
        assert ask(host, ip(4) / TCP(sport=4000, dport=port, flags="S"), float(port), 0.0399) == []
        assert len(host.due(port + 0.0501)) == 1


def test_the_icmp_limit_is_a_token_bucket(tmp_path: Path) -> None:
    host = stack(tmp_path, "icmp_limit = { burst = 6, per_second = 2 }\n")
    probe = ip(4) / UDP(sport=4000, dport=54)
    assert sum(len(ask(host, probe, 10.0)) for _ in range(20)) == 6
    assert sum(len(ask(host, probe, 11.0)) for _ in range(20)) == 2
    assert sum(len(ask(host, probe, 100.0)) for _ in range(20)) == 6


def test_the_reset_limit_spares_open_ports(tmp_path: Path) -> None:
    host = stack(tmp_path, "rst_limit = { burst = 3, per_second = 1 }\n")
    assert sum(len(ask(host, ip(4) / TCP(dport=81, flags="S"), 10.0)) for _ in range(9)) == 3
    assert len(ask(host, ip(4) / TCP(dport=80, flags="S"), 10.0)) == 1


def test_loss_is_on_both_ways(tmp_path: Path) -> None:
    host = stack(tmp_path, "loss = 0.2\n")
    answered = sum(len(ask(host, ip(4) / TCP(sport=port, dport=81, flags="S"), 1.0)) for port in range(1, 2001))
    assert 0.59 < answered / 2000 < 0.69


def test_duplicates(tmp_path: Path) -> None:
    host = stack(tmp_path, "duplicates = 1\n")
    assert len(ask(host, ip(4) / TCP(dport=81, flags="S"))) == 2


@given(st.binary(max_size=120), st.sampled_from([0x0800, 0x86DD, 0x0806]))
def test_no_frame_upsets_it(tmp_path_factory: pytest.TempPathFactory, noise: bytes, kind: int) -> None:
    host = stack(tmp_path_factory.mktemp("stack"))
    host.receive(_MAC + bytes.fromhex(_OWN) + kind.to_bytes(2, "big") + noise, 0.0)
    host.due(10.0)


@given(st.integers(0, 80), st.integers(0, 255), st.sampled_from([4, 6]))
def test_no_damaged_packet_upsets_it(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, family: int
) -> None:
    host = stack(tmp_path_factory.mktemp("stack"))
    probe = ip(family) / TCP(sport=4000, dport=80, flags="S", options=[("MSS", 1460), ("WScale", 3)])
    frame = bytearray(bytes(Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01") / probe))
    frame[min(14 + at, len(frame) - 1)] = value
    host.receive(bytes(frame), 0.0)
    host.due(10.0)
