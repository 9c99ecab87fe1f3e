"""ICMP echo by ping sockets, for which net.ipv4.ping_group_range must name one of the user's groups (icmp(7))."""

import errno
import select
import socket

from tui_scan.engine.transport.attempts import Address, Attempt, SocketProbes

_REQUEST = {4: 8, 6: 128}
_PROTOCOL = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
_MOST = 2048


class Echoes(SocketProbes):
    """Echo requests in flight; the kernel writes their identifier and hands each socket its own replies."""

    kind = socket.SOCK_DGRAM
    events = select.EPOLLIN | select.EPOLLERR
    protocol = _PROTOCOL

    def _start(self, attempt: Attempt, target: Address) -> int:
        code = attempt.socket.connect_ex(target)
        if code:
            return code
        try:
            attempt.socket.send(bytes((_REQUEST[self._family], 0, 0, 0, 0, 0)) + attempt.tries.to_bytes(2, "big"))
        except OSError as error:
            return error.errno or errno.EIO
        return errno.EINPROGRESS

    def _succeeded(self, attempt: Attempt) -> None:
        try:
            attempt.detail = f"{len(attempt.socket.recv(_MOST))} bytes"
        except OSError as error:
            attempt.errno = error.errno or errno.EIO


def allowed(family: int) -> bool:
    """Whether this process may have ping sockets."""
    domain = socket.AF_INET if family == 4 else socket.AF_INET6
    try:
        socket.socket(domain, socket.SOCK_DGRAM, _PROTOCOL[family]).close()
    except OSError:
        return False
    return True
