"""A thread of its own for work that a person starts, watches and waits for."""

import threading
from abc import ABC, abstractmethod

from tui_scan.engine.progress import Phase
from tui_scan.model.errors import LocalError, TuiScanError

NO_THREAD = "This machine lets no further thread begin. Raise 'ulimit -u' and 'ulimit -v', or close other programs."


class Background(ABC):
    """Runs ``work`` once in a thread; ``phase`` tells what it does, ``error`` is set when it is FAILED.

    All methods may be called from any thread.
    """

    def __init__(self, name: str) -> None:
        self.phase = Phase.READY
        self.error: TuiScanError | None = None
        self._thread = threading.Thread(target=self.work, name=name, daemon=True)

    def start(self) -> None:
        """Begin; raises LocalError where this machine has no room for a thread."""
        self.phase = Phase.RUNNING
        try:
            self._thread.start()
        except RuntimeError:
            self.phase = Phase.FAILED
            raise LocalError(NO_THREAD) from None

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the thread has ended; returns whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    @abstractmethod
    def work(self) -> None:
        """What the thread does: it ends in a ``phase`` that is an end, and lets no error out."""
