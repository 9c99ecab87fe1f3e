"""A thread that does nothing but connects by io_uring: two of them keep two processors at the kernel's work."""

import os
import threading
from collections import deque
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np

from tui_scan.engine.transport.socket_form import SocketForm
from tui_scan.engine.transport.uring_connect import Batch, ConnectSlots, Ended, Index

_NAP = 0.02
"""Seconds after which a lane looks at its orders at the latest."""


class Told(NamedTuple):
    """What happened in a lane: ``cells`` were begun at ``times_ns``, and these connects ended."""

    lane: int
    cells: Index
    times_ns: Index
    ended: Ended


_NONE: Index = np.empty(0, np.int64)
Report = Told | BaseException


class Lane:
    """``room`` connects may be given to it at once; ``flying`` is kept by whoever gives and takes.

    ``clock`` (monotonic seconds) is moved on by whoever gives: connects whose deadline it has passed are given up.
    """

    def __init__(self, number: int, family: int, form: SocketForm | None, count: int, reports: SimpleQueue[Report]):
        self.flying = 0
        self.clock = 0.0
        self._number, self._reports = number, reports
        self._orders: deque[Batch] = deque()
        self._ending = False
        self._bell = os.eventfd(0, os.EFD_CLOEXEC)
        try:
            self._slots = ConnectSlots(family, form, count)
        except OSError:
            os.close(self._bell)
            raise
        self.count = self._slots.count
        self._thread = threading.Thread(target=self._run, name=f"connect-{number}", daemon=True)
        self._thread.start()

    @property
    def room(self) -> int:
        """How many connects may be given now."""
        return self.count - self.flying

    def give(self, batch: Batch) -> None:
        """Have these connects made; at most ``room``."""
        self.flying += len(batch.cells)
        self._orders.append(batch)
        os.eventfd_write(self._bell, 1)

    def close(self) -> None:
        """Drop what is under way and end the thread."""
        self._ending = True
        os.eventfd_write(self._bell, 1)
        self._thread.join()
        os.close(self._bell)

    def _run(self) -> None:
        try:
            self._slots.wake_on(self._bell)
            while not self._ending:
                self._turn()
        except BaseException as error:
            self._reports.put(error)
        finally:
            self._slots.close()

    def _turn(self) -> None:
        """Begin what was ordered; then wait for ends, or for orders."""
        while self._orders and not self._ending:
            batch = self._orders.popleft()
            self._tell(batch.cells, self._slots.begin(batch), self._reaped())
        if self._slots.flying:
            self._slots.expire(self.clock)
        self._slots.wait(_NAP)
        self._tell(_NONE, _NONE, self._reaped())

    def _reaped(self) -> Ended:
        ended, rung = self._slots.reap()
        if rung:
            os.eventfd_read(self._bell)
            self._slots.wake_on(self._bell)
        return ended

    def _tell(self, cells: Index, times_ns: Index, ended: Ended) -> None:
        if len(cells) or len(ended.refused) or len(ended.silent) or ended.others:
            self._reports.put(Told(self._number, cells, times_ns, ended))
