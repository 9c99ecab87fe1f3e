"""SCTP packets in short words: their chunks by name, the tags that an answer is known by."""

import struct
from typing import Any

SCTP = 132
_CHUNKS = {
    0: "DATA",
    1: "INIT",
    2: "INIT-ACK",
    3: "SACK",
    4: "HEARTBEAT",
    5: "HEARTBEAT-ACK",
    6: "ABORT",
    7: "SHUTDOWN",
    8: "SHUTDOWN-ACK",
    9: "ERROR",
    10: "COOKIE-ECHO",
    11: "COOKIE-ACK",
    14: "SHUTDOWN-COMPLETE",
}
"""RFC 9260 §3.2."""
_WITH_TAG = frozenset({1, 2})
_COMMON, _CHUNK = 12, 4


def sctp_fields(data: bytes, wire_length: int) -> dict[str, Any]:
    """Summary, options and payload length of what stands behind the IP header; ``wire_length`` is its true length."""
    if len(data) < _COMMON + _CHUNK:
        return {"summary": f"SCTP, {wire_length} bytes that cannot be read"}
    (tag,) = struct.unpack_from(">I", data, 4)
    kind, flags = data[_COMMON], data[_COMMON + 1]
    words = [f"vtag={tag:#010x}"]
    if kind in _WITH_TAG and len(data) >= _COMMON + _CHUNK + 4:
        words.append(f"itag={int.from_bytes(data[_COMMON + _CHUNK : _COMMON + _CHUNK + 4], 'big'):#010x}")
    if kind == 6 and flags & 1:
        words.append("tag reflected")
    return {
        "summary": f"SCTP {_CHUNKS.get(kind, f'chunk {kind}')}",
        "options": " ".join(words),
        "payload_length": max(0, wire_length - _COMMON),
    }


def sctp_quoted(data: bytes) -> str:
    """``SCTP to port 80``, of the first bytes that an ICMP error quotes."""
    return f"SCTP to port {int.from_bytes(data[2:4], 'big')}" if len(data) >= 4 else "SCTP"
