"""IPv6 answers behind extension headers that scapy wrote: each is read as if it had none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.compat import raw
from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    PadN,
)
from scapy.layers.ipsec import AH
from scapy.packet import Packet, Raw

from tests.engine_playbook import SOURCE, TARGET, ip, rows
from tui_scan.engine.wire.extensions import MOST
from tui_scan.engine.wire.parse import Batch, parse

WIDTH = 512
OPTIONS = st.binary(max_size=14).map(lambda data: [PadN(optdata=data)])
EXTENSION = st.one_of(
    OPTIONS.map(lambda options: IPv6ExtHdrHopByHop(options=options)),
    OPTIONS.map(lambda options: IPv6ExtHdrDestOpt(options=options)),
    st.just(IPv6ExtHdrRouting(addresses=["2001:db8::7"])),
    st.integers(0, 2**32 - 1).map(lambda number: IPv6ExtHdrFragment(id=number)),
    st.just(AH(spi=7, seq=1, icv=bytes(12), payloadlen=4)),
)
EXTENSIONS = st.lists(EXTENSION, min_size=1, max_size=5)
ANSWER = st.sampled_from(
    [
        TCP(sport=80, dport=61_500, seq=7, ack=9, flags="SA"),
        UDP(sport=53, dport=61_500) / Raw(b"answer"),
        ICMPv6DestUnreach(code=4) / Raw(raw(ip(6, SOURCE[6], TARGET[6]) / UDP(sport=61_500, dport=53))),
    ]
)


NUMBER = {
    IPv6ExtHdrHopByHop: 0,
    TCP: 6,
    UDP: 17,
    IPv6ExtHdrRouting: 43,
    IPv6ExtHdrFragment: 44,
    AH: 51,
    ICMPv6DestUnreach: 58,
    IPv6ExtHdrDestOpt: 60,
}
"""Of IANA's registry of protocol numbers; scapy does not set it before and in an AH."""


def behind(extensions: list[Packet], answer: Packet) -> bytes:
    """A packet with these headers between IPv6's and the answer's, each of which names the next."""
    layers = [ip(6, TARGET[6], SOURCE[6]), *(extension.copy() for extension in extensions)]
    for layer, following in zip(layers, [*extensions, answer], strict=True):
        layer.nh = NUMBER[type(following)]
    packet = answer.copy()
    for layer in reversed(layers):
        packet = layer / packet
    return bytes(raw(packet))


def told(batch: Batch) -> list[list[list[object]]]:
    """What a batch says of its segments, datagrams and errors, column by column."""
    return [[column.tolist() for column in part] for part in (batch.segments, batch.datagrams, batch.errors)]


@given(EXTENSIONS, ANSWER)
def test_an_answer_is_read_behind_them(extensions: list[Packet], answer: Packet) -> None:
    plain = raw(ip(6, TARGET[6], SOURCE[6]) / answer)
    assert told(parse(rows([behind(extensions, answer)], WIDTH), 6)) == told(parse(rows([plain], WIDTH), 6))


@given(st.lists(st.tuples(st.lists(EXTENSION, max_size=3), ANSWER), max_size=9))
def test_each_row_of_a_batch_has_its_own(packets: list[tuple[list[Packet], Packet]]) -> None:
    batch = parse(rows([behind(*packet) for packet in packets], WIDTH), 6)
    alone = [told(parse(rows([behind(*packet)], WIDTH), 6)) for packet in packets]
    for number, (numbers, *columns) in enumerate(told(batch)):
        mine = [at for at, one in enumerate(alone) if one[number][0]]
        assert numbers == mine
        for column, values in enumerate(columns, 1):
            assert values == [alone[at][number][column][0] for at in mine]


@pytest.mark.parametrize("offset", [1, 31, 32, 0x1FFF])
def test_a_later_fragment_is_no_answer(offset: int) -> None:
    packet = behind([IPv6ExtHdrFragment(offset=offset, m=1)], TCP(sport=80, dport=61_500, flags="SA"))
    batch = parse(rows([packet], WIDTH), 6)
    assert not batch.heads.whole.any()
    assert [len(part.rows) for part in (batch.segments, batch.datagrams, batch.errors)] == [0, 0, 0]


@pytest.mark.parametrize("width", [120, 256])
def test_what_was_cut_off_is_no_answer(width: int) -> None:
    long = IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(200))])
    batch = parse(rows([behind([long, long], TCP(sport=80, dport=61_500))], width), 6)
    assert not batch.heads.whole.any()


def test_no_row_of_headers_is_followed_for_ever() -> None:
    most = [IPv6ExtHdrDestOpt() for _ in range(MOST)]
    answer = TCP(sport=80, dport=61_500)
    assert np.array_equal(parse(rows([behind(most, answer)], WIDTH), 6).segments.rows, [0])
    assert not len(parse(rows([behind([*most, IPv6ExtHdrDestOpt()], answer)], WIDTH), 6).segments.rows)
