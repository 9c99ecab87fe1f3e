"""A host that limits its ICMP errors: at which pace its silent ports are probed, and when silence is proven."""

from collections import Counter, deque

import numpy as np
import numpy.typing as npt

GIVE_UP = 6.0
"""Seconds of probing without one error after which the host has no more to send: Linux lets one a second
through by default (icmp(7), icmp_ratelimit)."""
UNKNOWN_WAIT = 3.0
"""Seconds after the last error when a host has surely one to spend, while its limit is not measured."""
SAFETY = 1.5
"""The same, as a multiple of the measured time an error takes."""
EAGER = 0.9
"""The share of that time after which the next probe may leave: a little early costs a probe, late costs time."""
MISSES = 3
"""Unanswered probes at the normal pace, after which a port is a suspect."""
SAFE_MISSES = 2
"""Unanswered probes at moments when the host had an error to spend, after which a port is silent."""


class LimitedHost:
    """One host's silent cells, probed one at a time; sans I/O, times are seconds.

    ``gap`` is the measured time the host needs for one error, None while it is not known. A probe that
    misses costs the host nothing, so the next one follows at once until one is answered; from the time
    between two answers the gap is learned, and probes start shortly before it has passed. Ports that
    stayed silent meanwhile are suspects; they are proven at moments when an error was surely to be had.
    """

    def __init__(self, cells: list[int], now: float) -> None:
        self._queue = deque(cells)
        self._suspects: deque[int] = deque()
        self._misses: Counter[int] = Counter()
        self._safe_misses: Counter[int] = Counter()
        self.gap: float | None = None
        self._answer: float | None = None
        self._began = self._sent_at = self.due = now
        self._missed_since = self._safe = False
        self.probing: int | None = None

    def __len__(self) -> int:
        return len(self._queue) + len(self._suspects) + (self.probing is not None)

    @property
    def cells(self) -> npt.NDArray[np.int64]:
        """Those that are still in doubt."""
        flying = [] if self.probing is None else [self.probing]
        return np.array([*self._queue, *self._suspects, *flying], np.int64)

    @property
    def remaining(self) -> float:
        """About how many seconds are left."""
        return len(self) * (self.gap or 1.0)

    def next(self, now: float) -> int | None:
        """The cell to probe now, None where none is due."""
        if self.probing is not None or now < self.due or not len(self):
            return None
        if self._queue:
            self.probing, self._safe = self._queue.popleft(), False
        else:
            wait = UNKNOWN_WAIT if self.gap is None else SAFETY * self.gap
            self.due = (self._began if self._answer is None else self._answer) + wait
            if now < self.due:
                return None
            self.probing, self._safe = self._suspects.popleft(), True
        self._sent_at = now
        return self.probing

    def answered(self) -> None:
        """The probe brought an error."""
        self.probing = None
        if self._answer is not None and not self._safe:
            seen = self._sent_at - self._answer
            known = seen if self.gap is None else self.gap
            self.gap = (known + seen) / 2 if self._missed_since else min(known, seen) * EAGER
        self._answer = self._sent_at
        self._missed_since = False
        self.due = self._sent_at + EAGER * (self.gap or 0.0)

    def missed(self, now: float) -> None:
        """The probe's time-out passed without an error."""
        if self.probing is None:
            return
        cell, self.probing = self.probing, None
        self._missed_since = True
        self.due = now
        if self._safe:
            self._safe_misses[cell] += 1
            if self._safe_misses[cell] < SAFE_MISSES:
                self._suspects.append(cell)
        else:
            self._misses[cell] += 1
            (self._queue if self._misses[cell] < MISSES else self._suspects).append(cell)
        silence = now - (self._began if self._answer is None else self._answer)
        if silence > max(GIVE_UP, 2 * SAFETY * (self.gap or 0.0)):
            self._queue.clear()
            self._suspects.clear()

    def postponed(self, due: float) -> None:
        """The probe could not leave; it may be tried again at ``due``."""
        if self.probing is None:
            return
        (self._suspects if self._safe else self._queue).appendleft(self.probing)
        self.probing, self.due = None, due

    def timed_out(self, now: float, timeout: float) -> bool:
        """Whether the probe in flight has had its time."""
        return self.probing is not None and now - self._sent_at > timeout
