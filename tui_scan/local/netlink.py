"""Questions to the kernel about sockets: one sock_diag request, and the messages that answer it.

Layouts: Linux, ``include/uapi/linux/{netlink,sock_diag}.h``; man page sock_diag(7). Needs no privilege. The
answer is for the network namespace of the calling thread.
"""

import os
import socket
import struct
from collections.abc import Iterator

SOCK_DIAG_BY_FAMILY = 20
"""The type of a request, and of each message that tells a socket."""

HEADER = struct.Struct("=IHHII")
"""``nlmsghdr``: length, type, flags, sequence number, port."""

_NETLINK_SOCK_DIAG = 4
_REQUEST, _DUMP = 0x1, 0x301
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_ATTRIBUTE = struct.Struct("=HH")


def dump(request: bytes) -> Iterator[bytes]:
    """All answers to a request, many messages in each; ``finish`` tells which is the last.

    Raises OSError where the kernel cannot answer (no such module, forbidden in a sandbox).
    """
    with _asked(request, _DUMP) as link:
        while True:
            yield link.recv(1 << 17)


def single(request: bytes) -> bytes:
    """The one message that tells the socket of a request. Raises OSError with ENOENT where it is gone."""
    with _asked(request, _REQUEST) as link:
        data = link.recv(1 << 15)
    if HEADER.unpack_from(data)[1] != SOCK_DIAG_BY_FAMILY:
        finish(data, 0)
    return data


def _asked(request: bytes, flags: int) -> socket.socket:
    link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG)
    try:
        link.settimeout(5)
        link.sendto(HEADER.pack(HEADER.size + len(request), SOCK_DIAG_BY_FAMILY, flags, 1, 0) + request, (0, 0))
    except OSError:
        link.close()
        raise
    return link


def finish(data: bytes, at: int) -> bool:
    """Judge a control message: the end, or an error (a negative errno follows the header of both)."""
    _, kind, _, _, _ = HEADER.unpack_from(data, at)
    if kind in (_NLMSG_ERROR, _NLMSG_DONE) and len(data) >= at + HEADER.size + 4:
        code = -int(struct.unpack_from("=i", data, at + HEADER.size)[0])
        if code > 0:
            raise OSError(code, os.strerror(code))
    return True


def attributes(data: bytes) -> dict[int, bytes]:
    """The values of netlink attributes by their types; what is cut short is left out."""
    found, at = {}, 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size or at + length > len(data):
            break
        found[kind] = data[at + _ATTRIBUTE.size : at + length]
        at += length + 3 & ~3
    return found
