"""How another thread pauses and stops the scan: the scan asks at every turn, so it obeys within one."""

import threading
from collections.abc import Callable

TURN = 0.05
"""The longest time in seconds that the scan may wait without asking."""


class ScanStopped(Exception):
    """The person stopped the scan; raised inside the scan's thread only."""


class Control:
    """Pause and stop flags; ``paused`` and ``resumed`` are called in the scan's thread."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self._stop = False

    def pause(self) -> None:
        """Ask the scan to hold."""
        self._go.clear()

    def resume(self) -> None:
        """Let the scan go on."""
        self._go.set()

    def stop(self) -> None:
        """Ask the scan to end; also ends a pause."""
        self._stop = True
        self._go.set()

    @property
    def stopping(self) -> bool:
        """A stop was asked for."""
        return self._stop

    @property
    def pausing(self) -> bool:
        """A pause was asked for."""
        return not self._go.is_set()

    def checkpoint(self, on_pause: Callable[[], None], on_resume: Callable[[], None]) -> bool:
        """Obey: raises ScanStopped, or holds while paused; returns whether there was a pause."""
        if self._stop:
            raise ScanStopped
        if self._go.is_set():
            return False
        on_pause()
        self._go.wait()
        on_resume()
        if self._stop:
            raise ScanStopped
        return True
