"""Other source addresses for packets that are written already."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.wire.checksum import Bytes, put, word_sums

_SOURCE = {4: slice(12, 16), 6: slice(8, 24)}
_PROTOCOL = {4: 9, 6: 6}
_CHECKSUM_AT = {6: 16, 17: 6, 58: 2}
"""Where protocols whose checksum covers the addresses keep it: TCP, UDP, ICMPv6."""
_HEADER_CHECKSUM = 10
_FRAGMENT = 8


def give_sources(packets: Bytes, family: int, sources: Bytes) -> None:
    """Let each row come from the address in its row of ``sources``, in place.

    Checksums follow by what has changed (RFC 1624), so that wrong ones stay wrong and fragments stay whole. All rows
    have headers of the same length.
    """
    if not len(packets):
        return
    place = _SOURCE[family]
    change = word_sums(np.ascontiguousarray(sources)) + word_sums(~np.ascontiguousarray(packets[:, place]))
    packets[:, place] = sources
    start, offset = 40, np.zeros(len(packets), np.int64)
    if family == 4:
        start = 4 * int(packets[0, 0] & 15)
        offset = ((packets[:, 6].astype(np.int64) & 0x1F) << 8 | packets[:, 7]) * _FRAGMENT
        _adjust(packets, np.arange(len(packets)), _HEADER_CHECKSUM, change)
    for protocol, checksum_at in _CHECKSUM_AT.items():
        at = start + checksum_at - offset
        rows = np.flatnonzero((packets[:, _PROTOCOL[family]] == protocol) & (at >= start))
        rows = rows[at[rows] + 2 <= packets.shape[1]]
        for column in np.unique(at[rows]).tolist():
            _adjust(packets, rows[at[rows] == column], column, change)


def _adjust(packets: Bytes, rows: npt.NDArray[np.int64], at: int, change: npt.NDArray[np.uint32]) -> None:
    """The checksums at one place after words have changed by so much (RFC 1624 §3)."""
    cut = np.ascontiguousarray(packets[rows, at : at + 2])
    sums = word_sums(~cut) + change[rows]
    for _ in range(2):
        sums = (sums & 0xFFFF) + (sums >> 16)
    put(cut, 0, (~sums).astype(np.uint16))
    packets[rows, at : at + 2] = cut
