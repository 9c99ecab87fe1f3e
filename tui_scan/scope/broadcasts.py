"""The broadcast addresses of this machine's own networks, which no scan should reach by accident."""

import socket
import struct
from collections.abc import Iterator

from tui_scan.scope.ranges import address_text

_NETLINK_ROUTE = 0
_NEW_ADDRESS, _GET_ADDRESS, _DONE = 20, 22, 3
_REQUEST_DUMP = 0x301
_IFA_ADDRESS, _IFA_BROADCAST = 1, 4
_LONGEST_WITH_BROADCAST = 30
_HEADER = struct.Struct("=IHHII")
_IFADDRMSG = struct.Struct("=BBBBI")
_ATTRIBUTE = struct.Struct("=HH")


def own_broadcasts() -> tuple[str, ...]:
    """The IPv4 broadcast addresses of this network namespace; empty where the kernel does not tell them.

    Asked by rtnetlink(7), RTM_GETADDR: what is set as broadcast, and the last address of each network of
    30 bits or fewer, for which the kernel makes a broadcast route of its own.
    """
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_ROUTE) as asked:
            asked.settimeout(1)
            message = _IFADDRMSG.pack(socket.AF_INET, 0, 0, 0, 0)
            asked.sendto(_HEADER.pack(16 + len(message), _GET_ADDRESS, _REQUEST_DUMP, 1, 0) + message, (0, 0))
            values = {value for body in _answers(asked) for value in _broadcasts_of(body)}
    except OSError:
        return ()
    return tuple(address_text(value, 4) for value in sorted(values))


def _answers(asked: socket.socket) -> Iterator[bytes]:
    """The body of each address message, up to the end of the dump or an error message."""
    while True:
        data = asked.recv(1 << 16)
        at = 0
        while at < len(data):
            length, kind, *_ = _HEADER.unpack_from(data, at)
            if kind != _NEW_ADDRESS:
                return
            yield data[at + _HEADER.size : at + length]
            at += (length + 3) & ~3


def _broadcasts_of(body: bytes) -> Iterator[int]:
    _, prefix, *_ = _IFADDRMSG.unpack_from(body)
    at = _IFADDRMSG.size
    while at + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        value = int.from_bytes(body[at + _ATTRIBUTE.size : at + length], "big")
        if kind == _IFA_BROADCAST:
            yield value
        elif kind == _IFA_ADDRESS and prefix <= _LONGEST_WITH_BROADCAST:
            yield value | ((1 << (32 - prefix)) - 1)
        at += (length + 3) & ~3
