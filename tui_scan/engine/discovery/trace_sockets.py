"""Probes with a small TTL without privileges: the routers' answers stand in the sockets' error queues (ip(7))."""

import errno
import select
import socket
import time

from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.discovery.trace_packets import Answered
from tui_scan.engine.transport import errqueue
from tui_scan.model.discovery import Asked, Ping

_TTL = {4: (socket.IPPROTO_IP, socket.IP_TTL), 6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)}
_EXCEEDED = {4: 11, 6: 3}
_FROM_HOST = (0, errno.ECONNREFUSED, errno.ECONNRESET)
UNREACHABLE_PORT = {4: (3, 3), 6: (1, 4)}


class SocketSteps:
    """Sends a wave of probes, one a host: a connect() where a TCP port answered, else a datagram."""

    def __init__(self, ground: Ground, by: dict[int, Asked]) -> None:
        self._ground, self._by = ground, by
        self._family = ground.scan.hosts.family
        self._domain = socket.AF_INET if self._family == 4 else socket.AF_INET6
        self._open: dict[int, tuple[int, socket.socket, int]] = {}
        self._poll = select.poll()

    def close(self) -> None:
        """Close the sockets."""
        for descriptor in list(self._open):
            self._end(descriptor)

    def send(self, ttls: dict[int, int]) -> None:
        """Probe these hosts with these TTLs."""
        self.close()
        for host, ttl in ttls.items():
            asked = self._by[host]
            kind = socket.SOCK_STREAM if asked.ping is Ping.SYN else socket.SOCK_DGRAM
            sock = socket.socket(self._domain, kind | socket.SOCK_NONBLOCK)
            errqueue.enable(sock, self._family)
            sock.setsockopt(*_TTL[self._family], ttl)
            self._open[sock.fileno()] = (host, sock, time.time_ns())
            self._poll.register(sock, select.POLLIN | select.POLLOUT if asked.ping is Ping.SYN else select.POLLIN)
            sock.connect_ex(self._ground.destinations.of(host, asked.port))
            if kind == socket.SOCK_DGRAM:
                try:
                    sock.send(b"")
                except OSError:
                    continue

    def collect(self, timeout: float) -> list[Answered]:
        """Answers to the latest wave; waits for them at most ``timeout`` seconds."""
        answers = []
        for descriptor, _ in self._poll.poll(timeout * 1000):
            host, sock, sent_ns = self._open[descriptor]
            rtt = max(1, (time.time_ns() - sent_ns) // 1000)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            queued = errqueue.read(sock)
            own = self._ground.destinations.of(host, 0)[0]
            self._end(descriptor)
            if queued is not None and queued.icmp:
                exceeded = queued.type == _EXCEEDED[self._family]
                reached = queued.sender == own and (queued.type, queued.code) == UNREACHABLE_PORT[self._family]
                answers.append(Answered(host, queued.sender, rtt, reached, not reached and not exceeded))
            elif code in _FROM_HOST:
                answers.append(Answered(host, own, rtt, True, False))
        return answers

    def _end(self, descriptor: int) -> None:
        _, sock, _ = self._open.pop(descriptor)
        self._poll.unregister(descriptor)
        sock.close()
