"""SCTP in whole batches: COOKIE-ECHOs to send, and the first chunk of what comes (RFC 9260)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.wire.build import Addressing, Numbers, ip_packets
from tui_scan.engine.wire.checksum import put16, put32
from tui_scan.engine.wire.crc32c import crc32c
from tui_scan.engine.wire.parse import U16, U32, Bytes, Heads, Rows, u16, u32

SCTP = 132
INIT, INIT_ACK, ABORT, COOKIE_ECHO = 1, 2, 6, 10
"""Chunk types (RFC 9260 §3.2)."""
_COOKIE_CHUNK = 8
_HEAD = 16
"""The common header and the head of the first chunk."""


class Chunks(NamedTuple):
    """SCTP packets by their first chunk; ``rows`` are their numbers in the batch, ``tag`` the verification tag."""

    rows: Rows
    source: Bytes
    ttl: Bytes
    source_port: U16
    target_port: U16
    tag: U32
    kind: Bytes


def chunks(heads: Heads, wanted: npt.NDArray[np.bool_]) -> Chunks:
    """The SCTP packets among the ``wanted`` ones of a batch."""
    rows = np.flatnonzero(heads.whole & wanted & (heads.protocol == SCTP))
    head = heads.transport(rows, _HEAD)
    return Chunks(
        rows, heads.source[rows], heads.ttl[rows], u16(head, 0), u16(head, 2), u32(head, 4), head[:, 12].copy()
    )


def cookie_echoes(to: Addressing, tag: Numbers) -> Bytes:
    """COOKIE-ECHOs (RFC 9260 §3.3.11) with this verification tag, and with it as a cookie that nobody gave."""
    packets, start = ip_packets(to, SCTP, 12 + _COOKIE_CHUNK)
    put16(packets, start, to.source_port)
    put16(packets, start + 2, to.target_port)
    put32(packets, start + 4, tag)
    packets[:, start + 12] = COOKIE_ECHO
    packets[:, start + 15] = _COOKIE_CHUNK
    put32(packets, start + 16, tag)
    packets[:, start + 8 : start + 12] = crc32c(packets[:, start:]).astype("<u4").view(np.uint8).reshape(-1, 4)
    return packets
