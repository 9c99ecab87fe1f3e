"""Packets as the options ask, read by scapy; and answers to probes that all leave from one port, or carry data."""

import random

import numpy as np
import pytest
from scapy.compat import raw
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Packet, Raw

from tests.engine_playbook import FIRST_PORT, OTHER, PORTS, SOURCE, TARGET, Playbook, hosts_of, ip, rows, wire
from tui_scan.engine.columns import Columns
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.formed import formed
from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.techniques.matching import Answers, Matcher
from tui_scan.engine.wire.parse import parse
from tui_scan.model.packet_form import PacketForm
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique

KEY = 12345


def made(technique: Technique, family: int, form: PacketForm) -> FrameTechnique:
    """A technique with options, for a few ports of two hosts."""
    matcher = Matcher(
        hosts_of(OTHER[family], TARGET[family]),
        Columns([(technique, PORTS)]),
        ProbeKeys(KEY, FIRST_PORT),
        wire(SOURCE[family], SOURCE[family]),
    )
    request = ScanRequest(packets=form)
    return formed(lambda one: registry.probes(technique, one, request), matcher, KEY, form)


def sent(technique: FrameTechnique, cell: int, tries: int) -> list[bytes]:
    """The packets of one try of a cell."""
    return [packets[0].tobytes() for _, packets in technique.build(np.array([cell]), tries)]


def judged(technique: FrameTechnique, family: int, *packets: Packet) -> Answers:
    """What a technique sees in packets that came."""
    data = rows(raw(packet) for packet in packets)
    return technique.judge(parse(data, family), np.zeros(len(data), np.bool_))


def cell_of(family: int, port: int) -> int:
    """The cell of a port of the target."""
    host: int = hosts_of(OTHER[family], TARGET[family]).index(TARGET[family])
    return host * len(PORTS) + PORTS.index(port)


@pytest.mark.parametrize("technique", [Technique.SYN, Technique.ACK, Technique.UDP, Technique.SCTP_INIT])
def test_fragments_make_the_packet_again(technique: Technique, chance: random.Random) -> None:
    size = 8 * chance.randrange(1, 12)
    data = chance.randbytes(chance.randrange(0, 200)).hex()
    whole = made(technique, 4, PacketForm(data=data, ttl=9))
    cut = made(technique, 4, PacketForm(data=data, ttl=9, mtu=size))
    cells = np.arange(2 * len(PORTS))
    pieces: dict[int, list[bytes]] = {}
    for at, packets in cut.build(cells, 3):
        for cell, packet in zip(at.tolist(), packets, strict=True):
            pieces.setdefault(cell, []).append(packet.tobytes())
    for cell in cells.tolist():
        assert sent(cut, cell, 3) == pieces[cell]  # the exchange builds each alone
        assert put_together(pieces[cell]) == [packet[20:] for packet in sent(whole, cell, 3)]
        for piece in pieces[cell]:
            read = IP(piece[:20])
            assert len(piece) == read.len <= 20 + size
            assert not read.flags.MF or len(piece) == 20 + size
            del read.chksum
            assert raw(read) == piece[:20]


def put_together(pieces: list[bytes]) -> list[bytes]:
    """What stands behind the headers of whole packets, of fragments in their order."""
    bodies: list[bytes] = []
    for piece in pieces:
        head = IP(piece[:20])
        if not head.frag:
            bodies.append(b"")
        assert 8 * head.frag == len(bodies[-1])
        bodies[-1] += piece[20:]
    return bodies


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [Technique.SYN, Technique.NULL, Technique.UDP])
def test_data_and_sums_are_what_scapy_makes_of_them(technique: Technique, family: int, chance: random.Random) -> None:
    data = chance.randbytes(chance.randrange(1, 99))
    options = chance.choice((None, "R", "U", r"\x01*8")) if family == 4 else None
    form = PacketForm(data=data.hex(), ttl=chance.randrange(256), ip_options=options)
    (packet,) = sent(made(technique, family, form), cell_of(family, 22), 1)
    read = (IP if family == 4 else IPv6)(packet)
    assert raw(read[UDP if technique is Technique.UDP else TCP].payload) == data
    assert (read.ttl if family == 4 else read.hlim) == form.ttl
    again = read.copy()
    for layer, name in ((IP, "chksum"), (IP, "len"), (IPv6, "plen"), (TCP, "chksum"), (UDP, "chksum"), (UDP, "len")):
        if layer in again:
            delattr(again[layer], name)
    assert raw(again) == packet


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [Technique.SYN, Technique.UDP])
def test_a_bad_sum_is_wrong_and_says_that_there_is_one(technique: Technique, family: int) -> None:
    good, bad = (made(technique, family, PacketForm(bad_sums=wrong, ttl=1)) for wrong in (False, True))
    layer = TCP if technique is Technique.SYN else UDP
    for tries in range(1, 17):
        for cell in range(2 * len(PORTS)):
            one, other = (
                [(IP if family == 4 else IPv6)(packet)[layer].chksum for packet in sent(form, cell, tries)]
                for form in (good, bad)
            )
            for right, wrong in zip(one, other, strict=True):
                assert wrong not in (right, 0)
                assert right ^ wrong != 0xFFFF  # both zeros of the sum would be one


@pytest.mark.parametrize("family", [4, 6])
def test_a_reset_acknowledges_the_data_and_nothing_else(family: int, chance: random.Random) -> None:
    """RFC 9293 §3.10.7.1: ACK = SEG.SEQ + SEG.LEN, in which a SYN counts one."""
    size = chance.randrange(4, 1000)
    technique = made(Technique.SYN, family, PacketForm(data_length=size))
    (packet,) = sent(technique, cell_of(family, 80), 1)
    probe = (IP if family == 4 else IPv6)(packet)[TCP]

    def told(flags: str, ahead: int) -> int:
        segment = TCP(sport=80, dport=probe.sport, flags=flags, ack=(probe.seq + ahead) % 2**32)
        return len(judged(technique, family, ip(family, TARGET[family], SOURCE[family]) / segment).rows)

    assert [told("RA", ahead) for ahead in (1, size + 1)] == [1, 1]
    assert [told("SA", ahead) for ahead in (1, size + 1)] == [1, 1]
    strangers = (-1, 2, size // 2 + 1 if size > 5 else 3, size - 1, size + 2)
    assert [told("RA", ahead) for ahead in strangers] == [0] * len(strangers)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", [Technique.SYN, Technique.ACK, Technique.FIN])
def test_the_try_is_told_by_the_key_where_the_port_is_one(technique: Technique, family: int) -> None:
    port = 53
    probing = made(technique, family, PacketForm(source_port=port))
    cell = cell_of(family, 443)
    probes = []
    for tries in range(1, 17):
        (packet,) = sent(probing, cell, tries)
        probes.append((IP if family == 4 else IPv6)(packet)[TCP])
    assert {probe.sport for probe in probes} == {port}
    assert len({probe.seq for probe in probes}) == 16
    for tries, probe in enumerate(probes, 1):
        ahead = 1 if technique is not Technique.ACK else 0
        reset = TCP(sport=443, dport=port, flags="RA", seq=probe.ack, ack=(probe.seq + ahead) % 2**32)
        answers = judged(probing, family, ip(family, TARGET[family], SOURCE[family]) / reset)
        assert list(zip(answers.cells, answers.tries, strict=True)) == [(cell, tries)]
    stranger = TCP(sport=443, dport=port + 1, flags="RA", ack=(probes[0].seq + 1) % 2**32, seq=probes[0].ack)
    assert not len(judged(probing, family, ip(family, TARGET[family], SOURCE[family]) / stranger).rows)


def test_a_datagram_belongs_to_a_try_only_while_there_is_one() -> None:
    probing = made(Technique.UDP, 4, PacketForm(source_port=999))
    cell = cell_of(4, 22)
    answer = ip(4, TARGET[4], SOURCE[4]) / UDP(sport=22, dport=999) / Raw(b"x")
    (first,) = sent(probing, cell, 1)
    assert judged(probing, 4, answer).tries.tolist() == [1]
    (second,) = sent(probing, cell, 2)
    assert judged(probing, 4, answer, answer).tries.tolist() == [0, 0]
    for tries, probe in ((1, first), (2, second)):
        error = ip(4, TARGET[4], SOURCE[4]) / ICMP(type=3, code=3) / IP(probe)
        answers = judged(probing, 4, error)
        assert list(zip(answers.cells, answers.tries, strict=True)) == [(cell, tries)]


def test_without_options_a_technique_is_what_it_was(rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, 4, rng)
    request = ScanRequest()
    matcher = Matcher(book.hosts, book.columns, book.keys, wire(SOURCE[4], SOURCE[4]))
    technique = registry.probes(Technique.SYN, matcher, request)
    assert formed(lambda _: technique, matcher, KEY, request.packets) is technique
