"""A few fields of many packets at once: arrays of bytes in, a number a packet out."""

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
"""Packets from their IP headers on, a row each, filled up with zeros."""

NO_FLAGS = -1
_V6_HEADER, _TCP = 40, 6
_FLAGS_AT = 13


def protocols_of(packets: Bytes) -> npt.NDArray[np.uint8]:
    """The IP protocol, or of IPv6 the next header, of each packet; 0 where it is no IP packet."""
    version = packets[:, 0] >> 4
    return np.select([version == 4, version == 6], [packets[:, 9], packets[:, 6]], 0).astype(np.uint8)


def flags_of(packets: Bytes) -> npt.NDArray[np.int16]:
    """The eight TCP flags of each packet (RFC 9293 §3.1), NO_FLAGS where it is no TCP or a later fragment."""
    version = packets[:, 0] >> 4
    start = np.where(version == 4, 4 * (packets[:, 0] & 15).astype(np.int64), _V6_HEADER)
    at = np.minimum(start + _FLAGS_AT, packets.shape[1] - 1)
    flags = np.take_along_axis(packets, at[:, None], 1)[:, 0].astype(np.int16)
    whole = (version == 6) | ((packets[:, 6] & 31 == 0) & (packets[:, 7] == 0))
    return np.where((protocols_of(packets) == _TCP) & whole, flags, NO_FLAGS).astype(np.int16)
