"""Asks the kernel for sockets by netlink (sock_diag): faster than /proc, and tells backlog and v6-only.

Layouts: Linux, ``include/uapi/linux/{netlink,sock_diag,inet_diag}.h``; man page sock_diag(7). Needs no
privilege. The answer is for the network namespace of the calling thread.
"""

import os
import socket
import struct
from functools import lru_cache

from tui_scan.local.records import LocalSocket
from tui_scan.local.states import STATES_BY_NUMBER, UNOWNED_NOTES, SocketState
from tui_scan.local.users import known_uid, user_name

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_DUMP = 0x301
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_SKV6ONLY = 11
_CLOSE, _LISTEN = SocketState.CLOSE.value, SocketState.LISTEN.value
_WITHOUT_PEER = frozenset({_CLOSE, _LISTEN})
_ALL_STATES = sum(1 << number for number in STATES_BY_NUMBER)

_HEADER = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBxI48x")
_MESSAGE = struct.Struct("=IH10x xB2x HH16s16s12x 4xIIII")
_ATTRIBUTE = struct.Struct("=HHB")

_KINDS = {
    "tcp": (socket.AF_INET, socket.IPPROTO_TCP),
    "tcp6": (socket.AF_INET6, socket.IPPROTO_TCP),
    "udp": (socket.AF_INET, socket.IPPROTO_UDP),
    "udp6": (socket.AF_INET6, socket.IPPROTO_UDP),
}

_address4 = lru_cache(maxsize=1 << 16)(lambda raw: socket.inet_ntop(socket.AF_INET, raw[:4]))
_address6 = lru_cache(maxsize=1 << 16)(lambda raw: socket.inet_ntop(socket.AF_INET6, raw))


def read_diag(protocol: str) -> list[LocalSocket]:
    """All sockets of one protocol (a key of PROTOCOLS) in the thread's network namespace.

    Raises OSError where the kernel cannot answer (no such module, forbidden in a sandbox).
    """
    family, number = _KINDS[protocol]
    request = _REQUEST.pack(family, number, 0, _ALL_STATES)
    head = _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, 1, 0)
    sockets: list[LocalSocket] = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as link:
        link.settimeout(5)
        link.sendto(head + request, (0, 0))
        finished = False
        while not finished:
            finished = parse_answer(link.recv(1 << 17), protocol, sockets)
    return sockets


def parse_answer(data: bytes, protocol: str, sockets: list[LocalSocket]) -> bool:
    """Append the sockets of one netlink answer; return whether it was the last.

    Raises OSError with the kernel's errno where the answer is an error.
    """
    unpack, ntohs, states, make, new = (
        _MESSAGE.unpack_from,
        socket.ntohs,
        STATES_BY_NUMBER,
        LocalSocket,
        tuple.__new__,
    )
    is6, notes = protocol.endswith("6"), {} if protocol.startswith("udp") else UNOWNED_NOTES
    address_of = _address6 if is6 else _address4
    at, last = 0, len(data) - _MESSAGE.size
    while at <= last:
        length, kind, number, sport, dport, src, dst, recv_q, send_q, user, inode = unpack(data, at)
        if kind != _SOCK_DIAG_BY_FAMILY:
            break
        state = states[number]
        note, uid = ("", user) if inode else (notes.get(state, ""), known_uid(user, inode))
        backlog = v6only = None
        if number in _WITHOUT_PEER:
            v6only = _v6only(data, at + _MESSAGE.size, at + length) if is6 else None
            backlog, send_q = (send_q, 0) if number == _LISTEN else (None, send_q)
        # Past the named tuple's own constructor, which takes as long as all the rest of this loop.
        sockets.append(
            new(
                make,
                (
                    protocol,
                    address_of(src),
                    ntohs(sport),
                    address_of(dst),
                    ntohs(dport),
                    state,
                    recv_q,
                    send_q,
                    uid,
                    user_name(uid),
                    inode,
                    note,
                    backlog,
                    v6only,
                    None,
                    None,
                ),
            )
        )
        at += length + 3 & ~3
    return at < len(data) and _finish(data, at)


def _finish(data: bytes, at: int) -> bool:
    """Judge a control message: the end, or an error (a negative errno follows the header of both)."""
    _, kind, _, _, _ = _HEADER.unpack_from(data, at)
    if kind in (_NLMSG_ERROR, _NLMSG_DONE) and len(data) >= at + _HEADER.size + 4:
        code = -int(struct.unpack_from("=i", data, at + _HEADER.size)[0])
        if code > 0:
            raise OSError(code, os.strerror(code))
    return True


def _v6only(data: bytes, at: int, end: int) -> bool | None:
    """Whether an IPv6 socket takes IPv6 only: attribute INET_DIAG_SKV6ONLY; None where it is missing."""
    while at + _ATTRIBUTE.size <= end:
        length, kind, value = _ATTRIBUTE.unpack_from(data, at)
        if kind == _SKV6ONLY:
            return bool(value)
        at += max(length, 4) + 3 & ~3
    return None
