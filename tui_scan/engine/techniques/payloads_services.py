"""Datagrams that services answer which hand something out: time, files, calls, values, games."""

import struct

from tui_scan.engine.techniques.payloads_discovery import IDENTIFIER

ECHO = b"tui_scan\r\n"
"""Any datagram is sent back (RFC 862)."""

TFTP = struct.pack(">H", 1) + b"tui_scan\x00octet\x00"
"""A request to read a file that is not there (RFC 1350 §5)."""

NTP = struct.pack(">BBbb", 0xE3, 0, 4, -6) + bytes(36) + bytes.fromhex("c54f234b71b152f3")
"""A client's request of version 4 (RFC 5905 §7.3)."""

NTP_CONTROL = struct.pack(">BBHHHHH", 0x16, 2, 1, 0, 0, 0, 0)
"""A request to read the server's variables (RFC 9327 §2)."""


def _call(program: int, version: int, procedure: int = 0) -> bytes:
    """A remote procedure call without credentials (RFC 5531 §9)."""
    return struct.pack(">10I", IDENTIFIER, 0, 2, program, version, procedure, 0, 0, 0, 0)


PORTMAP_NULL = _call(100000, 2)
"""Procedure 0 of the port mapper, which does nothing (RFC 1833 §3)."""

NFS_NULL = _call(100003, 3)
"""Procedure 0 of NFS version 3 (RFC 1813 §3.3.0)."""


def _wdb_ping() -> bytes:
    """A call of the VxWorks target agent: the checksum, over all but the transaction, and the length follow it."""
    call = bytes(4) + _call(0x55555555, 1)[4:]
    packet = call + struct.pack(">III", 0, len(call) + 8, 1)
    total = sum(struct.unpack(f">{len(packet) // 2}H", packet))
    return packet[:40] + struct.pack(">HH", 0xFFFF, ~(total + (total >> 16)) & 0xFFFF) + packet[44:]


WDB_PING = _wdb_ping()
"""Procedure 0 of the VxWorks target agent (Wind River's WDB protocol)."""


def _ber(tag: int, *parts: bytes) -> bytes:
    """A value of less than 128 bytes by the basic encoding rules (X.690 §8.1)."""
    body = b"".join(parts)
    return bytes((tag, len(body))) + body


def _integer(number: int) -> bytes:
    return _ber(2, number.to_bytes(number.bit_length() // 8 + 1))


_OID_MIB_2 = _ber(6, bytes.fromhex("2b06010201"))
_NOTHING = _ber(4)
SNMP_1 = _ber(
    0x30,
    _integer(0),
    _ber(4, b"public"),
    _ber(0xA1, _integer(IDENTIFIER), _integer(0), _integer(0), _ber(0x30, _ber(0x30, _OID_MIB_2, _ber(5)))),
)
"""GetNextRequest of mib-2 by the community ``public`` (RFC 1157 §4.1.3)."""

SNMP_3 = _ber(
    0x30,
    _integer(3),
    _ber(0x30, _integer(IDENTIFIER), _integer(65507), _ber(4, b"\x04"), _integer(3)),
    _ber(4, _ber(0x30, _NOTHING, _integer(0), _integer(0), _NOTHING, _NOTHING, _NOTHING)),
    _ber(0x30, _NOTHING, _NOTHING, _ber(0xA0, _integer(IDENTIFIER), _integer(0), _integer(0), _ber(0x30))),
)
"""The discovery of the engine's identifier, which needs no user (RFC 3414 §4)."""

CLDAP = _ber(
    0x30,
    _integer(1),
    _ber(
        0x63,
        _NOTHING,
        _ber(10, b"\x00"),
        _ber(10, b"\x00"),
        _integer(0),
        _integer(0),
        _ber(1, b"\x00"),
        _ber(0x87, b"objectClass"),
        _ber(0x30),
    ),
)
"""A search for the root entry (RFC 4511 §4.5.1, RFC 4512 §5.1)."""

SIP = (
    b"OPTIONS sip:tui-scan@localhost SIP/2.0\r\nVia: SIP/2.0/UDP localhost;rport;branch=z9hG4bK7c53\r\n"
    b"From: <sip:tui-scan@localhost>;tag=1\r\nTo: <sip:tui-scan@localhost>\r\nCall-ID: 7c53\r\nCSeq: 1 OPTIONS\r\n"
    b"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
"""OPTIONS, to be answered to the port that it came from (RFC 3261 §11, RFC 3581 §3)."""

MEMCACHED = struct.pack(">HHHH", IDENTIFIER, 0, 1, 0) + b"version\r\n"
"""``version`` in a frame (memcached's protocol, "UDP protocol")."""

BITTORRENT = b"d1:ad2:id20:tui_scan0123456789abe1:q4:ping1:t2:ts1:y1:qe"
"""A ping of the distributed hash table (BEP 5)."""

SOURCE_QUERY = b"\xff\xff\xff\xffTSource Engine Query\x00"
"""A2S_INFO (Valve's server queries)."""

MUMBLE_PING = bytes(4) + b"tui_scan"
"""A ping with eight bytes that come back (Mumble's protocol)."""
