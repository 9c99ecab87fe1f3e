"""Asks the kernel for sockets by netlink (sock_diag): faster than /proc, and tells what /proc cannot.

Layout: Linux, ``include/uapi/linux/inet_diag.h``; man page sock_diag(7).
"""

import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import repeat
from typing import Any

from tui_scan.local.netlink import HEADER, SOCK_DIAG_BY_FAMILY, attributes, dump, finish, single
from tui_scan.local.records import LocalSocket
from tui_scan.local.states import STATES_BY_NUMBER, UNOWNED_NOTES, SocketState
from tui_scan.local.users import known_uid, user_name

EVERYTHING = 0xFF
"""Asks for every extension: memory, TCP_INFO, congestion control, type of service."""

_SKV6ONLY = 11
_CLOSE, _LISTEN = SocketState.CLOSE.value, SocketState.LISTEN.value
_WITHOUT_PEER = frozenset({_CLOSE, _LISTEN})
_ALL_STATES = sum(1 << number for number in STATES_BY_NUMBER)

_REQUEST = struct.Struct("=BBBxIHH16s16sIQ")
_MESSAGE = struct.Struct("=xBxxHH16s16sI12xIIII")
FIXED = _MESSAGE.size
"""Bytes of a socket's message before its attributes."""

_LENGTH_AND_TYPE = struct.Struct("=IH")

_KINDS = {
    "tcp": (socket.AF_INET, socket.IPPROTO_TCP),
    "tcp6": (socket.AF_INET6, socket.IPPROTO_TCP),
    "udp": (socket.AF_INET, socket.IPPROTO_UDP),
    "udp6": (socket.AF_INET6, socket.IPPROTO_UDP),
    "raw": (socket.AF_INET, socket.IPPROTO_RAW),
    "raw6": (socket.AF_INET6, socket.IPPROTO_RAW),
}


class Remembered:
    """Sockets by the kernel's very words, so that those that did not change since the last reading are not made anew.

    ``order`` are the words of the reading under way, empty ones for sockets that sock_diag did not tell.
    """

    def __init__(self) -> None:
        self.known: dict[bytes, LocalSocket] = {}
        self.order: list[bytes] = []

    def keep(self, sockets: Iterable[LocalSocket]) -> None:
        """Remember the sockets of the reading, in its order, for the next one."""
        self.known = dict(zip(self.order, sockets, strict=True))
        self.known.pop(b"", None)
        self.order = []


def read_diag(
    protocol: str, extensions: int = 0, remembered: Remembered | None = None, states: int = _ALL_STATES
) -> list[LocalSocket]:
    """All sockets of one protocol (TCP, UDP or raw) in the thread's network namespace.

    ``extensions`` is EVERYTHING for all that the kernel tells, which ``message`` then holds. ``states`` has a bit for
    each number of a state that is wanted. Raises OSError where the kernel cannot answer (no such module, forbidden in a
    sandbox).
    """
    family, number = _KINDS[protocol]
    request = _REQUEST.pack(family, number, extensions, states, 0, 0, b"", b"", 0, 0)
    sockets: list[LocalSocket] = []
    devices = dict(socket.if_nameindex())
    for answer in dump(request):
        if parse_answer(answer, protocol, sockets, devices, remembered):
            break
    return sockets


def read_one(one: LocalSocket) -> LocalSocket | None:
    """The same TCP or UDP socket as it is now, with all extensions; None where it is gone.

    Raises OSError where the kernel cannot answer.
    """
    family, number = _KINDS[one.protocol]
    ends = (_packed(family, one.local_address), _packed(family, one.remote_address))
    device = socket.if_nametoindex(one.device) if one.device else 0
    ports = (socket.htons(one.local_port), socket.htons(one.remote_port))
    request = _REQUEST.pack(family, number, EVERYTHING, _ALL_STATES, *ports, *ends, device, one.cookie)
    found: list[LocalSocket] = []
    try:
        parse_answer(single(request), one.protocol, found, {device: one.device})
    except FileNotFoundError:
        return None
    return found[0] if found else None


def _packed(family: int, address: str) -> bytes:
    return socket.inet_pton(family, address)


def parse_answer(
    data: bytes,
    protocol: str,
    sockets: list[LocalSocket],
    devices: Mapping[int, str],
    remembered: Remembered | None = None,
) -> bool:
    """Append the sockets of one netlink answer; return whether it was the last.

    ``devices`` are names of interfaces by their numbers. Raises OSError with the kernel's errno where the answer is
    an error.
    """
    told, at = _split(data)
    if remembered is None:
        sockets += _sockets(told, protocol, devices)
    else:
        found = list(map(remembered.known.get, told))
        made = _sockets([words for words, one in zip(told, found, strict=True) if one is None], protocol, devices)
        sockets += [one if one is not None else next(made) for one in found]
        remembered.order += told
    return at + HEADER.size <= len(data) and finish(data, at)


def _split(data: bytes) -> tuple[list[bytes], int]:
    """What each message of an answer says, and where the first that tells no socket begins."""
    length, kind = _LENGTH_AND_TYPE.unpack_from(data)
    if kind == SOCK_DIAG_BY_FAMILY and not length & 3 and length > HEADER.size and not len(data) % length:
        # Messages of one length, as most answers have, come apart without a Python statement for each.
        alike = struct.Struct(f"=IH10x{length - HEADER.size}s")
        lengths, kinds, told = zip(*alike.iter_unpack(data), strict=True)
        if lengths.count(length) == kinds.count(kind) == len(told):
            return list(told), len(data)
    return _walk(data)


def _walk(data: bytes) -> tuple[list[bytes], int]:
    read, head, told = _LENGTH_AND_TYPE.unpack_from, HEADER.size, []
    at, last = 0, len(data) - HEADER.size - _MESSAGE.size
    while at <= last:
        length, kind = read(data, at)
        if kind != SOCK_DIAG_BY_FAMILY:
            break
        told.append(data[at + head : at + length])
        at += length + 3 & ~3
    return told, at


def _sockets(told: list[bytes], protocol: str, devices: Mapping[int, str]) -> Iterator[LocalSocket]:
    """The sockets of some messages, made by whole columns, since Python statements for each take twice as long."""
    if not told:
        return iter(())
    number, sport, dport, src, dst, device, recv_q, send_q, user, inode = zip(
        *map(_MESSAGE.unpack_from, told), strict=True
    )
    address = (_ADDRESSES6 if protocol.endswith("6") else _ADDRESSES4).__getitem__
    notes = repeat("") if all(inode) or not protocol.startswith("tcp") else map(_note, inode, number)
    uid = list(user if all(inode) else map(known_uid, user, inode))
    backlog: Iterable[int | None] = repeat(None)
    v6only: Iterable[bool | None] = repeat(None)
    if not _WITHOUT_PEER.isdisjoint(number):
        backlog = [queued if state == _LISTEN else None for queued, state in zip(send_q, number, strict=True)]
        send_q = tuple(0 if state == _LISTEN else queued for queued, state in zip(send_q, number, strict=True))
        if protocol.endswith("6"):
            v6only = [_v6only(one) if state in _WITHOUT_PEER else None for one, state in zip(told, number, strict=True)]
    bound = [devices.get(one, str(one)) if one else "" for one in device] if any(device) else repeat("")
    columns = (
        repeat(protocol),
        map(address, src),
        map(_PORTS.__getitem__, sport),
        map(address, dst),
        map(_PORTS.__getitem__, dport),
        map(STATES_BY_NUMBER.__getitem__, number),
        *(recv_q, send_q, uid, map(_USERS.__getitem__, uid), inode, notes, backlog, v6only, repeat(None), repeat(None)),
        *(bound, repeat(None), told, repeat(""), repeat(0)),
    )
    # Past the named tuple's own constructor, which takes as long as all the rest.
    return map(_NEW, zip(*columns, strict=False))


_NEW: Callable[[Any], LocalSocket] = partial(tuple.__new__, LocalSocket)


class _Kept(dict[Any, Any]):
    """What a function gives, kept: looked up within C where a function with a cache would be called."""

    def __init__(self, function: Callable[[Any], Any], most: int = 1 << 16) -> None:
        self._function, self._most = function, most

    def __missing__(self, key: Any) -> Any:
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._function(key)
        return value


_PORTS = _Kept(socket.ntohs)
_ADDRESSES4 = _Kept(lambda raw: socket.inet_ntop(socket.AF_INET, raw[:4]))
_ADDRESSES6 = _Kept(lambda raw: socket.inet_ntop(socket.AF_INET6, raw))
_USERS = _Kept(user_name)


def _note(inode: int, number: int) -> str:
    return "" if inode else UNOWNED_NOTES.get(STATES_BY_NUMBER[number], "")


def _v6only(message: bytes) -> bool | None:
    """Whether an IPv6 socket takes IPv6 only: attribute INET_DIAG_SKV6ONLY; None where it is missing."""
    value = attributes(message[FIXED:]).get(_SKV6ONLY)
    return bool(value[0]) if value else None
