"""The form of netlink(7): messages behind a header each, and attributes in them."""

import struct
from collections.abc import Iterator

HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, kind, flags, number, port."""
BUFFER = 1 << 18
"""Bytes that hold whatever comes together."""


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The messages that came together: the kind of each and what follows its header."""
    at = 0
    while at + HEADER.size <= len(data):
        length, kind, _, _, _ = HEADER.unpack_from(data, at)
        yield kind, data[at + HEADER.size : at + length]
        at += (length + 3) & ~3


def attribute(kind: int, value: bytes) -> bytes:
    """An attribute of a message."""
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of a message: their kinds and values."""
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            return
        yield kind & 0x3FFF, data[at + 4 : at + length]
        at += (length + 3) & ~3
