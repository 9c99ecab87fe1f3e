"""Receiving a few packets without a ring, whose making and unmaking costs more time than a host takes to answer."""

import ctypes
import select
import socket
import threading
from contextlib import suppress
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport import bpf
from tui_scan.engine.transport.mmsghdr import IOVEC, MMSGHDR, row_addresses
from tui_scan.engine.transport.ring import bind_everywhere
from tui_scan.privilege.sockets import SocketSource

WIDTH = 192
"""Bytes of a packet that are kept, from its IP (or ARP) header on."""
_AT_ONCE = 512
_BUFFER = 16 << 20
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_DONTWAIT = 0x40
_CONTROL = np.dtype([("length", "u8"), ("level", "i4"), ("kind", "i4"), ("seconds", "i8"), ("nanoseconds", "i8")])
"""struct cmsghdr with the struct timespec that SO_TIMESTAMPNS gives (socket(7))."""
_libc = ctypes.CDLL(None, use_errno=True)
_libc.recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)


class Arrived(NamedTuple):
    """Packets, uint8 of shape (n, WIDTH), zeros behind their ends; their times by the kernel (CLOCK_REALTIME)."""

    packets: npt.NDArray[np.uint8]
    times_ns: npt.NDArray[np.int64]


class Inbox:
    """A packet socket on all interfaces with a filter; ``socket`` may be used for sending too."""

    def __init__(self, sockets: SocketSource, code: bytes) -> None:
        self.socket = sockets.packet_cooked()
        bpf.attach(self.socket, code)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        with suppress(PermissionError):
            self.socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        self.socket.setblocking(False)
        self._rows = np.zeros((_AT_ONCE, WIDTH), np.uint8)
        self._control = np.zeros(_AT_ONCE, _CONTROL)
        self._vectors = np.zeros(_AT_ONCE, IOVEC)
        self._vectors["base"] = row_addresses(self._rows)
        self._vectors["length"] = WIDTH
        self._headers = np.zeros(_AT_ONCE, MMSGHDR)
        self._headers["iov"], self._headers["iov_count"] = row_addresses(self._vectors), 1
        self._headers["control"] = row_addresses(self._control)
        self._poll = select.poll()
        self._poll.register(self.socket, select.POLLIN)
        bind_everywhere(self.socket)

    def wait(self, timeout: float) -> None:
        """Wait at most ``timeout`` seconds until a packet is there."""
        self._poll.poll(timeout * 1000)

    def take(self) -> Arrived | None:
        """Some packets that are there, in the order in which they came; None where there are none."""
        self._headers["control_length"] = _CONTROL.itemsize
        count = _libc.recvmmsg(self.socket.fileno(), self._headers.ctypes.data, _AT_ONCE, _DONTWAIT, None)
        if count <= 0:
            return None
        packets = self._rows[:count].copy()
        packets[np.arange(WIDTH) >= self._headers["transferred"][:count, None]] = 0
        control = self._control[:count]
        return Arrived(packets, control["seconds"] * 1_000_000_000 + control["nanoseconds"])

    def close(self) -> None:
        """Close the socket, in a thread: the kernel waits until no other processor looks at it."""
        descriptor = self.socket.detach()
        threading.Thread(target=_close, args=(descriptor,), name="closing", daemon=True).start()


def _close(descriptor: int) -> None:
    socket.close(descriptor)
