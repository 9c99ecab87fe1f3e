"""TCP connects: the kernel makes the handshake; what it agreed on is read from TCP_INFO."""

import ctypes
import errno
import select
import socket
import struct

from tui_scan.engine.transport import errqueue
from tui_scan.engine.transport.attempts import Address, Attempt, Probe, SocketProbes
from tui_scan.engine.transport.socket_form import AS_USUAL, SocketForm

_TCP_INFO_OPTIONS = ((1, "timestamps"), (2, "sack"), (4, "wscale"), (8, "ecn"))
_RTT_AT, _MSS_AT = 68, 16


_UNSPECIFIED = bytes(28)

_libc = ctypes.CDLL(None)


class Connecting(SocketProbes):
    """Connects in flight. Their sockets are used again: a connection that was made is reset at once, one that was
    refused leaves nothing. Only one that had a link-local target stays bound to that link, and is closed.
    """

    kind = socket.SOCK_STREAM
    events = select.EPOLLOUT | select.EPOLLERR

    def __init__(self, family: int, form: SocketForm = AS_USUAL) -> None:
        super().__init__(family, form)
        self._spare: list[socket.socket] = []
        self._linked = False

    def close(self) -> None:
        """Close every socket."""
        super().close()
        for sock in self._spare:
            sock.close()

    def _socket(self) -> socket.socket:
        return self._spare.pop() if self._spare else super()._socket()

    def _start(self, attempt: Attempt, target: Address) -> int:
        """On a quick network the answer is there when connect() returns: the second call tells."""
        self._linked |= len(target) > 2 and bool(target[3])
        code = attempt.socket.connect_ex(target)
        if code == errno.EINPROGRESS:
            code = attempt.socket.connect_ex(target)
        return {errno.EALREADY: errno.EINPROGRESS, errno.EISCONN: 0}.get(code, code)

    def _succeeded(self, attempt: Attempt) -> None:
        take_success(attempt.socket, attempt)

    def _release(self, attempt: Attempt) -> None:
        renew(attempt.socket, attempt.errno != errno.ECONNREFUSED or attempt.queued is not None)
        if self._linked:
            attempt.socket.close()
        else:
            self._spare.append(attempt.socket)


def renew(sock: socket.socket, errors: bool = True) -> None:
    """Make a socket ready for another connect, whatever became of the last one (connect(2): AF_UNSPEC).

    A connection that was made is reset; one still tried is given up. ``errors``: some may wait in its queue.
    """
    _libc.connect(sock.fileno(), _UNSPECIFIED, len(_UNSPECIFIED))
    while errors and errqueue.read(sock):
        pass


def take_success(sock: socket.socket, probe: Probe) -> None:
    """Take what a connection that was made tells: is it with itself, and what did the handshake agree on?"""
    try:
        probe.self_connect = sock.getsockname()[:2] == sock.getpeername()[:2]
    except OSError:
        _take_lost(sock, probe)
        return
    probe.detail = _handshake(sock)


def _take_lost(sock: socket.socket, probe: Probe) -> None:
    """No connection is there although no call failed: an ICMP error ended it, or the target reset a finished one."""
    probe.queued = probe.queued or errqueue.read(sock)
    if probe.queued:
        probe.errno, probe.detail = probe.queued.errno, str(probe.queued)
    else:
        probe.detail = "reset right after the handshake"


def _handshake(sock: socket.socket) -> str:
    """What TCP_INFO tells of a fresh handshake: options that both sides agreed on, MSS, the kernel's own RTT."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    options, scales = info[5], info[6]
    words = [f"mss={struct.unpack_from('=I', info, _MSS_AT)[0]}"]
    for bit, name in _TCP_INFO_OPTIONS:
        if options & bit:
            words.append(f"{name}={scales & 15}" if name == "wscale" else name)
    words.append(f"rtt={struct.unpack_from('=I', info, _RTT_AT)[0] / 1000:.3f}ms")
    return "TCP_INFO " + " ".join(words)
