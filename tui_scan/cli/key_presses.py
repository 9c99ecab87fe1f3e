"""Single keys from the terminal that a command was started in, without Enter, while it runs in the foreground."""

import os
import select
import sys
from types import TracebackType

MOST = 64


class KeyPresses:
    """Keys pressed on standard input. Where that is no terminal, or another's, there are none.

    The terminal is left as it is until ``listen``; leaving the context gives it back as it was.
    """

    def __init__(self) -> None:
        self._terminal = sys.stdin.fileno() if sys.stdin is not None and sys.stdin.isatty() else None
        self._before: list[int | list[bytes | int]] | None = None

    def __enter__(self) -> "KeyPresses":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._terminal is not None and self._before is not None and self._in_front():
            import termios

            termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)

    @property
    def there(self) -> bool:
        """Whether a person may press keys."""
        return self._terminal is not None and self._in_front()

    def listen(self) -> str:
        """The keys pressed since the last call; from the first one on they come without Enter."""
        if self._terminal is None or not self._in_front():
            return ""
        if self._before is None:
            import termios
            import tty

            self._before = termios.tcgetattr(self._terminal)
            tty.setcbreak(self._terminal, termios.TCSANOW)
        if not select.select([self._terminal], [], [], 0)[0]:
            return ""
        return os.read(self._terminal, MOST).decode(errors="replace")

    def _in_front(self) -> bool:
        """The kernel stops a background job that touches its terminal."""
        assert self._terminal is not None
        return os.tcgetpgrp(self._terminal) == os.getpgrp()
