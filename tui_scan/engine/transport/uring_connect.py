"""TCP connects by io_uring: a set of sockets used again and again, and whole batches of connects on them at once."""

import errno
import math
import select
import socket
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CALLS
from tui_scan.engine.transport import errqueue, uring
from tui_scan.engine.transport.attempts import Probe
from tui_scan.engine.transport.connecting import renew, take_success
from tui_scan.engine.transport.socket_form import AS_USUAL, SocketForm

LEAST_GROUP = 32
"""A batch is begun by four system calls, each for so many connects at least. Connects of one call share its beginning
as the time at which they left, its end as the time of answers that came meanwhile: a round trip is told too long by
at most that call's length, about 5 us a connect on a quick network."""
_DISCONNECT, _CONNECT, _ERROR, _CANCEL = range(4)
"""The calls of a slot: the first three are a probe."""
_STEPS = 4
_CHAIN = np.array([_DISCONNECT, _CONNECT, _ERROR])
_CANCEL_WAITS, _CANCEL_WAIT = 100, 0.01
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

Index = npt.NDArray[np.int64]


class Batch(NamedTuple):
    """Connects to begin: ``cells`` (int64), the number of their try, a socket address a row (uint8, (n, 28)), and
    until when (monotonic seconds) an answer is waited for."""

    cells: Index
    tries: int
    names: npt.NDArray[np.uint8]
    deadlines: npt.NDArray[np.float64]


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

    def __init__(self, family: int, form: SocketForm | None, count: int) -> None:
        self._family = family
        self._sockets = _sockets(family, form or AS_USUAL, count)
        self.count = count = len(self._sockets)
        size = _power(_STEPS * count + 1)
        self._ring = uring.Ring(size, size)
        self._ring.register([sock.fileno() for sock in self._sockets])
        self._names = np.zeros((count, _NAME_SIZE), np.uint8)
        self._nobody = np.zeros(_NAME_SIZE, np.uint8)
        self._control = np.zeros((count, _CONTROL_SIZE), np.uint8)
        self._messages = np.zeros(count, _MSGHDR)
        self._messages["control"] = _rows(self._control)
        self._messages["control_length"] = _CONTROL_SIZE
        self._write(self._ring.entries[: _STEPS * count].reshape(count, _STEPS))
        self._rows = np.zeros(count, CALLS)
        self._deadlines = np.full(count, np.inf)
        self._free = np.arange(count)

    @property
    def flying(self) -> int:
        """Connects under way."""
        return self.count - len(self._free)

    def close(self) -> None:
        """Drop every connect that is under way, and give everything back."""
        self.expire(math.inf)
        for _ in range(_CANCEL_WAITS):
            self.reap()
            if not self.flying:
                break
            self.wait(_CANCEL_WAIT)
        self._ring.close()
        for sock in self._sockets:
            sock.close()

    def begin(self, batch: Batch) -> npt.NDArray[np.int64]:
        """Begin connects, for which slots must be free; returns when each left (CLOCK_REALTIME)."""
        count = len(batch.cells)
        slots, self._free = self._free[:count], self._free[count:]
        self._names[slots] = batch.names
        self._deadlines[slots] = batch.deadlines
        chain = (slots[:, None] * _STEPS + _CHAIN).astype(np.uint32)
        group = max(LEAST_GROUP, -(-count // 4))
        calls = self._ring.submit(chain.reshape(-1), group * len(_CHAIN))
        times = np.repeat(np.array(calls, np.int64), group)[:count]
        self._rows["cell"][slots] = batch.cells
        self._rows["try"][slots] = batch.tries
        self._rows["start_ns"][slots] = times
        return times

    def expire(self, now: float) -> None:
        """Give up on connects whose deadline is over."""
        late = np.flatnonzero(self._deadlines < now)
        if len(late):
            self._deadlines[late] = np.inf
            self._ring.submit((late * _STEPS + _CANCEL).astype(np.uint32), len(late))

    def wake_on(self, descriptor: int) -> None:
        """Have ``wait`` end once when ``descriptor`` can be read."""
        number = _STEPS * self.count
        entry = self._ring.entries[number : number + 1]
        entry["opcode"], entry["fd"], entry["op_flags"] = uring.OP_POLL, descriptor, select.POLLIN
        entry["user_data"] = number
        self._ring.submit(np.array([number], np.uint32), 1)

    def wait(self, seconds: float) -> None:
        """Until something has ended, at most ``seconds``."""
        self._ring.wait(seconds)

    def reap(self) -> tuple[Ended, bool]:
        """What has ended since the last call, and whether the descriptor of ``wake_on`` can be read."""
        results, times = self._ring.reap()
        slots, steps = np.divmod(results["user_data"].astype(np.int64), _STEPS)
        connects = np.flatnonzero(steps == _CONNECT)
        self._rows["errno"][slots[connects]] = -results["result"][connects]
        self._rows["end_ns"][slots[connects]] = times[connects]
        errors = np.flatnonzero(steps == _ERROR)
        over = slots[errors]
        self._deadlines[over] = np.inf
        self._free = np.concatenate([self._free, over])
        return self._ended(over, results["result"][errors] >= 0), bool((slots == self.count).any())

    def _ended(self, slots: Index, queued: npt.NDArray[np.bool_]) -> Ended:
        rows = self._rows[slots]
        refused = (rows["errno"] == errno.ECONNREFUSED) & ~queued
        if refused.all():
            return Ended(rows, rows[:0], [])
        silent = (rows["errno"] == errno.ECANCELED) & ~queued
        for slot in slots[silent].tolist():
            renew(self._sockets[slot])
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
        renew(sock)
        return probe

    def _write(self, entries: npt.NDArray[np.void]) -> None:
        """Write the entries of every slot, shape (count, 4): the chain of its probe, and what cancels that."""
        entries["user_data"] = np.arange(entries.size, dtype=np.uint64).reshape(entries.shape)
        entries["fd"] = np.arange(self.count)[:, None]
        entries["flags"] = uring.FIXED_FILE
        entries["flags"][:, [_DISCONNECT, _CONNECT]] |= uring.HARD_LINK
        entries["flags"][:, _DISCONNECT] |= uring.QUIET_SUCCESS
        for step, name in ((_DISCONNECT, self._nobody.ctypes.data), (_CONNECT, _rows(self._names))):
            entries["opcode"][:, step] = uring.OP_CONNECT
            entries["address"][:, step] = name
            entries["offset"][:, step] = 16 if self._family == 4 else _NAME_SIZE
        entries["opcode"][:, _ERROR] = uring.OP_RECVMSG
        entries["address"][:, _ERROR] = _rows(self._messages)
        entries["length"][:, _ERROR] = 1
        entries["op_flags"][:, _ERROR] = errqueue.MSG_ERRQUEUE | socket.MSG_DONTWAIT
        entries["opcode"][:, _CANCEL] = uring.OP_ASYNC_CANCEL
        entries["address"][:, _CANCEL] = entries["user_data"][:, _CONNECT]
        entries["fd"][:, _CANCEL] = -1
        entries["flags"][:, _CANCEL] = uring.QUIET_SUCCESS


def _sockets(family: int, form: SocketForm, count: int) -> list[socket.socket]:
    """``count`` sockets, or as many as descriptors are left for; raises OSError where there is none."""
    made: list[socket.socket] = []
    domain = socket.AF_INET if family == 4 else socket.AF_INET6
    try:
        for _ in range(count):
            sock = socket.socket(domain, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            made.append(sock)
            errqueue.enable(sock, family)
            form.apply(sock, family)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS) and made:
            return made
        for sock in made:
            sock.close()
        raise
    return made


def _power(least: int) -> int:
    """The smallest power of two that is not below ``least``."""
    return 1 << (least - 1).bit_length()


def _rows(array: npt.NDArray[np.generic]) -> npt.NDArray[np.uint64]:
    """The memory addresses of the rows of a contiguous array."""
    step = np.uint64(array.strides[0])
    addresses: npt.NDArray[np.uint64] = np.uint64(array.ctypes.data) + np.arange(len(array), dtype=np.uint64) * step
    return addresses
