"""Datagrams that begin a tunnel or a secure session: the answer comes before any secret is asked for."""

import struct

_COOKIE = bytes.fromhex("7c53000000000001")
_RANDOM = bytes(range(32))


def _ike(first: int, version: int, exchange: int, flags: int, body: bytes) -> bytes:
    """An ISAKMP message of an initiator (RFC 2408 §3.1, RFC 7296 §3.1); ``first`` is its first payload's type."""
    return _COOKIE + bytes(8) + struct.pack(">BBBBII", first, version, exchange, flags, 0, 28 + len(body)) + body


def _generic(following: int, body: bytes) -> bytes:
    """A payload, transform or proposal behind the header that all of them share (RFC 7296 §3.2)."""
    return struct.pack(">BBH", following, 0, 4 + len(body)) + body


_MAIN_MODE = _generic(
    0,
    struct.pack(">II", 1, 1)
    + _generic(
        0,
        struct.pack(">BBBB", 1, 1, 0, 1)
        + _generic(
            0,
            struct.pack(">BBH", 1, 1, 0)
            + b"".join(struct.pack(">HH", 0x8000 | kind, value) for kind, value in ((1, 5), (2, 2), (3, 1), (4, 2)))
            + struct.pack(">HHHHI", 0x800B, 1, 12, 4, 28800),
        ),
    ),
)
IKE_1 = _ike(1, 0x10, 2, 0, _MAIN_MODE)
"""Main mode with one proposal: 3DES, SHA-1, pre-shared key, group 2 (RFC 2409 §5, appendix A)."""

_AES_128, _PRF_SHA_256, _SHA_256_128, _GROUP_14 = (
    struct.pack(">BBH", 1, 0, 12) + struct.pack(">HH", 0x800E, 128),
    struct.pack(">BBH", 2, 0, 5),
    struct.pack(">BBH", 3, 0, 12),
    struct.pack(">BBH", 4, 0, 14),
)
_TRANSFORMS = b"".join(_generic(3, body) for body in (_AES_128, _PRF_SHA_256, _SHA_256_128)) + _generic(0, _GROUP_14)
_PROPOSAL = _generic(0, struct.pack(">BBBB", 1, 1, 0, 4) + _TRANSFORMS)
_KEY_EXCHANGE = struct.pack(">HH", 14, 0) + (2).to_bytes(256)
IKE_2 = _ike(33, 0x20, 34, 8, _generic(34, _PROPOSAL) + _generic(40, _KEY_EXCHANGE) + _generic(0, _RANDOM))
"""IKE_SA_INIT with one proposal: AES-128, SHA-256, group 14, whose generator is the public value (RFC 7296 §1.2)."""

NOT_ESP = bytes(4)
"""What an IKE message begins with where ESP is spoken too (RFC 3948 §2.2)."""


def _handshake(body: bytes) -> bytes:
    """A DTLS handshake message of type ClientHello in a record of its own (RFC 6347 §4.2.2, §4.1)."""
    length = len(body).to_bytes(3)
    message = b"\x01" + length + bytes(2) + bytes(3) + length + body
    return b"\x16\xfe\xff" + bytes(8) + struct.pack(">H", len(message)) + message


_SUITES = struct.pack(">8H", 0xC02B, 0xC02F, 0xC00A, 0xC014, 0x009C, 0x002F, 0x0035, 0x00FF)
DTLS = _handshake(b"\xfe\xfd" + _RANDOM + bytes(2) + struct.pack(">H", len(_SUITES)) + _SUITES + b"\x01\x00")
"""A ClientHello of DTLS 1.2 without a cookie, which a HelloVerifyRequest answers (RFC 6347 §4.2.1)."""

_QUIC_HEAD = b"\xc0" + bytes.fromhex("1a2a3a4a") + b"\x08" + _COOKIE + b"\x00" + b"\x00"
QUIC = (_QUIC_HEAD + struct.pack(">H", 0x4000 | 1198 - len(_QUIC_HEAD))).ljust(1200, b"\x00")
"""A packet of a version that is reserved to have the true ones told (RFC 9000 §6.3), of the length that a server
wants before it answers (§14.1), and else like an Initial packet of version 1 (§17.2.2)."""

OPENVPN = b"\x38" + _COOKIE + bytes(5)
"""P_CONTROL_HARD_RESET_CLIENT_V2, which begins a session (OpenVPN wire protocol §4)."""


def _avp(kind: int, value: bytes) -> bytes:
    return struct.pack(">HHH", 0x8000 | 6 + len(value), 0, kind) + value


_L2TP_BODY = (
    _avp(0, b"\x00\x01")
    + _avp(2, b"\x01\x00")
    + _avp(3, b"\x00\x00\x00\x03")
    + _avp(7, b"tui_scan")
    + _avp(9, b"\x7c\x53")
)
L2TP = struct.pack(">6H", 0xC802, 12 + len(_L2TP_BODY), 0, 0, 0, 0) + _L2TP_BODY
"""Start-Control-Connection-Request with the AVPs that it must have (RFC 2661 §6.1)."""

GTP_1_ECHO = bytes.fromhex("3201000400000000" + "00000000")
"""An echo request of GTP version 1 (3GPP TS 29.060 §7.2.1)."""

GTP_2_ECHO = bytes.fromhex("40010009" + "7c530100" + "0300010000")
"""An echo request of GTP version 2 with its restart counter (3GPP TS 29.274 §7.1.1)."""

_ATTRIBUTES = b"".join(
    struct.pack(">BB", kind, 2 + len(value)) + value
    for kind, value in ((1, b"tui_scan"), (2, bytes(16)), (32, b"tui_scan"))
)
RADIUS = struct.pack(">BBH", 1, 1, 20 + len(_ATTRIBUTES)) + _RANDOM[:16] + _ATTRIBUTES
"""An Access-Request, which a server that knows the sender as a client rejects (RFC 2865 §4.1)."""
