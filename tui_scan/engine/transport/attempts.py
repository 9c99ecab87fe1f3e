"""Probes by sockets: the record of one, the descriptors they need, and the epoll that they share."""

import errno
import resource
import select
import socket
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

from tui_scan.engine.transport import errqueue
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.engine.transport.socket_form import AS_USUAL, SocketForm

LOCAL_SHORTAGE = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EAGAIN, errno.EADDRINUSE}
)
"""Errors of this machine that pass: the probe is tried again later and never becomes a port's state."""

_RESERVED_DESCRIPTORS = 64
Address = tuple[str, int] | tuple[str, int, int, int]


@dataclass(slots=True, kw_only=True)
class Probe:
    """One probe in flight or done; times are CLOCK_REALTIME, ``end_ns`` 0 while it is in flight.

    ``errno`` 0 is success: a completed handshake, or a datagram that came. ``queued`` is the ICMP error
    behind a failure. ``self_connect`` marks a connect that reached its own source port.
    """

    cell: int
    tries: int
    start_ns: int
    end_ns: int = 0
    errno: int = 0
    queued: QueuedError | None = None
    detail: str = ""
    self_connect: bool = False


@dataclass(slots=True, kw_only=True)
class Attempt(Probe):
    """A probe by a socket of its own; ``deadline`` is monotonic time in seconds."""

    socket: socket.socket
    deadline: float


def descriptor_limit() -> int:
    """How many sockets may be open at once: the soft limit, raised to the hard one, less a reserve."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65536) if hard != resource.RLIM_INFINITY else 65536
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(1, soft - _RESERVED_DESCRIPTORS)


class SocketProbes(ABC):
    """The probes in flight on one epoll. Subclasses say how one begins and what its end tells."""

    kind: socket.SocketKind
    events: int
    protocol: dict[int, int] = {}
    """By address family; where there is none, what the kind of socket stands for."""

    def __init__(self, family: int, form: SocketForm = AS_USUAL) -> None:
        self._family, self._form = family, form
        self._domain = socket.AF_INET if family == 4 else socket.AF_INET6
        self._epoll = select.epoll()
        self.flying: dict[int, Attempt] = {}

    def begin(self, cell: int, tries: int, target: Address, deadline: float) -> Attempt:
        """Start one probe; it is finished at once where its ``end_ns`` is set. Raises OSError for local faults."""
        sock = self._socket()
        try:
            attempt = Attempt(cell=cell, tries=tries, start_ns=time.time_ns(), socket=sock, deadline=deadline)
            code = self._start(attempt, target)
            if code in LOCAL_SHORTAGE:
                raise OSError(code, "connect")
        except OSError:
            sock.close()
            raise
        if code == errno.EINPROGRESS:
            self._epoll.register(sock.fileno(), self.events)
            self.flying[sock.fileno()] = attempt
        else:
            self._finish(attempt, code)
        return attempt

    def fileno(self) -> int:
        """A descriptor that can be read when a probe has finished."""
        return self._epoll.fileno()

    def poll(self, timeout: float) -> list[Attempt]:
        """Wait at most ``timeout`` seconds for probes to finish."""
        done = []
        for descriptor, _ in self._epoll.poll(timeout, 1024):
            attempt = self.flying[descriptor]
            self._forget(attempt)
            self._finish(attempt, attempt.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            done.append(attempt)
        return done

    def abandon(self, attempt: Attempt) -> None:
        """Give up on a probe that nothing answered."""
        self._forget(attempt)
        self._release(attempt)

    def close(self) -> None:
        """Close every socket."""
        for attempt in list(self.flying.values()):
            self.abandon(attempt)
        self._epoll.close()

    def _forget(self, attempt: Attempt) -> None:
        """Wait for this probe no more."""
        if self.flying.pop(attempt.socket.fileno(), None):
            self._epoll.unregister(attempt.socket)

    def _finish(self, attempt: Attempt, code: int) -> None:
        attempt.end_ns = time.time_ns()
        attempt.errno = code
        if not code:
            self._succeeded(attempt)
        if attempt.errno:
            attempt.queued = attempt.queued or errqueue.read(attempt.socket)
            attempt.detail = str(attempt.queued) if attempt.queued else ""
        self._release(attempt)

    def _socket(self) -> socket.socket:
        """A socket for a probe; raises OSError for local faults."""
        sock = socket.socket(self._domain, self.kind | socket.SOCK_NONBLOCK, self.protocol.get(self._family, 0))
        try:
            errqueue.enable(sock, self._family)
            self._form.apply(sock, self._family)
        except OSError:
            sock.close()
            raise
        return sock

    def _release(self, attempt: Attempt) -> None:
        """The probe is over: it needs its socket no more."""
        attempt.socket.close()

    @abstractmethod
    def _start(self, attempt: Attempt, target: Address) -> int:
        """Send the probe; the errno that it gave, EINPROGRESS where its answer is to be waited for."""

    @abstractmethod
    def _succeeded(self, attempt: Attempt) -> None:
        """Take what a success tells into the attempt."""
