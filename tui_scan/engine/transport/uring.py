"""The kernel's own queue of system calls (io_uring(7)): whole batches of them with one transition, built by numpy."""

import ctypes
import errno
import mmap
import os
import time
from functools import cache

import numpy as np
import numpy.typing as npt

SQE = np.dtype(
    [
        ("opcode", "u1"),
        ("flags", "u1"),
        ("ioprio", "u2"),
        ("fd", "i4"),
        ("offset", "u8"),
        ("address", "u8"),
        ("length", "u4"),
        ("op_flags", "u4"),
        ("user_data", "u8"),
        ("pad", "u8", 3),
    ]
)
"""struct io_uring_sqe: one call to be made."""
CQE = np.dtype([("user_data", "u8"), ("result", "i4"), ("flags", "u4")])
"""struct io_uring_cqe: what one call gave, an errno as a negative number."""

OP_POLL, OP_RECVMSG, OP_ASYNC_CANCEL, OP_CONNECT = 6, 10, 14, 16
FIXED_FILE, HARD_LINK, QUIET_SUCCESS = 1 << 0, 1 << 3, 1 << 6
"""Flags of an entry: a registered descriptor; the next entry starts when this one is done, however it went; no
completion for a success."""

_SETUP, _ENTER, _REGISTER = 425, 426, 427
_CQ_SIZE, _SUBMIT_ALL, _COOPERATIVE = 1 << 3, 1 << 7, 1 << 8
_GET_EVENTS, _EXTENDED_ARGUMENT = 1 << 0, 1 << 3
_REGISTER_FILES = 2
_OFFSET_SQES = 0x1000_0000
_WORD = 0xFFFF_FFFF
_ATTEMPTS, _PAUSE = 1000, 0.001
_PASSING = frozenset({errno.ETIME, errno.EINTR, errno.EAGAIN, errno.EBUSY})

_libc = ctypes.CDLL(None, use_errno=True)
Numbers = npt.NDArray[np.uint32]
Times = npt.NDArray[np.int64]
Rows = npt.NDArray[np.void]


class _Parameters(ctypes.Structure):
    """struct io_uring_params with its two tables of offsets."""

    _fields_ = (
        ("sq_entries", ctypes.c_uint32),
        ("cq_entries", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("rest", ctypes.c_uint32 * 7),
        ("sq_offsets", ctypes.c_uint32 * 10),
        ("cq_offsets", ctypes.c_uint32 * 10),
    )


class _Wait(ctypes.Structure):
    """struct io_uring_getevents_arg, and the time-out it points to."""

    _fields_ = (
        ("sigmask", ctypes.c_uint64),
        ("sigmask_size", ctypes.c_uint32),
        ("pad", ctypes.c_uint32),
        ("timeout", ctypes.c_uint64),
        ("seconds", ctypes.c_int64),
        ("nanoseconds", ctypes.c_int64),
    )


_WAIT_SIZE = ctypes.c_size_t(24)
_NO_SIZE = ctypes.c_size_t(0)
"""A sixth argument lies on the stack, where a plain int would be half of the word that the kernel reads."""


class Ring:
    """A ring with room for ``size`` submissions under way and ``completions`` results (powers of two).

    ``entries`` (SQE rows) are written once and submitted by their numbers as often as wanted. One thread at a
    time may use a ring. Raises OSError where the kernel has no io_uring, is older than 5.19, or forbids it.
    The memory is shared with the kernel; every submit and wait is a system call, which orders what both sides
    write there.
    """

    def __init__(self, size: int, completions: int) -> None:
        asked = _Parameters(flags=_CQ_SIZE | _SUBMIT_ALL | _COOPERATIVE, cq_entries=completions)
        self._fd = _checked(_libc.syscall(_SETUP, size, ctypes.byref(asked)))
        self.size, self._completions = asked.sq_entries, asked.cq_entries
        submission, completion = list(asked.sq_offsets), list(asked.cq_offsets)
        length = max(submission[6] + 4 * self.size, completion[5] + CQE.itemsize * self._completions)
        try:
            self._shared = mmap.mmap(self._fd, length)
            self._rows = mmap.mmap(self._fd, self.size * SQE.itemsize, offset=_OFFSET_SQES)
        except OSError:
            os.close(self._fd)
            raise
        self._words: Numbers = np.frombuffer(self._shared, np.uint32, length // 4)
        self._sq_tail, self._cq_head, self._cq_tail = submission[1] // 4, completion[0] // 4, completion[1] // 4
        self._order = self._words[submission[6] // 4 :][: self.size]
        self.entries: Rows = np.frombuffer(self._rows, SQE, self.size)
        self._cqes: Rows = np.frombuffer(self._shared, CQE, self._completions, completion[5])
        self._seen: list[tuple[int, int]] = []
        self._wait = _Wait()
        self._wait.timeout = ctypes.addressof(self._wait) + _Wait.seconds.offset

    def close(self) -> None:
        """Give the memory and the descriptor back; the kernel drops what is still under way."""
        self._words = self._order = np.empty(0, np.uint32)
        self.entries, self._cqes = np.empty(0, SQE), np.empty(0, CQE)
        self._shared.close()
        self._rows.close()
        os.close(self._fd)

    def register(self, descriptors: list[int]) -> None:
        """Have these descriptors at hand: an entry with FIXED_FILE names one by its place in the list."""
        numbers = np.array(descriptors, np.int32)
        pointer = ctypes.c_void_p(numbers.ctypes.data)
        _checked(_libc.syscall(_REGISTER, self._fd, _REGISTER_FILES, pointer, len(numbers)))

    def submit(self, numbers: Numbers, at_once: int) -> list[int]:
        """Have the calls of these entries (at most ``size``) begun, ``at_once`` with one system call.

        Returns when each of those system calls began (CLOCK_REALTIME).
        """
        count = len(numbers)
        tail = int(self._words[self._sq_tail])
        at = tail & (self.size - 1)
        straight = min(count, self.size - at)
        self._order[at : at + straight] = numbers[:straight]
        self._order[: count - straight] = numbers[straight:]
        self._words[self._sq_tail] = (tail + count) & _WORD
        times = []
        while count > 0:
            times.append(time.time_ns())
            step = min(count, at_once)
            count -= step
            self._begin(step)
        return times

    def _begin(self, count: int) -> None:
        """Have the kernel take the next entries; raises OSError where it stays out of memory for that."""
        for _ in range(_ATTEMPTS):
            count -= self._enter(count, 0, _GET_EVENTS, None, _NO_SIZE)
            if not count:
                return
            time.sleep(_PAUSE)
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    def wait(self, seconds: float) -> None:
        """Until a result has come, at most ``seconds``."""
        whole = int(seconds)
        self._wait.seconds, self._wait.nanoseconds = whole, int((seconds - whole) * 1e9)
        self._enter(0, 1, _GET_EVENTS | _EXTENDED_ARGUMENT, ctypes.byref(self._wait), _WAIT_SIZE)

    def reap(self) -> tuple[Rows, Times]:
        """The results that have come, CQE rows in their order, and the end (CLOCK_REALTIME) of the system call
        by which each had come."""
        head = int(self._words[self._cq_head])
        seen, self._seen = self._seen, []
        if not seen or seen[-1][0] == head:
            return np.empty(0, CQE), np.empty(0, np.int64)
        ends = (np.array([tail for tail, _ in seen], np.int64) - head) & _WORD
        times = np.repeat(np.array([now for _, now in seen], np.int64), np.diff(ends, prepend=0))
        count, at = int(ends[-1]), head & (self._completions - 1)
        straight = min(count, self._completions - at)
        taken = self._cqes[at : at + straight].copy()
        if straight < count:
            taken = np.concatenate([taken, self._cqes[: count - straight]])
        self._words[self._cq_head] = seen[-1][0]
        return taken, times

    def _enter(self, submit: int, least: int, flags: int, argument: object, size: ctypes.c_size_t) -> int:
        done = int(_libc.syscall(_ENTER, self._fd, submit, least, flags, argument, size))
        self._seen.append((int(self._words[self._cq_tail]), time.time_ns()))
        if done < 0:
            code = ctypes.get_errno()
            if code not in _PASSING:
                raise OSError(code, os.strerror(code))
        return max(0, done)


@cache
def allowed() -> bool:
    """Whether the kernel lets this process have a ring: tried once."""
    try:
        Ring(2, 4).close()
    except OSError:
        return False
    return True


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(result)
