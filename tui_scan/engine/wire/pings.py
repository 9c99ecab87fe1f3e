"""Whole batches of packets that ask whether a host is there: ICMP queries, SCTP INIT, IGMP, bare IP headers."""

import numpy as np

from tui_scan.engine.wire.build import Addressing, Bytes, Numbers, ip_packets, transport_checksum
from tui_scan.engine.wire.checksum import finish, put, put16, put32, word_sums
from tui_scan.engine.wire.crc32c import crc32c

ICMP, IGMP, ICMP6, SCTP = 1, 2, 58, 132
_ECHO = {4: (ICMP, 8), 6: (ICMP6, 128)}
_TIMESTAMP, _MASK = 13, 17
_IGMP_QUERY = 0x11
_INIT_LENGTH = 20
_WINDOW, _OUTBOUND, _INBOUND = 32768, 10, 2048


def echoes(to: Addressing, number: Numbers) -> Bytes:
    """Echo requests (RFC 792, RFC 4443 §4.1), empty; identified by source port and ``number``."""
    protocol, kind = _ECHO[to.family]
    return _queries(to, protocol, kind, 8, number)


def timestamps(to: Addressing, number: Numbers) -> Bytes:
    """ICMP timestamp requests (RFC 792), all times zero."""
    return _queries(to, ICMP, _TIMESTAMP, 20, number)


def masks(to: Addressing, number: Numbers) -> Bytes:
    """ICMP address mask requests (RFC 950 appendix I)."""
    return _queries(to, ICMP, _MASK, 12, number)


def _queries(to: Addressing, protocol: int, kind: int, length: int, number: Numbers) -> Bytes:
    packets, start = ip_packets(to, protocol, length)
    packets[:, start] = kind
    put16(packets, start + 4, to.source_port)
    put16(packets, start + 6, number)
    if to.family == 6:
        put(packets, start + 2, transport_checksum(packets, 6, protocol, start))
    else:
        put(packets, start + 2, finish(word_sums(packets[:, start:])))
    return packets


def inits(to: Addressing, tag: Numbers) -> Bytes:
    """SCTP INITs (RFC 9260 §3.3.2) with this initiate tag, which an answer must carry."""
    packets, start = ip_packets(to, SCTP, 12 + _INIT_LENGTH)
    put16(packets, start, to.source_port)
    put16(packets, start + 2, to.target_port)
    chunk = start + 12
    packets[:, chunk] = 1
    packets[:, chunk + 3] = _INIT_LENGTH
    put32(packets, chunk + 4, tag)
    for at, size, value in ((8, 4, _WINDOW), (12, 2, _OUTBOUND), (14, 2, _INBOUND)):
        packets[:, chunk + at : chunk + at + size] = np.frombuffer(value.to_bytes(size, "big"), np.uint8)
    put32(packets, chunk + 16, tag)
    packets[:, start + 8 : start + 12] = crc32c(packets[:, start:]).astype("<u4").view(np.uint8).reshape(-1, 4)
    return packets


def queries(to: Addressing) -> Bytes:
    """IGMP membership queries (RFC 2236 §2)."""
    packets, start = ip_packets(to, IGMP, 8)
    packets[:, start] = _IGMP_QUERY
    put(packets, start + 2, finish(word_sums(packets[:, start:])))
    return packets


def bare(to: Addressing, protocol: int) -> Bytes:
    """IP headers that announce a protocol, with nothing behind them."""
    return ip_packets(to, protocol, 0)[0]
