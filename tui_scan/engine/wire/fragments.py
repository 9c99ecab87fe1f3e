"""IPv4 packets in pieces (RFC 791 §3.2), whole batches at once."""

import numpy as np

from tui_scan.engine.wire.checksum import Bytes, finish, put, word_sums

_UNIT = 8
_MORE = 0x2000


def fragments(packets: Bytes, size: int) -> list[Bytes]:
    """All first fragments, all second ones and so on, of packets of one length; the packets where they are too short.

    ``size`` is the number of bytes behind the header that a fragment carries, a multiple of 8. Each has the whole
    header with its options, as nmap's do. Header checksums are written anew.
    """
    head = int(packets[0, 0] & 15) * 4
    length = packets.shape[1] - head
    if length <= size:
        return [packets]
    return [_fragment(packets, head, first, min(size, length - first)) for first in range(0, length, size)]


def _fragment(packets: Bytes, head: int, first: int, length: int) -> Bytes:
    piece = np.concatenate([packets[:, :head], packets[:, head + first : head + first + length]], axis=1)
    more = head + first + length < packets.shape[1]
    _number(piece, 2, head + length)
    _number(piece, 6, first // _UNIT | (_MORE if more else 0))
    seal(piece, head)
    return piece


def seal(packets: Bytes, head: int) -> None:
    """Write the checksums of headers of ``head`` bytes."""
    packets[:, 10:12] = 0
    put(packets, 10, finish(word_sums(np.ascontiguousarray(packets[:, :head]))))


def _number(packets: Bytes, at: int, value: int) -> None:
    packets[:, at : at + 2] = np.frombuffer(value.to_bytes(2, "big"), np.uint8)
