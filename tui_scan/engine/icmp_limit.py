"""A host that limits its ICMP errors: at which pace its silent ports are probed, and when silence is proven."""

from collections import Counter, deque
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

EAGER = 0.9
"""The share of the time an error takes after which the next probe leaves: early costs a probe, late costs time."""
STEPS = 20
"""Probes that are then spread over such a time until one is answered: a denied one costs the host nothing."""
FIRST_STEP, LEAST_STEP = 0.05, 0.002
"""Seconds between two probes while the limit is not known, and at the least."""
FIRST_WAIT, LEAST_WAIT = 3.0, 0.1
"""Seconds without an answer after which silence is put to the proof, while the limit is not known, and at the least."""
WAIT = 1.5
"""The same, as a multiple of the time an error takes."""
FASTER, SLOWER = 0.7, 1.2
"""What the time is taken for, of its highest value where there was always an error to be had, and of its least where a
port known as closed was denied one."""
PROOFS = 3
"""Proofs after which a port is silent: a wire may lose a probe now and then."""
LEAST_BATCH, MOST_BATCH = 8, 256
"""Ports of one proof; so few that all are asked within a small part of the time an error takes."""
USUAL = 1.0
"""Seconds that an error takes on Linux by default (icmp(7), icmp_ratelimit)."""
FAILURES, GIVE_UP = 4, 20.0
"""Proofs in a row, and seconds, in which not even a port known as closed was answered: no more is to be learned."""


class Turn(NamedTuple):
    """What to send now: a probe to each of ``cells``, then, with ``canary``, one to a port known as closed."""

    cells: list[int]
    canary: bool = False


class LimitedHost:
    """One host's silent cells; sans I/O, times are seconds.

    ``gap`` is the measured time the host needs for one error, None while it is not known; ``due`` the time of the
    next turn; ``flying`` the probes without an answer, by cell, with the times at which they left. A limit is used
    to the full when there is a probe whenever an error is to be had: so they follow each other from shortly before
    that time on.

    When the answers stop, silence is put to the proof: some ports are asked, and at once after them one known as
    closed. Only if that one is answered, and none of the others, was there an error to be had that they did not
    want. ``gave_up`` tells that not even that one is answered any more.
    """

    def __init__(self, cells: list[int], now: float) -> None:
        self._queue = deque(cells)
        self._proofs: Counter[int] = Counter()
        self.flying: dict[int, float] = {}
        self.gap: float | None = None
        self.due = self._began = now
        self._answer: float | None = None
        self._missed_at = self._proved_at = now
        self._proving: list[int] = []
        self._canary = False
        self._failures = 0
        self.gave_up = False

    def __len__(self) -> int:
        return len(self._queue) + len(self.flying)

    @property
    def cells(self) -> npt.NDArray[np.int64]:
        """Those that are still in doubt."""
        return np.array([*self._queue, *self.flying], np.int64)

    @property
    def remaining(self) -> float:
        """About how many seconds are left."""
        return len(self) * (self.gap or 1.0)

    @property
    def proving(self) -> bool:
        """Whether a canary's answer is waited for."""
        return bool(self._proving)

    def next(self, now: float) -> Turn:
        """What is to be sent now."""
        if now < self.due or self._proving or not self._queue:
            return Turn([])
        if now >= self._last + self._wait:
            return self._prove(now)
        self.due = now + (FIRST_STEP if self.gap is None else max(self.gap / STEPS, LEAST_STEP))
        return self._leave(1, now)

    def answered(self, cell: int) -> None:
        """The probe to this cell brought an error."""
        self._learn(self.flying.pop(cell))

    def canary_answered(self) -> None:
        """The canary of the running proof brought an error."""
        if self._proving and not self._canary:
            self._canary = True
            self._learn(self._proved_at)

    def expire(self, now: float, timeout: float) -> None:
        """Probes that have had their time missed; a proof that has had it is over."""
        proving = bool(self._proving) and now - self._proved_at > timeout
        for cell, sent in list(self.flying.items()):
            if now - sent <= timeout:
                continue
            del self.flying[cell]
            self._missed_at = max(self._missed_at, sent)
            if self._canary and sent == self._proved_at:
                self._proofs[cell] += 1
            if self._proofs[cell] < PROOFS:
                self._queue.append(cell)
        if proving:
            if self._last < self._proved_at:
                self.gap = max(self.gap or 0.0, self._proved_at - self._last) * SLOWER
                self._failures += 1
            self._proving, self._canary = [], False
        self.gave_up = self._failures >= FAILURES and now - self._last > GIVE_UP

    def postponed(self, until: float) -> None:
        """This machine could not send: what was under way is asked again, and tells nothing."""
        self._queue.extend(self.flying)
        self.flying.clear()
        self._proving, self._canary = [], False
        self.due = until

    @property
    def _last(self) -> float:
        return self._began if self._answer is None else self._answer

    @property
    def _wait(self) -> float:
        return FIRST_WAIT if self.gap is None else max(LEAST_WAIT, WAIT * self.gap)

    def _prove(self, now: float) -> Turn:
        most = MOST_BATCH if self.gap is None else min(MOST_BATCH, max(LEAST_BATCH, int(self.gap * 1000)))
        turn = self._leave(most, now)
        self._proving, self._canary, self._proved_at = turn.cells, False, now
        return Turn(turn.cells, canary=True)

    def _leave(self, most: int, now: float) -> Turn:
        cells = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
        self.flying.update(dict.fromkeys(cells, now))
        return Turn(cells)

    def _learn(self, sent: float) -> None:
        """There was an error to be had when this probe left: what does the time since the one before it tell?

        Where probes in between were denied, that is the time that an error takes; else it takes no longer.
        """
        seen = sent - self._last
        if self._answer is not None and seen > 0:
            known = self.gap or min(seen, USUAL)
            exact = self._missed_at > self._last or any(self._last < at < sent for at in self.flying.values())
            exact = exact and sent != self._proved_at
            self.gap = (known + min(seen, 2 * known)) / 2 if exact else min(known, seen) * FASTER
        self._answer, self._failures = max(self._last, sent), 0
        self.due = self._answer + EAGER * (self.gap or 0.0)
