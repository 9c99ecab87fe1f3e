"""TCP connects by io_uring: a set of sockets used again and again, and whole batches of connects on them at once."""

import ctypes
import errno
import math
import select
import socket
import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CALLS
from tui_scan.engine.transport import errqueue, uring
from tui_scan.engine.transport.attempts import Probe
from tui_scan.engine.transport.connecting import take_success

GROUP = 64
"""Connects begun by one system call: their times of sending are told too early by at most that call's length."""
_DISCONNECT, _CONNECT, _ERROR, _CANCEL, _WAKE = range(5)
_STEPS = 3
_CANCEL_WAIT = 0.01
_KIND = np.uint64(32)
_SLOT = np.uint64(0xFFFF_FFFF)
_NAME_SIZE = 28
_CONTROL_SIZE = 128

_MSGHDR = np.dtype(
    [
        ("name", "u8"),
        ("name_length", "u8"),
        ("iov", "u8"),
        ("iov_count", "u8"),
        ("control", "u8"),
        ("control_length", "u8"),
        ("flags", "u8"),
    ]
)
"""struct msghdr of 64-bit Linux."""

_libc = ctypes.CDLL(None, use_errno=True)
Index = npt.NDArray[np.int64]


class Batch(NamedTuple):
    """Connects to begin: ``cells`` (int64), the number of their try, a socket address a row (uint8, (n, 28)), and
    until when (monotonic seconds) an answer is waited for."""

    cells: Index
    tries: int
    names: npt.NDArray[np.uint8]
    deadlines: npt.NDArray[np.float64]

    def part(self, at: int, count: int) -> "Batch":
        """``count`` of the connects, from number ``at``."""
        end = at + count
        return Batch(self.cells[at:end], self.tries, self.names[at:end], self.deadlines[at:end])


class Ended(NamedTuple):
    """Connects that are over. ``refused`` and ``silent`` are rows of CALLS (refused by an RST, given up after the
    time-out); ``others`` are those that need a look at each."""

    refused: npt.NDArray[np.void]
    silent: npt.NDArray[np.void]
    others: list[Probe]


class ConnectSlots:
    """Sockets in numbered slots. A refused socket may connect again: a slot's next probe begins by dissolving
    what the last one left (connect(2): AF_UNSPEC), then connects, then asks the error queue, all in the kernel.

    ``flying`` counts the connects under way.
    """

    def __init__(self, family: int, interface: str | None, count: int) -> None:
        self._family = family
        self._sockets = _sockets(family, interface, count)
        count = len(self._sockets)
        entries = _power(_STEPS * GROUP)
        self._ring = uring.Ring(entries, max(entries, _power(4 * count)))
        self._ring.register([sock.fileno() for sock in self._sockets])
        self._names = np.zeros((count, _NAME_SIZE), np.uint8)
        self._nobody = np.zeros(_NAME_SIZE, np.uint8)
        self._control = np.zeros((count, _CONTROL_SIZE), np.uint8)
        self._messages = np.zeros(count, _MSGHDR)
        self._messages["control"] = _rows(self._control)
        self._messages["control_length"] = _CONTROL_SIZE
        self._entries = self._chains(count)
        self._rows = np.zeros(count, CALLS)
        self._deadlines = np.full(count, np.inf)
        self._free = np.arange(count)
        self.count = count

    @property
    def flying(self) -> int:
        """Connects under way."""
        return self.count - len(self._free)

    def close(self) -> None:
        """Drop every connect that is under way, and give everything back."""
        self.expire(math.inf)
        while self.flying:
            self.wait(_CANCEL_WAIT)
            self.reap()
        self._ring.close()
        for sock in self._sockets:
            sock.close()

    def begin(self, batch: Batch) -> npt.NDArray[np.int64]:
        """Begin at most GROUP connects, for which slots must be free; returns when (CLOCK_REALTIME)."""
        count = len(batch.cells)
        slots, self._free = self._free[:count], self._free[count:]
        self._names[slots] = batch.names
        now = time.time_ns()
        rows = np.zeros(count, CALLS)
        rows["cell"], rows["try"], rows["start_ns"] = batch.cells, batch.tries, now
        self._rows[slots] = rows
        self._deadlines[slots] = batch.deadlines
        self._ring.submit(self._entries[slots].reshape(-1))
        return np.full(count, now, np.int64)

    def expire(self, now: float) -> None:
        """Give up on connects whose deadline is over."""
        late = np.flatnonzero(self._deadlines < now)
        self._deadlines[late] = np.inf
        for at in range(0, len(late), GROUP):
            part = late[at : at + GROUP].astype(np.uint64)
            entries = np.zeros(len(part), uring.SQE)
            entries["opcode"], entries["fd"], entries["flags"] = uring.OP_ASYNC_CANCEL, -1, uring.QUIET_SUCCESS
            entries["address"] = (np.uint64(_CONNECT) << _KIND) | part
            entries["user_data"] = np.uint64(_CANCEL) << _KIND
            self._ring.submit(entries)

    def wake_on(self, descriptor: int) -> None:
        """Have ``wait`` end once when ``descriptor`` can be read."""
        entry = np.zeros(1, uring.SQE)
        entry["opcode"], entry["fd"], entry["op_flags"] = uring.OP_POLL, descriptor, select.POLLIN
        entry["user_data"] = np.uint64(_WAKE) << _KIND
        self._ring.submit(entry)

    def wait(self, seconds: float) -> None:
        """Until something has ended, at most ``seconds``."""
        self._ring.wait(seconds)

    def reap(self) -> tuple[Ended, bool]:
        """What has ended since the last call, and whether the descriptor of ``wake_on`` can be read."""
        results = self._ring.reap()
        now = time.time_ns()
        kinds = results["user_data"] >> _KIND
        connects = results[kinds == _CONNECT]
        slots = (connects["user_data"] & _SLOT).astype(np.int64)
        self._rows["errno"][slots] = -connects["result"]
        self._rows["end_ns"][slots] = now
        errors = results[kinds == _ERROR]
        slots = (errors["user_data"] & _SLOT).astype(np.int64)
        self._deadlines[slots] = np.inf
        self._free = np.concatenate([self._free, slots])
        ended = self._ended(slots, errors["result"] >= 0)
        return ended, bool((kinds == _WAKE).any())

    def _ended(self, slots: Index, queued: npt.NDArray[np.bool_]) -> Ended:
        rows = self._rows[slots]
        refused = (rows["errno"] == errno.ECONNREFUSED) & ~queued
        silent = (rows["errno"] == errno.ECANCELED) & ~queued
        for slot in slots[silent].tolist():
            self._renew(slot)
        given_up = rows[silent]
        given_up["errno"] = given_up["end_ns"] = 0
        others = [self._other(int(slots[at]), bool(queued[at])) for at in np.flatnonzero(~refused & ~silent).tolist()]
        return Ended(rows[refused], given_up, others)

    def _other(self, slot: int, queued: bool) -> Probe:
        """One end that is neither a plain refusal nor silence, and the slot made ready again."""
        row, sock = self._rows[slot], self._sockets[slot]
        probe = Probe(
            cell=int(row["cell"]),
            tries=int(row["try"]),
            start_ns=int(row["start_ns"]),
            end_ns=int(row["end_ns"]),
            errno=int(row["errno"]),
        )
        if queued:
            size = int(self._messages["control_length"][slot])
            probe.queued = errqueue.parse(self._control[slot, :size].tobytes())
            self._messages["control_length"][slot] = _CONTROL_SIZE
        if not probe.errno:
            take_success(sock, probe)
        if probe.errno and probe.queued:
            probe.errno, probe.detail = probe.queued.errno, str(probe.queued)
        self._renew(slot)
        return probe

    def _renew(self, slot: int) -> None:
        """Dissolve a connection that was made (which resets it) or is still tried; forget errors that wait."""
        sock = self._sockets[slot]
        _dissolve(sock)
        while errqueue.read(sock):
            pass

    def _chains(self, count: int) -> npt.NDArray[np.void]:
        """The entries of every slot's probe, shape (count, 3)."""
        entries = np.zeros((count, _STEPS), uring.SQE)
        slots = np.arange(count, dtype=np.uint64)
        entries["fd"] = slots[:, None]
        entries["user_data"] = (np.arange(_STEPS, dtype=np.uint64) << _KIND) | slots[:, None]
        size = 16 if self._family == 4 else _NAME_SIZE
        for step, name in ((_DISCONNECT, self._nobody.ctypes.data), (_CONNECT, _rows(self._names))):
            entries["opcode"][:, step] = uring.OP_CONNECT
            entries["address"][:, step] = name
            entries["offset"][:, step] = size
        entries["opcode"][:, _ERROR] = uring.OP_RECVMSG
        entries["address"][:, _ERROR] = _rows(self._messages)
        entries["length"][:, _ERROR] = 1
        entries["op_flags"][:, _ERROR] = errqueue.MSG_ERRQUEUE | socket.MSG_DONTWAIT
        entries["flags"] = uring.FIXED_FILE
        entries["flags"][:, :_ERROR] |= uring.HARD_LINK
        entries["flags"][:, _DISCONNECT] |= uring.QUIET_SUCCESS
        return entries


def _sockets(family: int, interface: str | None, count: int) -> list[socket.socket]:
    """``count`` sockets, or as many as descriptors are left for; raises OSError where there is none."""
    made: list[socket.socket] = []
    domain = socket.AF_INET if family == 4 else socket.AF_INET6
    try:
        for _ in range(count):
            sock = socket.socket(domain, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            made.append(sock)
            errqueue.enable(sock, family)
            if interface:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS) and made:
            return made
        for sock in made:
            sock.close()
        raise
    return made


_UNSPECIFIED = bytes(_NAME_SIZE)


def _dissolve(sock: socket.socket) -> None:
    _libc.connect(sock.fileno(), _UNSPECIFIED, _NAME_SIZE)


def _power(least: int) -> int:
    """The smallest power of two that is not below ``least``."""
    return 1 << (least - 1).bit_length()


def _rows(array: npt.NDArray[np.generic]) -> npt.NDArray[np.uint64]:
    """The memory addresses of the rows of a contiguous array."""
    step = np.uint64(array.strides[0])
    addresses: npt.NDArray[np.uint64] = np.uint64(array.ctypes.data) + np.arange(len(array), dtype=np.uint64) * step
    return addresses
