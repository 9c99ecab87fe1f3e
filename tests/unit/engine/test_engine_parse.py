"""Parsed batches beside the packets that scapy built."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.compat import raw
from scapy.layers.inet import ICMP, TCP, UDP, IPOption_RR
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoReply,
    ICMPv6PacketTooBig,
    ICMPv6TimeExceeded,
)
from scapy.packet import Packet, Raw

from tests.engine_playbook import SOURCE, TARGET, WIDTH, ip, rows, wire
from tui_scan.engine.wire.parse import Datagrams, Errors, Segments, parse

PORT = st.integers(0, 65535)
NUMBER = st.integers(0, 2**32 - 1)
FAMILY = st.sampled_from([4, 6])
OPTIONS = st.sampled_from([[], [("MSS", 1460)], [("MSS", 1380), ("NOP", None), ("WScale", 7), ("SAckOK", b"")]])


def header(family: int, ttl: int = 57, options: bool = False) -> Packet:
    """A header from the target to the source, with IP options where they are wanted and there are any."""
    made = ip(family, TARGET[family], SOURCE[family], ttl)
    if options and family == 4:
        made.options = [IPOption_RR(routers=["10.0.0.1", "0.0.0.0"])]
    return made


@given(FAMILY, PORT, PORT, NUMBER, NUMBER, st.integers(0, 255), st.integers(1, 255), OPTIONS, st.booleans())
def test_segments(
    family: int,
    sport: int,
    dport: int,
    seq: int,
    ack: int,
    flags: int,
    ttl: int,
    options: list[tuple[str, object]],
    ip_options: bool,
) -> None:
    segment = TCP(sport=sport, dport=dport, seq=seq, ack=ack, flags=flags, options=options)
    batch = parse(rows([raw(header(family, ttl, ip_options) / segment)]), family)
    found = batch.segments
    assert found.rows.tolist() == [0]
    assert (found.source == wire(TARGET[family])).all()
    assert (found.target == wire(SOURCE[family])).all()
    numbers = (found.ttl, found.source_port, found.target_port, found.seq, found.ack, found.flags)
    assert [int(array[0]) for array in numbers] == [ttl, sport, dport, seq, ack, flags]
    assert not len(batch.datagrams.rows)
    assert not len(batch.errors.rows)


@given(FAMILY, PORT, PORT, st.integers(1, 255), st.binary(max_size=200), st.booleans())
def test_datagrams(family: int, sport: int, dport: int, ttl: int, payload: bytes, ip_options: bool) -> None:
    packet = header(family, ttl, ip_options) / UDP(sport=sport, dport=dport) / Raw(payload)
    found = parse(rows([raw(packet)]), family).datagrams
    assert (found.source == wire(TARGET[family])).all()
    assert (int(found.ttl[0]), int(found.source_port[0]), int(found.target_port[0])) == (ttl, sport, dport)


def quoting(family: int, kind: int, code: int, quoted: bytes) -> Packet:
    """An ICMP error of a type and code that quotes a packet."""
    if family == 4:
        return ICMP(type=kind, code=code) / Raw(quoted)
    return {1: ICMPv6DestUnreach, 3: ICMPv6TimeExceeded}[kind](code=code) / Raw(quoted)


@given(FAMILY, st.booleans(), PORT, PORT, NUMBER, st.integers(0, 255), st.booleans(), st.booleans(), st.booleans())
def test_errors_and_what_they_quote(
    family: int, tcp: bool, sport: int, dport: int, seq: int, code: int, exceeded: bool, outer: bool, inner: bool
) -> None:
    probe = ip(family, SOURCE[family], TARGET[family])
    if inner and family == 4:
        probe.options = [IPOption_RR(routers=["10.0.0.1"])]
    if family == 4:
        probe.id = seq & 0xFFFF
    probe /= TCP(sport=sport, dport=dport, seq=seq) if tcp else UDP(sport=sport, dport=dport)
    # Eight bytes behind the quoted header are all that a router must send back (RFC 792).
    quoted = raw(probe)[: len(probe) - len(probe.payload) + 8]
    kind = {4: (3, 11), 6: (1, 3)}[family][exceeded]
    packet = header(family, 44, outer) / quoting(family, kind, code, quoted)
    found = parse(rows([raw(packet)]), family).errors
    assert found.rows.tolist() == [0]
    assert (found.source == wire(TARGET[family])).all()
    assert (found.quoted_target == wire(TARGET[family])).all()
    numbers = (found.ttl, found.type, found.code, found.quoted_protocol)
    assert [int(array[0]) for array in numbers] == [44, kind, code, 6 if tcp else 17]
    assert (int(found.quoted_source_port[0]), int(found.quoted_target_port[0])) == (sport, dport)
    if tcp:
        assert int(found.quoted_seq[0]) == seq
    assert int(found.quoted_identification[0]) == (seq & 0xFFFF if family == 4 else 0)


@pytest.mark.parametrize("family", [4, 6])
def test_what_is_no_answer_is_left_out(family: int) -> None:
    quoted = raw(ip(family, SOURCE[family], TARGET[family]) / TCP())
    others = [b"", b"\x45", bytes(60), b"\xff" * WIDTH, raw(header(family) / Raw(b"x"))]
    if family == 4:
        fragment = header(4) / TCP(sport=1, dport=2)
        fragment.frag = 3
        others += [raw(fragment), raw(header(4) / ICMP(type=0)), raw(header(4) / ICMP(type=5) / Raw(quoted))]
    else:
        others += [raw(header(6) / ICMPv6EchoReply()), raw(header(6) / ICMPv6PacketTooBig() / Raw(quoted))]
    others.append(raw(header(10 - family) / TCP(sport=1, dport=2)))
    batch = parse(rows(others), family)
    assert [len(part.rows) for part in (batch.segments, batch.datagrams, batch.errors)] == [0, 0, 0]


@given(FAMILY, st.lists(st.binary(max_size=WIDTH), max_size=30))
def test_no_bytes_break_it(family: int, packets: list[bytes]) -> None:
    """Whatever came, each packet is at most one thing, and all columns of a part are of one length."""
    first = {4: b"\x45", 6: b"\x60"}[family]
    data = rows([first + packet[1:] for packet in packets])
    batch = parse(data, family)
    parts = (batch.segments, batch.datagrams, batch.errors)
    numbers = np.concatenate([part.rows for part in parts])
    assert len(set(numbers.tolist())) == len(numbers)
    for part in parts:
        assert {len(column) for column in part} == {len(part.rows)}


@given(st.integers(1, 40), FAMILY, st.integers(0, 2**32 - 1))
def test_mixed_batches_keep_their_order(count: int, family: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, 3, count)
    quoted = raw(ip(family, SOURCE[family], TARGET[family]) / TCP(sport=7, dport=8, seq=9))
    made = {
        0: lambda n: TCP(sport=n, dport=1),
        1: lambda n: UDP(sport=n, dport=1),
        2: lambda n: quoting(family, 3, 0, quoted),
    }
    packets = [raw(header(family, 1 + n) / made[int(kind)](n)) for n, kind in enumerate(kinds)]
    batch = parse(rows(packets), family)
    parts: tuple[Segments | Datagrams | Errors, ...] = (batch.segments, batch.datagrams, batch.errors)
    for kind, part in enumerate(parts):
        assert part.rows.tolist() == np.flatnonzero(kinds == kind).tolist()
        assert part.ttl.tolist() == (part.rows + 1).tolist()
    assert batch.segments.source_port.tolist() == batch.segments.rows.tolist()
