"""Whole batches of received IP packets as columns: addresses, ports, flags, and what an ICMP error quotes."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.wire.extensions import payloads

Bytes = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
_L4_WIDTH = 20
ERRORS = {4: (3, 11), 6: (1, 3, 4)}
"""The types of destination unreachable and time exceeded, and IPv6's parameter problem (RFC 792, RFC 4443)."""


class Segments(NamedTuple):
    """TCP segments: ``rows`` are their numbers in the batch; one entry a segment in every array."""

    rows: Rows
    source: Bytes
    target: Bytes
    ttl: Bytes
    source_port: U16
    target_port: U16
    seq: U32
    ack: U32
    flags: Bytes
    window: U16

    def cut(self, pick: Rows) -> "Segments":
        """Some of the segments."""
        return Segments(*(column[pick] for column in self))  # type: ignore[arg-type]


class Datagrams(NamedTuple):
    """UDP datagrams."""

    rows: Rows
    source: Bytes
    ttl: Bytes
    source_port: U16
    target_port: U16


class Errors(NamedTuple):
    """ICMP errors with the ports, the first sequence-number word and the addresses of the packet they quote.

    ``quoted_identification`` is IPv4's, or the low 16 bits of IPv6's flow label.
    """

    rows: Rows
    source: Bytes
    ttl: Bytes
    type: Bytes
    code: Bytes
    quoted_source: Bytes
    quoted_target: Bytes
    quoted_protocol: Bytes
    quoted_source_port: U16
    quoted_target_port: U16
    quoted_seq: U32
    quoted_identification: U16

    def split(self, apart: npt.NDArray[np.bool_]) -> tuple["Errors", "Errors"]:
        """The errors that are not marked in ``apart``, and those that are."""
        if not apart.any():
            return self, self.cut(slice(0))
        return self.cut(~apart), self.cut(apart)

    def cut(self, pick: slice | npt.NDArray[np.bool_]) -> "Errors":
        """Some of the errors."""
        return Errors(*(column[pick] for column in self))  # type: ignore[arg-type]


class Heads(NamedTuple):
    """The IP headers of all packets of a batch, a row each; ``start`` is where the transport header begins.

    ``whole`` marks what is a packet of the family and no fragment. ``first`` is the protocol that the IP header names,
    which is another than ``protocol`` where extension headers lie between.
    """

    packets: Bytes
    whole: npt.NDArray[np.bool_]
    protocol: Bytes
    ttl: Bytes
    source: Bytes
    target: Bytes
    start: Rows
    first: Bytes

    def transport(self, rows: Rows, width: int) -> Bytes:
        """The first ``width`` bytes behind the IP headers of these rows."""
        return _cut(self.packets, rows, self.start[rows], width)


class Batch(NamedTuple):
    """A parsed batch; each part may be empty."""

    heads: Heads
    segments: Segments
    datagrams: Datagrams
    errors: Errors


def parse(packets: Bytes, family: int) -> Batch:
    """Sort packets of one family, uint8 of shape (n, width >= 120) from the IP header on, by what they are.

    Rows shorter than their protocol's header must be padded with zeros.
    """
    if family == 4:
        first = protocol = packets[:, 9]
        ttl = packets[:, 8]
        source, target = packets[:, 12:16], packets[:, 16:20]
        start = (packets[:, 0] & 15).astype(np.int64) * 4
        own = (packets[:, 0] >> 4 == 4) & ((packets[:, 6] & 0x1F) == 0) & (packets[:, 7] == 0)
        icmp = ICMP
    else:
        ttl, source, target = packets[:, 7], packets[:, 8:24], packets[:, 24:40]
        first = packets[:, 6]
        protocol, start, whole = payloads(packets)
        own = whole & (packets[:, 0] >> 4 == 6)
        icmp = ICMP6
    return Batch(
        Heads(packets, own, protocol, ttl, source, target, start, first),
        _segments(packets, np.flatnonzero(own & (protocol == TCP)), start, source, target, ttl),
        _datagrams(packets, np.flatnonzero(own & (protocol == UDP)), start, source, ttl),
        _errors(packets, np.flatnonzero(own & (protocol == icmp)), start, source, ttl, family),
    )


def _segments(packets: Bytes, rows: Rows, start: Rows, source: Bytes, target: Bytes, ttl: Bytes) -> Segments:
    head = _cut(packets, rows, start[rows], _L4_WIDTH)
    return Segments(
        rows,
        _of(source, rows),
        _of(target, rows),
        _of(ttl, rows),
        u16(head, 0),
        u16(head, 2),
        u32(head, 4),
        u32(head, 8),
        head[:, 13],
        u16(head, 14),
    )


def _datagrams(packets: Bytes, rows: Rows, start: Rows, source: Bytes, ttl: Bytes) -> Datagrams:
    head = _cut(packets, rows, start[rows], 8)
    return Datagrams(rows, source[rows], ttl[rows], u16(head, 0), u16(head, 2))


def _errors(packets: Bytes, rows: Rows, start: Rows, source: Bytes, ttl: Bytes, family: int) -> Errors:
    kinds = packets[rows, start[rows]]
    is_error = kinds == ERRORS[family][0]
    for kind in ERRORS[family][1:]:
        is_error |= kinds == kind
    rows = rows[is_error]
    head = _cut(packets, rows, start[rows], 4)
    inner = start[rows] + 8
    width = 20 if family == 4 else 40
    quoted = _cut(packets, rows, inner, width)
    if family == 4:
        quoted_source, quoted_target, quoted_protocol = quoted[:, 12:16], quoted[:, 16:20], quoted[:, 9]
        transport = inner + (quoted[:, 0] & 15).astype(np.int64) * 4
        identification = u16(quoted, 4)
    else:
        quoted_source, quoted_target, quoted_protocol = quoted[:, 8:24], quoted[:, 24:40], quoted[:, 6]
        transport = inner + 40
        identification = u16(quoted, 2)
    ports = _cut(packets, rows, transport, 8)
    return Errors(
        rows,
        source[rows],
        ttl[rows],
        head[:, 0],
        head[:, 1],
        quoted_source,
        quoted_target,
        quoted_protocol,
        u16(ports, 0),
        u16(ports, 2),
        u32(ports, 4),
        identification,
    )


def _cut(packets: Bytes, rows: Rows, start: Rows, width: int) -> Bytes:
    """``width`` bytes of each row from its own ``start``; beyond the row's end the last byte repeats."""
    if len(rows) and (start == start[0]).all() and start[0] + width <= packets.shape[1]:
        return _of(packets[:, start[0] : start[0] + width], rows)
    at = np.minimum(start[:, None] + np.arange(width), packets.shape[1] - 1)
    cut: Bytes = packets[rows[:, None], at]
    return cut


def _of(column: Bytes, rows: Rows) -> Bytes:
    """The rows of a column, ascending; nothing is copied where these are all."""
    return column if len(rows) == len(column) else column[rows]


def u16(matrix: Bytes, at: int) -> U16:
    """Numbers of two bytes in network order, a row each."""
    return matrix[:, at : at + 2].view(">u2")[:, 0].astype(np.uint16)


def u32(matrix: Bytes, at: int) -> U32:
    """Numbers of four bytes in network order, a row each."""
    return matrix[:, at : at + 4].view(">u4")[:, 0].astype(np.uint32)
