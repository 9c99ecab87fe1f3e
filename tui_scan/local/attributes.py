"""What sock_diag tells beside the fixed fields of a socket: cgroup, mark, shut ends, memory, congestion control.

Numbers: Linux, ``include/uapi/linux/inet_diag.h`` (INET_DIAG_*).
"""

import struct
import sys
from typing import NamedTuple

from tui_scan.local.inet_messages import FIXED
from tui_scan.local.netlink import attributes
from tui_scan.local.records import LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.local.tcp_info import TcpInfo, parse_tcp_info

_INFO, _CONGESTION, _TOS, _CLASS, _MEMORY, _SHUTDOWN, _MARK, _CGROUP = 2, 4, 5, 6, 7, 8, 15, 21

SHUT = {0: "", 1: "receiving", 2: "sending", 3: "both ways"}
"""Which ends of a socket are shut: RCV_SHUTDOWN and SEND_SHUTDOWN of ``include/net/sock.h``."""


class Memory(NamedTuple):
    """Socket memory in bytes (SK_MEMINFO_*): what is used and its limit, each way, and packets dropped."""

    received: int
    receive_limit: int
    sent: int
    send_limit: int
    dropped: int


class Told(NamedTuple):
    """What the kernel told of one socket; None and empty where it did not.

    ``cgroup`` is the id of its control group, ``mark`` its SO_MARK (told to those with CAP_NET_ADMIN), ``shut`` a
    value of SHUT, ``tos`` its type of service, ``congestion`` the name of its congestion control.
    """

    cgroup: int | None = None
    mark: int | None = None
    shut: str = ""
    tos: int | None = None
    congestion: str = ""
    memory: Memory | None = None
    tcp: TcpInfo | None = None


def told_of(one: LocalSocket) -> Told:
    """Read the kernel's message on a socket."""
    if not one.message:
        return Told()
    found = attributes(one.message[FIXED:])
    tos = _number(found.get(_TOS))
    return Told(
        _number(found.get(_CGROUP)),
        _number(found.get(_MARK)),
        SHUT.get(_number(found.get(_SHUTDOWN)) or 0, ""),
        _number(found.get(_CLASS)) if tos is None else tos,
        found.get(_CONGESTION, b"").rstrip(b"\0").decode("ascii", "replace"),
        _memory(found.get(_MEMORY, b"")),
        parse_tcp_info(found[_INFO]) if _INFO in found and one.state is not SocketState.LISTEN else None,
    )


def cgroup_of(one: LocalSocket) -> int | None:
    """The id of a socket's control group alone."""
    return _number(attributes(one.message[FIXED:]).get(_CGROUP)) if one.message else None


def _number(raw: bytes | None) -> int | None:
    return int.from_bytes(raw, sys.byteorder) if raw else None


def _memory(raw: bytes) -> Memory | None:
    if len(raw) < 36:
        return None
    received, receive_limit, sent, send_limit, _, _, _, _, dropped = struct.unpack_from("=9I", raw)
    return Memory(received, receive_limit, sent, send_limit, dropped)
