"""Threads that send: while they are in the kernel, the scan's thread builds the next batch and reads the answers."""

import os
import queue
import threading
from dataclasses import dataclass
from typing import Protocol as Interface

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport.sendmmsg import Sent

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
THREADS = 2
"""As many as were measured to help; a packet's way through veth and the target's stack is the sending core's work."""
PORTION = 2048
"""Rows of one job, so that a batch is shared among the threads."""
DEPTH = 2 * THREADS
"""Jobs that may wait for a thread: enough to keep the threads busy, few enough to stop at once."""

SMALL = 512
"""Rows that are sent sooner than another thread wakes up."""


class Sender(Interface):
    """A way to send rows of packets to hosts (see ``ethernet`` and ``raw_ip``)."""

    def send(self, packets: Bytes, hosts: Numbers) -> Sent:
        """Send rows of ``packets`` to these hosts, given by number."""
        ...


@dataclass(slots=True, eq=False, repr=False)
class Job:
    """One try of some cells on its way; ``sent`` is set when it has left.

    ``flight`` is whatever the caller wants back with it, ``part`` the number of the packet within its try.
    """

    sender: Sender
    cells: Numbers
    tries: int
    packets: Bytes
    hosts: Numbers
    flight: object
    part: int = 0
    sent: Sent | None = None


class Dispatcher:
    """Sends jobs in ``threads`` of its own; ``finished`` gives back what was sent.

    Only one keeps their order. It stays on one processor, as each has a queue of its own on a packet's way out.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._stop = False
        self.waiting = 0  # handed in and not yet given back
        count = min(threads, os.cpu_count() or 1)
        self._in_order = threads == 1
        self._threads = [threading.Thread(target=self._run, name="scan-sender", daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """Enough batches wait: hand in no more for now."""
        return self._jobs.qsize() >= DEPTH

    def submit(self, job: Job) -> None:
        """Hand in a job; a small one is sent at once by the caller's thread where none waits before it."""
        self.waiting += 1
        if self.waiting == 1 and len(job.cells) <= SMALL and not self._in_order:
            job.sent = job.sender.send(job.packets, job.hosts)
            self._done.put(job)
        else:
            self._jobs.put(job)

    def finished(self, wait: bool = False) -> list[Job]:
        """Jobs sent since the last call; with ``wait`` at least one, where any is under way."""
        jobs: list[Job] = []
        while self.waiting:
            try:
                jobs.append(self._done.get(wait and not jobs, 1.0))
            except queue.Empty:
                break
            self.waiting -= 1
        if self._error is not None:
            raise self._error
        return jobs

    def close(self) -> None:
        """End the threads; jobs that wait are not sent."""
        self._stop = True
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        if self._in_order:
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        while (job := self._jobs.get()) is not None and not self._stop:
            try:
                job.sent = job.sender.send(job.packets, job.hosts)
            except BaseException as error:
                self._error = error
            self._done.put(job)
