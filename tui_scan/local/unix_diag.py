"""UNIX sockets: sock_diag with queues and peers, /proc/net/unix for those that wait to be accepted.

Layout: Linux, ``include/uapi/linux/unix_diag.h``. Linux leaves connections that nobody has accepted yet
out of its answer (``net/unix/diag.c``), but not out of /proc.
"""

import socket
import struct
import sys
from pathlib import Path

from tui_scan.local.netlink import HEADER, SOCK_DIAG_BY_FAMILY, attributes, dump, finish
from tui_scan.local.owners import printable
from tui_scan.local.records import UNIX, LocalSocket
from tui_scan.local.states import CLOSED_BY_PROGRAM, IN_ACCEPT_QUEUE, STATES_BY_NUMBER, SocketState
from tui_scan.local.users import user_name

TYPES = {1: "stream", 2: "dgram", 5: "seqpacket"}
"""SOCK_STREAM, SOCK_DGRAM and SOCK_SEQPACKET in words."""

_REQUEST = struct.Struct("=BBxxIII8s")
_MESSAGE = struct.Struct("=IH10xxBBxI8x")
_SHOW_NAME, _SHOW_PEER, _SHOW_QUEUES, _SHOW_UID = 1, 4, 16, 64
_NAME, _PEER, _QUEUES, _UID = 0, 2, 4, 7
_ALL_STATES = (1 << 13) - 1

_ACCEPTS = 0x10000
"""``__SO_ACCEPTCON`` among the flags of /proc/net/unix: the socket listens."""

_PROC_STATES = {
    1: SocketState.CLOSE,
    2: SocketState.ESTABLISHED,
    3: SocketState.ESTABLISHED,
    4: SocketState.CLOSE,
}
"""``socket_state`` of ``include/uapi/linux/net.h``; Linux writes 2, connecting, for a connection not yet accepted."""


def read_unix(directory: str | Path) -> list[LocalSocket]:
    """All UNIX sockets of the thread's network namespace, whose ``/proc/.../net`` is ``directory``.

    Raises OSError where the kernel can answer neither by sock_diag nor in /proc.
    """
    listed = read_proc_unix(directory)
    try:
        found = read_unix_diag()
    except OSError:
        return listed
    return found + [one for one in listed if not one.inode]


def read_unix_diag() -> list[LocalSocket]:
    """The UNIX sockets that a program holds; raises OSError where the kernel has no unix_diag."""
    show = _SHOW_NAME | _SHOW_PEER | _SHOW_QUEUES | _SHOW_UID
    found: list[LocalSocket] = []
    for answer in dump(_REQUEST.pack(socket.AF_UNIX, 0, _ALL_STATES, 0, show, b"\xff" * 8)):
        if parse_unix_diag(answer, found):
            break
    names = {one.inode: one.local_address for one in found}
    return [one._replace(remote_address=names.get(one.peer, "")) if one.peer else one for one in found]


def parse_unix_diag(data: bytes, found: list[LocalSocket]) -> bool:
    """Append the sockets of one netlink answer; return whether it was the last. Raises OSError for an error."""
    at = 0
    while at + _MESSAGE.size <= len(data):
        length, message, type_, number, inode = _MESSAGE.unpack_from(data, at)
        if message != SOCK_DIAG_BY_FAMILY:
            break
        told = attributes(data[at + _MESSAGE.size : at + length])
        recv_q, send_q = struct.unpack("=II", told.get(_QUEUES, bytes(8)))
        uid = _number(told, _UID)
        state = STATES_BY_NUMBER[number]
        backlog, send_q = (send_q, 0) if state is SocketState.LISTEN else (None, send_q)
        found.append(
            LocalSocket(
                *(UNIX, path(told.get(_NAME, b"")), 0, "", 0, state, recv_q, send_q, uid, user_name(uid), inode),
                backlog=backlog,
                kind=TYPES.get(type_, str(type_)),
                peer=_number(told, _PEER) or 0,
            )
        )
        at += length + 3 & ~3
    return at + HEADER.size <= len(data) and finish(data, at)


def _number(told: dict[int, bytes], kind: int) -> int | None:
    return int.from_bytes(told[kind], sys.byteorder) if kind in told else None


def path(raw: bytes) -> str:
    """The name of a UNIX socket: a path, or ``@name`` where it begins with a zero byte (unix(7)), as ss writes it."""
    return printable(raw.replace(b"\0", b"@")) if raw[:1] == b"\0" else printable(raw.rstrip(b"\0"))


def read_proc_unix(directory: str | Path) -> list[LocalSocket]:
    """The table in ``directory``; empty where the kernel has no UNIX sockets. Raises OSError where it is gone."""
    try:
        text = (Path(directory) / UNIX).read_bytes()
    except FileNotFoundError:
        if not Path(directory).is_dir():
            raise
        return []
    return parse_proc_unix(text)


def parse_proc_unix(text: bytes) -> list[LocalSocket]:
    """Parse ``/proc/net/unix``, heading included. Lines that are cut short or not the kernel's are left out."""
    found = []
    for line in text.split(b"\n")[1:]:
        try:
            found.append(_proc_line(line))
        except (ValueError, KeyError):
            continue
    return found


def _proc_line(line: bytes) -> LocalSocket:
    _, _, _, flags, type_, state_text, inode_text, *name = line.split(None, 7)
    inode, state = int(inode_text), _PROC_STATES[int(state_text, 16)]
    if int(flags, 16) & _ACCEPTS:
        state = SocketState.LISTEN
    note = "" if inode else IN_ACCEPT_QUEUE if state is SocketState.ESTABLISHED else CLOSED_BY_PROGRAM
    kind = TYPES.get(int(type_, 16), str(int(type_, 16)))
    own = printable(name[0]) if name else ""
    return LocalSocket(UNIX, own, 0, "", 0, state, 0, 0, None, "", inode, note, kind=kind)
