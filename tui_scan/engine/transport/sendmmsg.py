"""Many packets in one system call: ``sendmmsg`` on rows of a byte matrix, with the GIL released."""

import ctypes
import errno
import select
import socket
import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport.mmsghdr import IOVEC, MMSGHDR, row_addresses

Bytes = npt.NDArray[np.uint8]

SEND_BUFFER = 4 << 20
_FULL_WAIT_MS = 100
_FULL_PAUSE = 0.0005
_LINK = slice(0, 8)
"""Up to the interface in struct sockaddr_ll, up to the address in struct sockaddr_in."""
STUCK = 0.25
"""Seconds: the queue of a slow link takes a packet more often."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)


class Sent(NamedTuple):
    """What became of a batch: ``times_ns`` (CLOCK_REALTIME) by row, 0 where the row did not leave.

    A row's time is the moment its system call began; at most ``calls_of`` rows share one, so no answer is
    older than its probe, and a round trip is told too long by at most that call's length. ``faults`` are
    (row, errno) of rows that this machine would not send.
    """

    times_ns: npt.NDArray[np.int64]
    faults: list[tuple[int, int]]


def send_rows(sock: socket.socket, packets: Bytes, names: Bytes) -> Sent:
    """Send the rows of ``packets``, each to the socket address in its row of ``names``; both are contiguous.

    A full queue (EAGAIN, ENOBUFS) is waited for; where it takes nothing for ``STUCK`` seconds, as that of a link
    without carrier does, all rows that are left for that link (by raw IP: for that host) are faults.
    """
    count = len(packets)
    vectors = np.empty(count, IOVEC)
    vectors["base"] = row_addresses(packets)
    vectors["length"] = packets.shape[1]
    messages = np.zeros(count, MMSGHDR)
    messages["iov"] = row_addresses(vectors)
    messages["iov_count"] = 1
    messages["name"] = row_addresses(names)
    messages["name_length"] = names.shape[1]
    base, size, call = messages.ctypes.data, MMSGHDR.itemsize, calls_of(count)
    times = np.zeros(count, np.int64)
    faults: list[tuple[int, int]] = []
    at, stuck = 0, 0.0
    blocked: set[bytes] = set()
    while at < count:
        now = time.time_ns()
        sent = _libc.sendmmsg(sock.fileno(), base + at * size, min(call, count - at), 0)
        if sent > 0:
            times[at : at + sent] = now
            at, stuck = at + sent, 0.0
            continue
        code = ctypes.get_errno()
        if code in (errno.EAGAIN, errno.ENOBUFS, errno.EINTR):
            stuck = stuck or time.monotonic()
            link = names[at, _LINK].tobytes()
            if link not in blocked and time.monotonic() - stuck <= STUCK:
                _wait_for_room(sock)
                continue
            blocked.add(link)
        faults.append((at, code))
        at += 1
    return Sent(times, faults)


def calls_of(count: int) -> int:
    """How many rows of a batch of ``count`` share a system call: few where time is measured, more where it is short."""
    return 16 if count <= 512 else 512


def _wait_for_room(sock: socket.socket) -> None:
    """A full socket buffer ends with POLLOUT; ENOBUFS comes from the device's queue, which poll does not see."""
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    poller.poll(_FULL_WAIT_MS)
    time.sleep(_FULL_PAUSE)
