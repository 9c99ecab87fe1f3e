"""Textual's driver for a terminal that may be gone: losing it ends the program in place of blocking it."""

from collections.abc import Callable
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver

HANGUP_STATUS = 129
"""The exit status where the terminal is gone: that of SIGHUP."""


class LossyFile:
    """A terminal's output; once writing fails what is written is dropped, and ``lost`` is called, once.

    Textual's writer thread would end with the error, and the event loop then wait for it for ever.
    """

    def __init__(self, file: IO[str], lost: Callable[[], None]) -> None:
        self._file, self._lost = file, lost
        self._open = True

    def write(self, text: str) -> int:
        """Write, or drop."""
        return self._try(lambda: self._file.write(text)) or 0

    def flush(self) -> None:
        """Flush, or do nothing."""
        self._try(self._file.flush)

    def fileno(self) -> int:
        """The file's descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._file.isatty()

    def _try(self, do: Callable[[], Any]) -> Any:
        if self._open:
            try:
                return do()
            except (OSError, ValueError):
                self._open = False
                self._lost()
        return None


class TerminalDriver(LinuxDriver):
    """Calls the app's ``leave`` with the status of a hangup when its terminal is gone."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._leave: Callable[[int], None] = app.leave
        self._file: Any = LossyFile(self._file, self._hang_up)

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._leave, HANGUP_STATUS)
