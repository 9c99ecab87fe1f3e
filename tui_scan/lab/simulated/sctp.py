"""SCTP of a simulated host: it answers the packets that begin an association, and knows none afterwards (RFC 9260)."""

import hashlib
import hmac
import struct

from tui_scan.lab.simulated.crc32c import crc32c

INIT, INIT_ACK, ABORT, COOKIE_ECHO, COOKIE_ACK, SHUTDOWN_COMPLETE, ERROR = 1, 2, 6, 10, 11, 14, 9
"""Chunk types (§3.2)."""
_REFLECTED = 1
"""The T bit: the verification tag is that of the packet which is answered (§8.5.1)."""
_COOKIE_PARAMETER = 7
_COMMON, _CHUNK, _INIT_CHUNK = 12, 4, 20
_WINDOW, _STREAMS = 65536, 10
_UNANSWERED = frozenset({ABORT, COOKIE_ACK, SHUTDOWN_COMPLETE, ERROR})
"""Chunks out of the blue that bring no ABORT (§8.4)."""
CHECKSUM_AT = 8


def with_checksum(packet: bytes) -> bytes:
    """The packet with its checksum set (§6.8)."""
    blank = packet[:CHECKSUM_AT] + bytes(4) + packet[CHECKSUM_AT + 4 :]
    return packet[:CHECKSUM_AT] + crc32c(blank) + packet[CHECKSUM_AT + 4 :]


def is_whole(packet: bytes) -> bool:
    """Whether there is a first chunk, and the checksum is right; what is damaged is dropped (§6.8)."""
    if len(packet) < _COMMON + _CHUNK:
        return False
    length = int.from_bytes(packet[_COMMON + 2 : _COMMON + 4], "big")
    return length >= _CHUNK and len(packet) >= _COMMON + length and with_checksum(packet) == packet


def ports(packet: bytes) -> tuple[int, int]:
    """Source and destination."""
    source, destination = struct.unpack_from(">HH", packet)
    return source, destination


class Endpoint:
    """Answers whole packets; what a cookie promises is known by ``key`` alone, so that no association is kept."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def answer(self, packet: bytes, listens: bool) -> bytes | None:
        """What a port that ``listens``, or none, sends back, its checksum not set yet; None where it keeps silent."""
        source, destination, tag = struct.unpack_from(">HHI", packet)
        head = struct.pack(">HH", destination, source)
        kind, length = packet[_COMMON], int.from_bytes(packet[_COMMON + 2 : _COMMON + 4], "big")
        body = packet[_COMMON + _CHUNK : _COMMON + length]
        if kind == INIT:
            if tag or length < _INIT_CHUNK or not any(body[:4]):
                return None
            return self._init_ack(head, body[:4]) if listens else head + body[:4] + bytes(4) + _chunk(ABORT)
        if kind == COOKIE_ECHO and listens:
            return self._cookie_ack(head, body)
        if kind in _UNANSWERED:
            return None
        return head + packet[4:8] + bytes(4) + _chunk(ABORT, flags=_REFLECTED)

    def _init_ack(self, head: bytes, initiate_tag: bytes) -> bytes:
        """§3.3.3; the own tag and first sequence number follow from the cookie."""
        cookie = self._cookie(head, initiate_tag)
        own = (int.from_bytes(cookie[4:8], "big") | 1).to_bytes(4, "big")
        fixed = own + struct.pack(">IHH", _WINDOW, _STREAMS, _STREAMS) + cookie[8:12]
        parameter = struct.pack(">HH", _COOKIE_PARAMETER, 4 + len(cookie)) + cookie
        return head + initiate_tag + bytes(4) + _chunk(INIT_ACK, fixed + parameter)

    def _cookie_ack(self, head: bytes, cookie: bytes) -> bytes | None:
        """§5.1.5: a cookie that this host did not give is dropped without a word."""
        initiate_tag = cookie[:4]
        if not hmac.compare_digest(cookie, self._cookie(head, initiate_tag)):
            return None
        return head + initiate_tag + bytes(4) + _chunk(COOKIE_ACK)

    def _cookie(self, head: bytes, initiate_tag: bytes) -> bytes:
        return initiate_tag + hashlib.blake2s(head + initiate_tag, digest_size=16, key=self._key).digest()


def _chunk(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    return struct.pack(">BBH", kind, flags, _CHUNK + len(body)) + body
