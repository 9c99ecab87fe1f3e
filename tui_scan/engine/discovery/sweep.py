"""The rounds of a discovery: every probe to every host, in bulk, and once more to those that stayed silent."""

from collections.abc import Callable
from typing import Protocol as Interface

import numpy as np
import numpy.typing as npt

from tui_scan.engine.control import TURN
from tui_scan.engine.discovery.finds import Finds
from tui_scan.engine.tokens import rate_of
from tui_scan.model.timing import Timing

Index = npt.NDArray[np.int64]

LEAST_TRIES, LEAST_PROBES = 2, 3
"""Tries and probes in all for a host that stays silent; one try more than the latest that brought an answer, where that
is more."""
PORTION = 1024
"""Hosts that are asked together."""
BURST = 256
"""Probes that may leave at once, whatever the rate."""


class Way(Interface):
    """How probes leave and answers come: ``count`` probes a host, ``rate`` of them a second at the most.

    ``waits`` bounds how long answers are waited for, in seconds: between two tries, and after the last. ``looked_for``:
    a router or this machine's kernel has to look for each host before a probe reaches it.
    """

    count: int
    looked_for: bool
    rate: float
    waits: tuple[float, float]

    def send(self, hosts: Index, number: int, tries: int) -> None:
        """Send a try of probe ``number`` to these hosts."""
        ...

    def collect(self, timeout: float) -> None:
        """Enter what has come; wait for it at most ``timeout`` seconds."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Sweep:
    """Asks hosts by a way; ``turn`` obeys pause and stop and gives the time."""

    def __init__(self, way: Way, finds: Finds, timing: Timing, turn: Callable[[], float]) -> None:
        self._way, self._finds, self._timing, self._turn = way, finds, timing, turn
        self._together = timing.max_parallelism or way.count
        self._allowance, self._at = float(BURST), turn()
        self.tries = 0

    def run(self, hosts: Index, before: int = 0) -> None:
        """Ask these hosts until they answer or were silent to all tries that they get, numbered from ``before`` + 1.

        ``tries`` is the number of the last one.
        """
        limit = rate_of(self._timing, len(hosts))
        self._rate = min(max(self._way.rate, self._timing.min_rate or 0.0), limit or np.inf)
        self._allowance = min(self._allowance, max(1.0, self._rate / 10)) if limit else self._allowance
        waiting, self.tries = self._finds.waiting(hosts), before
        while len(waiting):
            self.tries += 1
            last = self.tries - before >= self._most_tries(before)
            for first in range(0, self._way.count, self._together):
                self._ask(waiting, range(first, min(first + self._together, self._way.count)), self.tries)
                self._patience(waiting, last and first + self._together >= self._way.count)
            waiting = self._finds.waiting(waiting)
            waiting = waiting[~self._finds.unreachable[waiting]]
            if last and self.tries - before >= self._most_tries(before):
                break

    def _most_tries(self, before: int) -> int:
        """How many tries a silent host gets after those before, as far as that is known yet."""
        least = max(LEAST_TRIES, -(-LEAST_PROBES // self._way.count), self._finds.latest - before + 1)
        return min(self._timing.max_retries + 1, least)

    def _ask(self, hosts: Index, numbers: range, tries: int) -> None:
        """One try of these probes to all of the hosts, a portion at a time."""
        for first in range(0, len(hosts), PORTION):
            portion = hosts[first : first + PORTION]
            for number in numbers:
                left = self._finds.waiting(portion)
                while len(left):
                    room = self._room()
                    if room:
                        self._way.send(left[:room], number, tries)
                        self._allowance -= len(left[:room])
                        left = left[room:]
                    self._way.collect(0.0 if room else min(TURN, 1 / self._rate))

    def _room(self) -> int:
        """How many probes may leave now."""
        now = self._turn()
        most = max(1.0, min(BURST, self._rate / 10))
        self._allowance = min(max(most, self._allowance), self._allowance + (now - self._at) * self._rate)
        self._at = now
        return int(self._allowance)

    def _patience(self, hosts: Index, last: bool) -> None:
        """Wait for answers until all of the hosts are up or time is over; at the end longer, for those far away."""
        between, at_last = self._way.waits
        timeout = min(between, self._finds.rtt.timeout_of(0))
        if last:
            timeout = max(timeout, min(at_last, self._timing.initial_rtt_timeout / 1000))
        began = self._turn()
        while len(hosts := self._finds.waiting(hosts)):
            left = began + timeout - self._turn()
            if left <= 0:
                return
            self._way.collect(min(left, TURN))
