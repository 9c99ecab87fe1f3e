"""A client of FTP's control connection (RFC 959): commands and replies, nothing of the data connection."""

import re
import socket
import time
from collections.abc import Callable

from tui_scan.engine.control import TURN

_REPLY = re.compile(rb"(\d{3})([ -])(.*)")
_LONGEST = 1 << 16


class Reply(str):
    """The last line of a reply; ``code`` is its number (RFC 959 §4.2)."""

    @property
    def code(self) -> int:
        """From 100 to 599."""
        return int(self[:3])


class FtpControl:
    """A control connection; raises OSError where the server is not there, TimeoutError where it does not answer.

    ``patience`` are the seconds in which a reply must come; ``turn`` is called many times a second meanwhile.
    """

    def __init__(self, address: str, port: int, patience: float, turn: Callable[[], object]) -> None:
        self._turn = turn
        self.patience, self._read = patience, b""
        self._socket = socket.create_connection((address, port), patience)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def command(self, line: str) -> Reply:
        """Send a command and take the reply to it."""
        self._socket.settimeout(self.patience)
        self._socket.sendall(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return self.reply()

    def reply(self) -> Reply:
        """The next reply; one of several lines is whole when its code comes back with a space (RFC 959 §4.2)."""
        end = time.monotonic() + self.patience
        first = b""
        while True:
            match = _REPLY.fullmatch(self._line(end))
            if match and match[2] == b" " and first in (b"", match[1]):
                return Reply(match[0].decode(errors="replace"))
            if match and not first:
                first = match[1]

    def _line(self, end: float) -> bytes:
        while b"\n" not in self._read:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(min(left, TURN))
            try:
                received = self._socket.recv(4096)
            except TimeoutError:
                self._turn()
                continue
            if not received or len(self._read) > _LONGEST:
                raise ConnectionError("the server ended the connection")
            self._read += received
        line, _, self._read = self._read.partition(b"\n")
        return line.rstrip(b"\r")
