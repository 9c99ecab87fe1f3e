"""The program on a pseudo-terminal that can vanish, or that nobody reads."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from types import TracebackType
from typing import Self

PATIENCE = 60.0
"""Seconds that a test waits for what is to come: a machine with other work is many times slower than an idle one."""


class PseudoTerminal:
    """The program with these arguments on a terminal of 160x50; killed on leaving, if it is still there."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self.seen = b""

    def __enter__(self) -> Self:
        self.pid, self._ours = pty.fork()
        if self.pid == 0:
            try:
                program = [sys.executable, "-m", "tui_scan", *self._arguments]
                os.execve(sys.executable, program, os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
            finally:
                os._exit(127)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self._status: int | None = None
        return self

    def until(self, text: bytes) -> None:
        """Read until this has come."""
        self.read(PATIENCE, text)
        assert text in self.seen, f"{text!r} has not come within {PATIENCE} s"

    def read(self, seconds: float, until: bytes | None = None) -> None:
        """Read for so long, or until the text has come."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not (until and until in self.seen):
            if select.select([self._ours], [], [], left)[0]:
                try:
                    self.seen += os.read(self._ours, 1 << 16)
                except OSError:  # EIO: the program is gone
                    return

    def keys(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._ours, keys)

    def vanish(self) -> None:
        """Close the terminal: the program gets SIGHUP, and errors when it writes."""
        os.close(self._ours)
        self._ours = -1

    def end(self, seconds: float, *, read: bool = True) -> int | None:
        """The exit status, negative for a signal; None where it has not ended in time."""
        limit = time.monotonic() + seconds
        while self._status is None and time.monotonic() < limit:
            if read and self._ours >= 0:
                self.read(0.02)
            else:
                time.sleep(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        if read and self._ours >= 0:
            self.read(1.0)  # what it wrote last; where nobody else has the terminal this ends at once
        return self._status

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self._ours >= 0:
            os.close(self._ours)
