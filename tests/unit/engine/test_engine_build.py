"""Built packets, read by scapy: every field, and the checksums that scapy computes itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.compat import raw
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Packet

from tui_scan.engine.wire.build import Addressing, Segment, datagrams, segments

COUNTS = st.integers(1, 9)
FAMILIES = st.sampled_from([4, 6])
SEEDS = st.integers(0, 2**32 - 1)


def addressing(family: int, count: int, rng: np.random.Generator) -> Addressing:
    """Random addresses, ports and identifications; the edges of 16 bits among them."""
    width = 4 if family == 4 else 16
    edges = np.array([1, 255, 256, 0x7FFF, 0x8000, 0xFFFF])

    def numbers() -> np.ndarray[tuple[int], np.dtype[np.uint16]]:
        mixed = np.where(rng.random(count) < 0.5, rng.choice(edges, count), rng.integers(1, 65536, count))
        return mixed.astype(np.uint16)

    return Addressing(
        family,
        rng.integers(0, 256, (count, width), np.uint8),
        rng.integers(0, 256, (count, width), np.uint8),
        numbers(),
        numbers(),
        numbers(),
    )


def dissected(row: np.ndarray[tuple[int], np.dtype[np.uint8]], family: int) -> Packet:
    return (IP if family == 4 else IPv6)(row.tobytes())


def recomputed(packet: Packet, transport: type[Packet]) -> bytes:
    """The packet once more, its lengths and checksums computed by scapy."""
    again = packet.copy()
    del again[transport].chksum
    if transport is UDP:
        del again[UDP].len
    if IP in again:
        del again[IP].chksum, again[IP].len
    else:
        del again[IPv6].plen
    return bytes(raw(again))


def check_header(packet: Packet, to: Addressing, number: int, protocol: int) -> None:
    if to.family == 4:
        assert (packet.version, packet.ihl, packet.ttl, packet.proto, packet.frag) == (4, 5, 64, protocol, 0)
        assert packet.id == to.identification[number]
    else:
        label = to.identification[number]
        assert (packet.version, packet.hlim, packet.nh, packet.tc, packet.fl) == (6, 64, protocol, 0, label)
    both = bytes(to.source[number]) + bytes(to.target[number])
    start = 12 if to.family == 4 else 8
    assert raw(packet)[start : start + len(both)] == both


@given(FAMILIES, COUNTS, SEEDS, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_syns(family: int, count: int, seed: int, window: int, mss: int) -> None:
    rng = np.random.default_rng(seed)
    to = addressing(family, count, rng)
    seq = rng.integers(0, 2**32, count, np.uint32)
    built = segments(to, Segment(0x02, window, bytes((2, 4)) + mss.to_bytes(2, "big")), seq)
    assert built.shape == (count, 44 if family == 4 else 64)
    for number, row in enumerate(built):
        packet = dissected(row, family)
        check_header(packet, to, number, 6)
        segment = packet[TCP]
        assert (segment.sport, segment.dport) == (to.source_port[number], to.target_port[number])
        assert (segment.seq, segment.ack, segment.flags, segment.window) == (seq[number], 0, "S", window)
        assert (segment.dataofs, segment.urgptr, segment.options) == (6, 0, [("MSS", mss)])
        assert not segment.payload
        assert recomputed(packet, TCP) == row.tobytes()


@given(FAMILIES, COUNTS, SEEDS, st.integers(0, 255), st.booleans())
def test_segments_of_any_flags(family: int, count: int, seed: int, flags: int, acknowledge: bool) -> None:
    rng = np.random.default_rng(seed)
    to = addressing(family, count, rng)
    seq, ack = rng.integers(0, 2**32, (2, count), np.uint32)
    built = segments(to, Segment(flags, 1024), seq, ack if acknowledge else None)
    assert built.shape == (count, 40 if family == 4 else 60)
    for number, row in enumerate(built):
        segment = dissected(row, family)[TCP]
        assert (segment.seq, segment.ack) == (seq[number], ack[number] if acknowledge else 0)
        assert (int(segment.flags), segment.window, segment.dataofs, segment.options) == (flags, 1024, 5, [])
        assert recomputed(dissected(row, family), TCP) == row.tobytes()


@given(FAMILIES, COUNTS, SEEDS, st.binary(max_size=301))
def test_datagrams(family: int, count: int, seed: int, payload: bytes) -> None:
    to = addressing(family, count, np.random.default_rng(seed))
    built = datagrams(to, payload)
    assert built.shape == (count, (28 if family == 4 else 48) + len(payload))
    for number, row in enumerate(built):
        packet = dissected(row, family)
        check_header(packet, to, number, 17)
        datagram = packet[UDP]
        assert (datagram.sport, datagram.dport) == (to.source_port[number], to.target_port[number])
        assert datagram.len == 8 + len(payload)
        assert raw(datagram)[8:] == payload
        assert recomputed(packet, UDP) == row.tobytes()


@pytest.mark.parametrize("family", [4, 6])
def test_a_udp_checksum_is_never_zero(family: int) -> None:
    """Zero says that there is none (RFC 768), and IPv6 forbids it (RFC 8200 §8.1)."""
    to = addressing(family, 1, np.random.default_rng(1))
    # The checksum of a datagram moves by what its payload holds: one payload makes it come out as zero.
    checksum = int.from_bytes(datagrams(to, b"\0\0")[0, -4:-2].tobytes(), "big")
    packet = dissected(datagrams(to, checksum.to_bytes(2, "big"))[0], family)
    assert packet[UDP].chksum == 0xFFFF
