"""Many packets in one system call: ``sendmmsg`` on rows of a byte matrix, with the GIL released."""

import ctypes
import errno
import os
import select
import socket

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

MOST = 1024
"""Messages the kernel takes in one call (UIO_MAXIOV)."""
_FULL_WAIT_MS = 100

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


def send_rows(sock: socket.socket, packets: Bytes, names: Bytes | None) -> tuple[int, int]:
    """Send rows of ``packets`` (n <= MOST, width), each to the socket address in its row of ``names``.

    Returns how many left and the errno that held up the next one (0: all left). A full queue (EAGAIN,
    ENOBUFS) is waited for, not reported.
    """
    count, width = packets.shape
    vectors = np.empty(count, _IOVEC)
    vectors["base"] = packets.ctypes.data + np.arange(count, dtype=np.uint64) * np.uint64(width)
    vectors["length"] = width
    messages = np.zeros(count, _MMSGHDR)
    messages["iov"] = vectors.ctypes.data + np.arange(count, dtype=np.uint64) * np.uint64(_IOVEC.itemsize)
    messages["iov_count"] = 1
    if names is not None:
        step = np.uint64(names.shape[1])
        messages["name"] = names.ctypes.data + np.arange(count, dtype=np.uint64) * step
        messages["name_length"] = names.shape[1]
    done = 0
    while done < count:
        at = messages.ctypes.data + done * _MMSGHDR.itemsize
        sent = _libc.sendmmsg(sock.fileno(), at, min(MOST, count - done), 0)
        if sent > 0:
            done += sent
            continue
        code = ctypes.get_errno()
        if code in (errno.EAGAIN, errno.ENOBUFS, errno.EINTR):
            _wait_for_room(sock)
            continue
        return done, code
    return done, 0


def _wait_for_room(sock: socket.socket) -> None:
    """ENOBUFS comes from the device's queue, which poll does not see: give it a moment as well."""
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    poller.poll(_FULL_WAIT_MS)
    os.sched_yield()
