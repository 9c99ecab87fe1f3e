"""UDP probes by connected sockets: a datagram that comes back, or the ICMP error in the error queue."""

import errno
import select
import socket

from tui_scan.engine.techniques.payloads import payloads_of
from tui_scan.engine.transport.attempts import Address, Attempt, SocketProbes

_MOST = 65535


class Datagrams(SocketProbes):
    """Datagrams in flight, each from a socket of its own, which takes answers of its target alone."""

    kind = socket.SOCK_DGRAM
    events = select.EPOLLIN | select.EPOLLERR

    def _start(self, attempt: Attempt, target: Address) -> int:
        code = attempt.socket.connect_ex(target)
        if code:
            return code
        try:
            asked = self._form.data
            for payload in payloads_of(target[1], attempt.tries) if asked is None else (asked,):
                attempt.socket.send(payload)
        except OSError as error:
            return error.errno or errno.EIO
        return errno.EINPROGRESS

    def _succeeded(self, attempt: Attempt) -> None:
        try:
            attempt.detail = f"{len(attempt.socket.recv(_MOST))} bytes"
        except OSError as error:
            attempt.errno = error.errno or errno.EIO
