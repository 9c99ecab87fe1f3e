"""How often the interface may look at the scan: a rate, and a budget of one core's time."""

import os
import time
from collections.abc import Callable, Mapping

FAST, SLOW = 10.0, 5.0
"""Frames a second here, and over SSH."""

SHARE = 0.25
"""The part of one core that the interface may take while a scan runs."""

WEIGHT = 0.3
"""What the newest frame counts in the running mean of the cost."""

LONGEST = 2.0
"""Seconds between two frames at most, so that the view never looks dead."""


def default_fps(environ: Mapping[str, str] = os.environ) -> float:
    """Frames a second where none were asked for: fewer over SSH, where each one crosses a wire."""
    return SLOW if environ.get("SSH_CONNECTION") else FAST


class FrameBudget:
    """Measures what frames cost and tells how long to wait for the next.

    The cost is the processor time of the interface's own thread since the frame before: reading the ledger,
    layout, painting and keys alike. ``cpu`` and ``clock`` give seconds.
    """

    def __init__(
        self,
        fps: float,
        cpu: Callable[[], float] = time.thread_time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.shortest = 1.0 / fps
        self.cost = 0.0
        self.share = 0.0
        self._cpu, self._clock = cpu, clock
        self._then = (clock(), cpu())

    def restart(self) -> None:
        """Count from now: what came before was not beside a scan."""
        self.cost = 0.0
        self._then = (self._clock(), self._cpu())

    def wait(self, busy: bool) -> float:
        """Seconds until the next frame; ``busy`` says that a scan runs and wants the processor."""
        now = (self._clock(), self._cpu())
        spent, passed = now[1] - self._then[1], now[0] - self._then[0]
        self._then = now
        self.cost = max(spent, self.cost + WEIGHT * (spent - self.cost))
        self.share = spent / passed if passed > 0 else 0.0
        if not busy:
            return self.shortest
        return min(LONGEST, max(self.shortest, self.cost / SHARE))
