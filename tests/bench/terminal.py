"""The interface in a pseudo-terminal, its output read as fast as it comes."""

import fcntl
import os
import select
import signal
import struct
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

READ = 1 << 16


class Terminal:
    """A command on a terminal of its own, in the namespace of the calling thread; killed on leaving."""

    def __init__(self, command: list[str], width: int, height: int, place: Path) -> None:
        environment = {"PATH": os.environ["PATH"], "HOME": str(place), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        self._command, self._environment, self._place = command, environment, place
        self._size = struct.pack("HHHH", height, width, 0, 0)
        self._seen = b""

    def __enter__(self) -> Self:
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, self._size)
        self._started = time.monotonic()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.login_tty(theirs)
                os.chdir(self._place)
                os.execve(self._command[0], self._command, self._environment)
            finally:
                os._exit(127)
        os.close(theirs)
        self._ours = ours
        return self

    def until(self, text: bytes, seconds: float) -> float:
        """Read until the text was written; the seconds since exec. AssertionError where it is not in time."""
        end = time.monotonic() + seconds
        while text not in self._seen:
            ready = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))[0]
            assert ready, f"{text!r} was not shown within {seconds} s"
            self._seen += self._read()
        now = time.monotonic() - self._started
        self._seen = self._seen.rpartition(text)[2]
        return now

    def _read(self) -> bytes:
        try:
            return os.read(self._ours, READ)
        except OSError as error:  # EIO: the program is gone
            raise AssertionError(f"the program ended: {self._seen[-600:]!r}") from error

    def keys(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._ours, keys)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._ours)
