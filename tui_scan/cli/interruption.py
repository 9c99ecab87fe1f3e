"""Ctrl+C and its kin while a scan runs: a wish to stop in good order, not an end on the spot."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 2
"""Signals that are taken as the one wish to stop; the next one ends the program where it stands."""


class Interruption:
    """Whether the person asked to stop.

    Until ``hold`` a signal raises KeyboardInterrupt, as there is nothing to save; after it, ``asked`` tells.
    """

    def __init__(self) -> None:
        self.count = 0
        self._held = False

    @property
    def asked(self) -> bool:
        """A stop was asked for."""
        return self.count > 0

    def hold(self) -> None:
        """From now on there are results to save."""
        self._held = True

    def arrived(self, _number: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        self.count += 1
        if not self._held or self.count > PATIENCE:
            raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """Take the signals over for a while. What the parent chose to ignore (nohup) stays ignored."""
    interruption = Interruption()
    taken = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interruption.arrived) for number in taken}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
