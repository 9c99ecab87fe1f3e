"""Many packets in one system call: ``sendmmsg`` on rows of a byte matrix, with the GIL released."""

import ctypes
import errno
import select
import socket
import time
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

MOST = 1024
"""Messages the kernel takes in one call (UIO_MAXIOV)."""
SEND_BUFFER = 4 << 20
_FULL_WAIT_MS = 100
_FULL_PAUSE = 0.0005

_IOVEC = np.dtype([("base", "u8"), ("length", "u8")])
_MMSGHDR = np.dtype(
    [
        ("name", "u8"),
        ("name_length", "u4"),
        ("pad0", "u4"),
        ("iov", "u8"),
        ("iov_count", "u8"),
        ("control", "u8"),
        ("control_length", "u8"),
        ("flags", "i4"),
        ("pad1", "u4"),
        ("sent", "u4"),
        ("pad2", "u4"),
    ]
)
"""struct mmsghdr of 64-bit Linux (sendmmsg(2))."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)


def send_rows(sock: socket.socket, packets: Bytes, names: Bytes) -> tuple[int, int]:
    """Send rows of ``packets`` (n <= MOST, width), each to the socket address in its row of ``names``.

    Both arrays are contiguous. Returns how many left and the errno that held up the next one (0: all left).
    A full queue (EAGAIN, ENOBUFS) is waited for, not reported.
    """
    count = len(packets)
    vectors = np.empty(count, _IOVEC)
    vectors["base"] = _rows(packets)
    vectors["length"] = packets.shape[1]
    messages = np.zeros(count, _MMSGHDR)
    messages["iov"] = _rows(vectors)
    messages["iov_count"] = 1
    messages["name"] = _rows(names)
    messages["name_length"] = names.shape[1]
    done = 0
    while done < count:
        at = messages.ctypes.data + done * _MMSGHDR.itemsize
        sent = _libc.sendmmsg(sock.fileno(), at, count - done, 0)
        if sent > 0:
            done += sent
            continue
        code = ctypes.get_errno()
        if code not in (errno.EAGAIN, errno.ENOBUFS, errno.EINTR):
            return done, code
        _wait_for_room(sock)
    return done, 0


def _rows(array: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """The memory addresses of the rows of a contiguous array."""
    step = np.uint64(array.strides[0])
    addresses: npt.NDArray[np.uint64] = np.uint64(array.ctypes.data) + np.arange(len(array), dtype=np.uint64) * step
    return addresses


def _wait_for_room(sock: socket.socket) -> None:
    """A full socket buffer ends with POLLOUT; ENOBUFS comes from the device's queue, which poll does not see."""
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    poller.poll(_FULL_WAIT_MS)
    time.sleep(_FULL_PAUSE)
