"""IPv6 extension headers (RFC 8200 §4): where the transport header of received packets begins behind them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION = 0, 43, 44, 51, 60
EXTENSIONS = (HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION)
HEADER = 40
"""Bytes of the IPv6 header itself."""
MOST = 8
"""Extension headers that are followed: more than a packet can sensibly have (RFC 8200 §4.1)."""
_LEAST_LEFT = 20
_IS_EXTENSION = np.isin(np.arange(256), EXTENSIONS)
_UNIT = np.full(256, 8, np.int64)
_UNIT[AUTHENTICATION] = 4
_LEAST = np.where(np.arange(256) == AUTHENTICATION, 2, 1)
"""A header's length is that byte of it and so many units more; AH counts otherwise (RFC 4302 §2.2)."""


class Payloads(NamedTuple):
    """By row: the protocol of what an IPv6 packet carries, where that begins, and whether it is there and begins."""

    protocol: Bytes
    start: Rows
    whole: Mask


def payloads(packets: Bytes) -> Payloads:
    """Look behind the extension headers of packets, uint8 of shape (n, width >= 60); no later fragment is ``whole``."""
    protocol, start = packets[:, 6], np.full(len(packets), HEADER, np.int64)
    whole = np.ones(len(packets), np.bool_)
    rows = np.flatnonzero(_IS_EXTENSION[protocol])
    if not len(rows):
        return Payloads(protocol, start, whole)
    protocol = protocol.copy()
    for _ in range(MOST):
        head = packets[rows[:, None], start[rows][:, None] + np.arange(4)]
        kind = protocol[rows]
        length = (head[:, 1].astype(np.int64) + _LEAST[kind]) * _UNIT[kind]
        fragment = kind == FRAGMENT
        start[rows] += np.where(fragment, 8, length)
        protocol[rows] = head[:, 0]
        later = fragment & ((head[:, 2] > 0) | (head[:, 3] > 7))
        whole[rows] = ~later & (start[rows] <= packets.shape[1] - _LEAST_LEFT)
        rows = rows[whole[rows] & _IS_EXTENSION[protocol[rows]]]
    whole[rows] = False
    return Payloads(protocol, start, whole)
