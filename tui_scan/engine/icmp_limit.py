"""A host that limits its ICMP errors: at which pace its silent ports are probed, and when silence is proven."""

from collections import deque

FIRST_INTERVAL = 0.1
LEAST_INTERVAL = 0.004
MOST_INTERVAL = 6.0
GIVE_UP = 6.0
"""Seconds of probing without one error after which the host has no more to send: Linux lets one a second
through by default (icmp(7), icmp_ratelimit)."""
SAFETY = 1.5
"""A miss counts only when this many times the limit's own interval has passed since the last error, and this many
seconds: a limit that is not known yet is taken for Linux's."""
SAFE_MISSES = 2


class LimitedHost:
    """One host's silent cells, probed one at a time; sans I/O, times are seconds.

    The interval shrinks while every probe is answered and grows while none is. A port is silent when it
    missed ``SAFE_MISSES`` times at moments when the host had an error to spend; ports that missed at the
    normal pace are suspects and wait for such moments.
    """

    def __init__(self, cells: list[int], now: float) -> None:
        self._fresh = deque(cells)
        self._suspects: deque[int] = deque()
        self._misses: dict[int, int] = {}
        self.interval = FIRST_INTERVAL
        self._last_answer: float | None = None
        self._began = now
        self._missed_since = False
        self.probing: int | None = None
        self._sent_at = now
        self._safe = False
        self.due = now

    def __len__(self) -> int:
        return len(self._fresh) + len(self._suspects) + (self.probing is not None)

    @property
    def remaining(self) -> float:
        """About how many seconds are left."""
        return len(self) * self.interval

    def next(self, now: float) -> int | None:
        """The cell to probe now, None where none is due."""
        if self.probing is not None or now < self.due:
            return None
        if self._fresh:
            self.probing, self._safe = self._fresh.popleft(), False
        elif self._suspects:
            ready = (self._last_answer or self._began) + SAFETY * max(1.0, self.interval)
            if now < ready:
                self.due = ready
                return None
            self.probing, self._safe = self._suspects.popleft(), True
        self._sent_at = now
        return self.probing

    def answered(self, now: float) -> None:
        """The probe brought an error."""
        cell, self.probing = self.probing, None
        known_miss = cell in self._misses
        if self._last_answer is not None and not self._missed_since and not known_miss:
            self.interval = max(LEAST_INTERVAL, self.interval * (0.97 if self._misses else 0.67))
        elif self._last_answer is not None and self._missed_since:
            gap = now - self._last_answer
            self.interval = min(MOST_INTERVAL, max(self.interval, min(gap, 1.3 * self.interval)))
        self._last_answer = now
        self._missed_since = False
        self.due = self._sent_at + self.interval

    def missed(self, now: float) -> None:
        """The probe's time-out passed without an error."""
        assert self.probing is not None
        cell, self.probing = self.probing, None
        self._missed_since = True
        misses = self._misses.get(cell, 0) + (1 if self._safe else 0)
        self._misses[cell] = misses
        if misses < SAFE_MISSES:
            self._suspects.append(cell)
        if self._safe:
            self.due = now
        else:
            self.interval = min(MOST_INTERVAL, self.interval * 1.25)
            self.due = self._sent_at + self.interval
        if now - (self._last_answer or self._began) > GIVE_UP:
            self._fresh.clear()
            self._suspects.clear()

    def timed_out(self, now: float, timeout: float) -> bool:
        """Whether the probe in flight has had its time."""
        return self.probing is not None and now - self._sent_at > timeout
