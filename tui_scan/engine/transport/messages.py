"""Probes that are messages by a connected socket: what comes back, or the ICMP error in the error queue."""

import errno
import select
import socket
from abc import abstractmethod
from collections.abc import Iterable

from tui_scan.engine.transport.attempts import Address, Attempt, SocketProbes

_MOST = 65535


class Messages(SocketProbes):
    """Messages in flight, each try from a socket of its own, which takes answers of its target alone."""

    kind = socket.SOCK_DGRAM
    events = select.EPOLLIN | select.EPOLLERR

    @abstractmethod
    def _messages(self, target: Address, tries: int) -> Iterable[bytes]:
        """What a try sends."""

    def _start(self, attempt: Attempt, target: Address) -> int:
        code = attempt.socket.connect_ex(target)
        if code:
            return code
        try:
            for message in self._messages(target, attempt.tries):
                attempt.socket.send(message)
        except OSError as error:
            return error.errno or errno.EIO
        return errno.EINPROGRESS

    def _succeeded(self, attempt: Attempt) -> None:
        try:
            attempt.detail = f"{len(attempt.socket.recv(_MOST))} bytes"
        except OSError as error:
            attempt.errno = error.errno or errno.EIO
