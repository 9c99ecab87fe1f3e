"""Whole batches of IP packets as byte matrices: one row a probe."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.wire.checksum import finish, put, put16, put32, put_rows, word_sums

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.integer]

TTL = 64
TCP, UDP = 6, 17
_PSEUDO = {4: (12, 20), 6: (8, 40)}


class Addressing(NamedTuple):
    """Per probe: addresses (n, 4) or (n, 16), ports (n), and a number of 16 bits (n) that ICMP errors quote.

    ``identification`` stands in IPv4's field of that name, and in the low bits of IPv6's flow label.
    """

    family: int
    source: Bytes
    target: Bytes
    source_port: Numbers
    target_port: Numbers
    identification: Numbers


class Segment(NamedTuple):
    """What all TCP probes of a batch have in common; ``options`` are padded to a multiple of four."""

    flags: int
    window: int
    options: bytes = b""


def segments(to: Addressing, form: Segment, seq: Numbers, ack: Numbers | None = None) -> Bytes:
    """TCP segments (RFC 9293 §3.1): shape (n, IP header + 20 + length of the options)."""
    header = 20 + len(form.options)
    packets, start = ip_packets(to, TCP, header)
    _ports(packets, start, to)
    put32(packets, start + 4, seq)
    if ack is not None:
        put32(packets, start + 8, ack)
    packets[:, start + 12] = header // 4 << 4
    packets[:, start + 13] = form.flags
    put16(packets, start + 14, form.window)
    if form.options:
        put_rows(packets, start + 20, np.frombuffer(form.options, np.uint8)[None, :])
    put(packets, start + 16, transport_checksum(packets, to.family, TCP, start))
    return packets


def datagrams(to: Addressing, payload: bytes) -> Bytes:
    """UDP datagrams that all carry ``payload`` (RFC 768): shape (n, header + 8 + len(payload))."""
    length = 8 + len(payload)
    packets, start = ip_packets(to, UDP, length)
    _ports(packets, start, to)
    put16(packets, start + 4, length)
    packets[:, start + 8 :] = np.frombuffer(payload, np.uint8)
    sums = transport_checksum(packets, to.family, UDP, start)
    sums[sums == 0] = 0xFFFF
    put(packets, start + 6, sums)
    return packets


def _ports(packets: Bytes, start: int, to: Addressing) -> None:
    put16(packets, start, to.source_port)
    put16(packets, start + 2, to.target_port)


def ip_packets(to: Addressing, protocol: int | Bytes, length: int) -> tuple[Bytes, int]:
    """Packets with their IP header filled in, and where the transport header begins.

    ``protocol`` is one for all packets, or one a packet.
    """
    count = len(to.target)
    if to.family == 4:
        packets = np.zeros((count, 20 + length), np.uint8)
        packets[:, 0] = 0x45
        put16(packets, 2, 20 + length)
        put16(packets, 4, to.identification)
        packets[:, 8] = TTL
        packets[:, 9] = protocol
        put_rows(packets, 12, to.source)
        put_rows(packets, 16, to.target)
        put(packets, 10, finish(word_sums(packets[:, :20])))
        return packets, 20
    packets = np.zeros((count, 40 + length), np.uint8)
    packets[:, 0] = 0x60
    put16(packets, 2, to.identification)
    put16(packets, 4, length)
    packets[:, 6] = protocol
    packets[:, 7] = TTL
    put_rows(packets, 8, to.source)
    put_rows(packets, 24, to.target)
    return packets, 40


def transport_checksum(packets: Bytes, family: int, protocol: int, start: int) -> npt.NDArray[np.uint16]:
    """TCP's and UDP's checksum over the pseudo header (RFC 9293 §3.1, RFC 8200 §8.1)."""
    first, last = _PSEUDO[family]
    body = packets[:, start:]
    length = body.shape[1]
    if length % 2:
        body = np.concatenate([body, np.zeros((len(body), 1), np.uint8)], axis=1)
    fixed = np.frombuffer(length.to_bytes(2, "big") + protocol.to_bytes(2, "big"), np.uint16)
    sums = word_sums(packets[:, first:last]) + word_sums(body) + np.uint32(int(fixed.astype(np.uint32).sum()))
    return finish(sums)
