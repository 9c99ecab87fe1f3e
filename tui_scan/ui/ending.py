"""Ending on a signal: in good order where the interface still can, and in any case soon."""

import asyncio
import contextlib
import os
import signal
import sys
import termios
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGTERM, signal.SIGHUP)

GRACE_SECONDS = 3.0
"""What the interface has to restore the terminal; one that nobody reads any more never takes what is written."""


class Ending:
    """Handles the signals that ask for the end; ``leave`` is called in the event loop with the exit status.

    Handlers of the event loop would wait with it where it is stuck on a dead terminal. Python's own run in
    the main thread even while that waits for a lock.
    """

    def __init__(self, leave: Callable[[int], None]) -> None:
        self._leave = leave
        self._loop: asyncio.AbstractEventLoop | None = None
        self._status = 0
        self._before: dict[int, Any] = {}
        self._modes: list[Any] | None = None

    def __enter__(self) -> Self:
        """Take the signals; to be called in the main thread, while the terminal is as the shell left it."""
        try:
            self._modes = termios.tcgetattr(sys.stdin)
        except (termios.error, ValueError, OSError):
            self._modes = None
        handlers = dict.fromkeys(SIGNALS, self._asked) | {signal.SIGALRM: self._overdue}
        self._before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def attend(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on the event loop is asked first."""
        self._loop = loop

    def _asked(self, number: int, _frame: FrameType | None) -> None:
        self._status = 128 + number
        if self._loop is None or self._loop.is_closed():
            os._exit(self._status)
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
        self._loop.call_soon_threadsafe(self._leave, self._status)

    def _overdue(self, _number: int, _frame: FrameType | None) -> None:
        if self._modes is not None:
            # A terminal that is gone has nothing to restore.
            with contextlib.suppress(termios.error, ValueError, OSError):
                termios.tcsetattr(sys.stdin, termios.TCSANOW, self._modes)
        os._exit(self._status)
