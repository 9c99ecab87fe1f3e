"""The kernel's messages on TCP, UDP and raw sockets, and the sockets that they tell of.

Layout: Linux, ``include/uapi/linux/inet_diag.h``, ``struct inet_diag_msg``.
"""

import socket
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from tui_scan.local.netlink import HEADER, SOCK_DIAG_BY_FAMILY, attributes, finish
from tui_scan.local.records import LocalSocket
from tui_scan.local.states import STATES_BY_NUMBER, UNOWNED_NOTES, SocketState
from tui_scan.local.users import user_name

_SKV6ONLY = 11
_CLOSE, _LISTEN = SocketState.CLOSE.value, SocketState.LISTEN.value
_WITHOUT_PEER = frozenset({_CLOSE, _LISTEN})

_MESSAGE = struct.Struct("=xBxxHH16s16sI12xIIII")
FIXED = _MESSAGE.size
"""Bytes of a socket's message before its attributes."""

_LENGTH_AND_TYPE = struct.Struct("=IH")


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
    notes: Iterable[str] = repeat("")
    uid: Sequence[int | None] = user
    if not all(inode):
        # What ``known_uid`` says, without a call for each.
        uid = [one if one or held else None for one, held in zip(user, inode, strict=True)]
        if protocol.startswith("tcp"):
            notes = ["" if held else _NOTES.get(state, "") for held, state in zip(inode, number, strict=True)]
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


_NOTES = {number: UNOWNED_NOTES[state] for number, state in STATES_BY_NUMBER.items() if state in UNOWNED_NOTES}


def _v6only(message: bytes) -> bool | None:
    """Whether an IPv6 socket takes IPv6 only: attribute INET_DIAG_SKV6ONLY; None where it is missing."""
    value = attributes(message[FIXED:]).get(_SKV6ONLY)
    return bool(value[0]) if value else None
