"""The services of a real host: every open port of TCP and UDP in one epoll loop."""

import contextlib
import select
import socket
from collections.abc import Callable, Iterable

_MOST_CONNECTIONS = 512
_BACKLOG = 4096
_A_ROUND = 64

_GREETINGS = {
    21: b"220 lab FTP service ready\r\n",
    22: b"SSH-2.0-lab\r\n",
    25: b"220 lab ESMTP\r\n",
    110: b"+OK lab POP3 service ready\r\n",
    143: b"* OK lab IMAP4rev1 service ready\r\n",
}
_WEB_PORTS = frozenset({80, 8000, 8080})
_PAGE = b"tui-scan lab\n"
_WEB_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_PAGE),
    _PAGE,
)

DatagramAnswer = Callable[[int, bytes], bytes]
"""From a UDP port and a datagram to what the service answers."""


class Listeners:
    """Open sockets on both address families; opening raises OSError, serving never does."""

    def __init__(self, tcp: Iterable[int], udp: Iterable[int], answer: DatagramAnswer) -> None:
        self._answer = answer
        self._poll = select.epoll()
        self._listening: dict[int, socket.socket] = {}
        self._datagram: dict[int, tuple[socket.socket, int]] = {}
        self._connections: dict[int, tuple[socket.socket, int]] = {}
        for family in (socket.AF_INET, socket.AF_INET6):
            for port in tcp:
                opened = self._open(family, socket.SOCK_STREAM, port)
                opened.listen(_BACKLOG)
                self._listening[opened.fileno()] = opened
            for port in udp:
                opened = self._open(family, socket.SOCK_DGRAM, port)
                self._datagram[opened.fileno()] = (opened, port)

    def _open(self, family: int, kind: int, port: int) -> socket.socket:
        opened = socket.socket(family, kind | socket.SOCK_NONBLOCK)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
        self._poll.register(opened, select.EPOLLIN)
        return opened

    def serve(self, parent: int) -> None:
        """Serve until the descriptor ``parent`` becomes readable."""
        self._poll.register(parent, select.EPOLLIN)
        while True:
            for descriptor, _events in self._poll.poll():
                if descriptor == parent:
                    return
                if descriptor in self._listening:
                    self._accept(self._listening[descriptor])
                elif descriptor in self._datagram:
                    self._reply(*self._datagram[descriptor])
                elif descriptor in self._connections:
                    self._read(descriptor)

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for _ in range(_A_ROUND):
                connection, _address = listening.accept()
                connection.setblocking(False)
                port = listening.getsockname()[1]
                if len(self._connections) >= _MOST_CONNECTIONS:
                    self._close(next(iter(self._connections)))
                self._connections[connection.fileno()] = (connection, port)
                self._poll.register(connection, select.EPOLLIN)
                if port in _GREETINGS:
                    with contextlib.suppress(OSError):
                        connection.send(_GREETINGS[port])

    def _read(self, descriptor: int) -> None:
        connection, port = self._connections[descriptor]
        try:
            received = connection.recv(4096)
            if received and port in _WEB_PORTS:
                connection.send(_WEB_ANSWER)
                connection.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._close(descriptor)

    def _close(self, descriptor: int) -> None:
        connection, _port = self._connections.pop(descriptor)
        with contextlib.suppress(OSError):
            self._poll.unregister(connection)
        connection.close()

    def _reply(self, service: socket.socket, port: int) -> None:
        with contextlib.suppress(OSError):
            for _ in range(_A_ROUND):
                received, sender = service.recvfrom(65535)
                service.sendto(self._answer(port, received), sender)
