"""pcapng files, block by block (draft-ietf-opsawg-pcapng), in the byte order of this machine.

scapy's writer knows neither nanoseconds nor the options of a section's header, hence these few lines.
"""

import struct
import sys
from collections.abc import Iterable
from typing import NamedTuple

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_MAGIC, _VERSION, _LENGTH_UNKNOWN = 0x1A2B3C4D, (1, 0), -1
_END, _COMMENT = 0, 1
_NANOSECONDS = 9
_HEAD = struct.Struct("=II")
_PACKET_HEAD = struct.Struct("=IIIIIII")
_OPTION = struct.Struct("=HH")
_OUTBOUND, _INBOUND = 2, 1
_END_OF_OPTIONS = _OPTION.pack(_END, 0)
_FLAGS = {out: _OPTION.pack(2, 4) + struct.pack("=I", _OUTBOUND if out else _INBOUND) for out in (False, True)}
"""epb_flags (draft §4.3.1): bits 0 and 1 are the direction."""


class LinkType(NamedTuple):
    """A LINKTYPE_ value, and what packets of such an interface begin with."""

    number: int
    begins: str


RAW = LinkType(101, "packets begin with their IP header")
COOKED = LinkType(113, "packets begin with the header of Linux's cooked captures")


def section(application: str, system: str, comment: str) -> bytes:
    """A Section Header Block (draft §4.1), which begins the file or goes on with it; its length is left open."""
    body = struct.pack("=IHHq", _MAGIC, *_VERSION, _LENGTH_UNKNOWN)
    return _block(_SECTION, body, [(_COMMENT, comment.encode()), (3, system.encode()), (4, application.encode())])


def interface(name: str, link: LinkType) -> bytes:
    """An Interface Description Block (draft §4.2) with times in nanoseconds; of its packets nothing is cut off."""
    options = [(2, name.encode()), (3, link.begins.encode()), (9, bytes([_NANOSECONDS]))]
    return _block(_INTERFACE, struct.pack("=HHI", link.number, 0, 0), options)


def packet(number: int, time_ns: int, data: bytes, wire_length: int, *, out: bool, comment: bytes) -> bytes:
    """An Enhanced Packet Block (draft §4.3) of the interface with this number; ``comment`` is UTF-8."""
    options = _OPTION.pack(_COMMENT, len(comment)) + comment + bytes(-len(comment) % 4) + _FLAGS[out] + _END_OF_OPTIONS
    captured = len(data)
    padding = -captured % 4
    length = _PACKET_HEAD.size + captured + padding + len(options) + 4
    head = _PACKET_HEAD.pack(_PACKET, length, number, time_ns >> 32, time_ns & 0xFFFF_FFFF, captured, wire_length)
    return b"".join((head, data, bytes(padding), options, length.to_bytes(4, sys.byteorder)))


def _block(kind: int, body: bytes, options: Iterable[tuple[int, bytes]]) -> bytes:
    packed = [_OPTION.pack(code, len(value)) + value + bytes(-len(value) % 4) for code, value in options]
    content = b"".join((body, *packed, _END_OF_OPTIONS))
    length = _HEAD.size + len(content) + 4
    return _HEAD.pack(kind, length) + content + length.to_bytes(4, sys.byteorder)
