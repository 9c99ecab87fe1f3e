"""IPv4 fragments of a simulated host, put together again (RFC 791 §3.2)."""

from dataclasses import dataclass, field

from tui_scan.lab.simulated.frames import IPV4, checksum

TIMEOUT = 30.0
"""Seconds that a packet may take to come whole, as in Linux (net.ipv4.ipfrag_time)."""
MOST = 4096
"""Packets that may wait for their fragments; the oldest is given up first."""
_HEAD = 14
_OFFSET, _MORE = 0x1FFF, 0x2000


@dataclass
class _Parts:
    """The fragments of one packet that have come, by where they begin; ``length`` is known with the last of them."""

    since: float
    frame: bytes = b""
    data: dict[int, bytes] = field(default_factory=dict)
    length: int | None = None


class Reassembly:
    """Takes frames, and gives whole packets in frames of their own."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, _Parts] = {}

    def take(self, frame: bytes, now: float) -> bytes | None:
        """The frame where it holds no fragment; a whole packet's with its last fragment; else None."""
        if int.from_bytes(frame[12:14]) != IPV4 or len(frame) < _HEAD + 20:
            return frame
        place = int.from_bytes(frame[_HEAD + 6 : _HEAD + 8])
        if not place & (_OFFSET | _MORE):
            return frame
        header = 4 * (frame[_HEAD] & 15)
        body = frame[_HEAD + header : _HEAD + int.from_bytes(frame[_HEAD + 2 : _HEAD + 4])]
        key = frame[_HEAD + 4 : _HEAD + 6] + frame[_HEAD + 9 : _HEAD + 10] + frame[_HEAD + 12 : _HEAD + 20]
        parts = self._parts(key, now)
        first = 8 * (place & _OFFSET)
        parts.data[first] = body
        if not first:
            parts.frame = frame[: _HEAD + header]
        if not place & _MORE:
            parts.length = first + len(body)
        whole = _whole(parts)
        if whole is not None:
            del self._waiting[key]
        return whole

    def _parts(self, key: bytes, now: float) -> _Parts:
        known = self._waiting.get(key)
        if known is None or now - known.since > TIMEOUT:
            self._waiting.pop(key, None)
            if len(self._waiting) >= MOST:
                del self._waiting[next(iter(self._waiting))]
            known = self._waiting[key] = _Parts(now)
        return known


def _whole(parts: _Parts) -> bytes | None:
    """The packet, if nothing of it is missing."""
    if parts.length is None or not parts.frame:
        return None
    body = b""
    while (more := parts.data.get(len(body))) and len(body) < parts.length:
        body += more
    if len(body) != parts.length:
        return None
    head = bytearray(parts.frame[_HEAD:])
    head[2:4] = (len(head) + len(body)).to_bytes(2)
    head[6:8] = bytes(2)
    head[10:12] = bytes(2)
    head[10:12] = checksum(bytes(head)).to_bytes(2)
    return parts.frame[:_HEAD] + bytes(head) + body
