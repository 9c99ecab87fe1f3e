"""Non-blocking TCP connects on one epoll: how a handshake by the kernel is begun, watched and read."""

import errno
import resource
import select
import socket
import struct
import time
from dataclasses import dataclass

from tui_scan.engine.transport import errqueue
from tui_scan.engine.transport.errqueue import QueuedError

LOCAL_SHORTAGE = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EADDRNOTAVAIL,
        errno.EAGAIN,
        errno.EADDRINUSE,
    }
)
"""Errors of this machine that pass: the probe is tried again later and never becomes a port's state."""

_RESERVED_DESCRIPTORS = 64
_LINGER_RESET = struct.pack("ii", 1, 0)
_TCP_INFO_OPTIONS = ((1, "timestamps"), (2, "sack"), (4, "wscale"), (8, "ecn"))
_RTT_AT, _MSS_AT = 68, 16


@dataclass(slots=True)
class Attempt:
    """One connect in flight or done: ``errno`` 0 is a completed handshake; times are CLOCK_REALTIME."""

    cell: int
    socket: socket.socket
    start_ns: int
    deadline: float
    end_ns: int = 0
    errno: int = 0
    queued: QueuedError | None = None
    detail: str = ""
    self_connect: bool = False


def descriptor_limit() -> int:
    """How many sockets may be open at once: the soft limit, raised to the hard one, less a reserve."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(1, soft - _RESERVED_DESCRIPTORS)


class Connecting:
    """The connects in flight, by descriptor. ``begin`` and ``poll`` return finished attempts."""

    def __init__(self, family: int, interface: str | None) -> None:
        self._family = family
        self._domain = socket.AF_INET if family == 4 else socket.AF_INET6
        self._interface = interface.encode() if interface else None
        self._epoll = select.epoll()
        self.flying: dict[int, Attempt] = {}

    def begin(self, cell: int, target: tuple[str, int] | tuple[str, int, int, int], deadline: float) -> Attempt:
        """Start one connect; it is finished at once where its ``end_ns`` is set. Raises OSError for local faults."""
        sock = socket.socket(self._domain, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            errqueue.enable(sock, self._family)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
            if self._interface:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self._interface)
            attempt = Attempt(cell, sock, time.time_ns(), deadline)
            code = sock.connect_ex(target)
            if code in LOCAL_SHORTAGE:
                raise OSError(code, "connect")
        except OSError:
            sock.close()
            raise
        if code == errno.EINPROGRESS:
            self._epoll.register(sock.fileno(), select.EPOLLOUT | select.EPOLLERR)
            self.flying[sock.fileno()] = attempt
        else:
            self._finish(attempt, code)
        return attempt

    def poll(self, timeout: float) -> list[Attempt]:
        """Wait at most ``timeout`` seconds for connects to finish."""
        done = []
        for descriptor, _ in self._epoll.poll(timeout, 1024):
            attempt = self.flying.pop(descriptor)
            self._finish(attempt, attempt.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            done.append(attempt)
        return done

    def abandon(self, attempt: Attempt) -> None:
        """Give up on a connect that nothing answered."""
        self.flying.pop(attempt.socket.fileno(), None)
        attempt.socket.close()

    def close(self) -> None:
        """Close every socket."""
        for attempt in list(self.flying.values()):
            self.abandon(attempt)
        self._epoll.close()

    def _finish(self, attempt: Attempt, code: int) -> None:
        attempt.end_ns = time.time_ns()
        attempt.errno = code
        sock = attempt.socket
        if code:
            attempt.queued = errqueue.read(sock)
            attempt.detail = str(attempt.queued) if attempt.queued else ""
        else:
            attempt.self_connect = sock.getsockname()[:2] == sock.getpeername()[:2]
            attempt.detail = _handshake(sock)
        sock.close()


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
