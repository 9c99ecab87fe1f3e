"""Asks the kernel for sockets by netlink (sock_diag): faster than /proc, and tells what /proc cannot.

Layout: Linux, ``include/uapi/linux/inet_diag.h``, ``struct inet_diag_req_v2``; man page sock_diag(7).
"""

import socket
import struct

from tui_scan.local.inet_messages import Remembered, parse_answer
from tui_scan.local.netlink import dump, single
from tui_scan.local.records import LocalSocket
from tui_scan.local.states import STATES_BY_NUMBER

EVERYTHING = 0xFF
"""Asks for every extension: memory, TCP_INFO, congestion control, type of service."""

_ALL_STATES = sum(1 << number for number in STATES_BY_NUMBER)

_REQUEST = struct.Struct("=BBBxIHH16s16sIQ")

_KINDS = {
    "tcp": (socket.AF_INET, socket.IPPROTO_TCP),
    "tcp6": (socket.AF_INET6, socket.IPPROTO_TCP),
    "udp": (socket.AF_INET, socket.IPPROTO_UDP),
    "udp6": (socket.AF_INET6, socket.IPPROTO_UDP),
    "raw": (socket.AF_INET, socket.IPPROTO_RAW),
    "raw6": (socket.AF_INET6, socket.IPPROTO_RAW),
}


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
