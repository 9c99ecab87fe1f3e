"""The services of a machine in the lab: every open port of TCP and UDP in one epoll loop."""

import contextlib
import errno
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple

from tui_scan.lab import ftp
from tui_scan.model.other_side import Noticed
from tui_scan.model.techniques import Protocol

_MOST_CONNECTIONS = 512
_BACKLOG = 4096
_A_ROUND = 64
_MOST_NOTICED = 4096

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


ANYWHERE = (IPv4Address("0.0.0.0"), IPv6Address("::"))
"""Every address of a machine, of either family."""


class Endpoint(NamedTuple):
    """Where a service is found. An IPv6 address never takes IPv4."""

    protocol: Protocol
    address: IPv4Address | IPv6Address
    port: int


class Listeners:
    """The open sockets of some endpoints; opening raises OSError, serving never does.

    ``servers`` are TCP ports with an FTP server, and whether it connects to others than its client. ``noticed`` is what
    the services got to know of their clients, the latest last; any thread may read it.
    """

    def __init__(
        self, endpoints: Iterable[Endpoint], answer: DatagramAnswer, servers: Mapping[int, bool] | None = None
    ) -> None:
        self._answer, self._servers = answer, servers or {}
        self.noticed: deque[Noticed] = deque(maxlen=_MOST_NOTICED)
        self._poll = select.epoll()
        self._listening: dict[int, socket.socket] = {}
        self._datagram: dict[int, tuple[socket.socket, int]] = {}
        self._connections: dict[int, tuple[socket.socket, int]] = {}
        for endpoint in endpoints:
            if endpoint.protocol is Protocol.TCP:
                opened = self._open(endpoint, socket.SOCK_STREAM)
                opened.listen(_BACKLOG)
                self._listening[opened.fileno()] = opened
            else:
                opened = self._open(endpoint, socket.SOCK_DGRAM)
                self._datagram[opened.fileno()] = (opened, endpoint.port)

    def _open(self, endpoint: Endpoint, kind: int) -> socket.socket:
        six = endpoint.address.version == 6
        opened = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind | socket.SOCK_NONBLOCK)
        if six:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((str(endpoint.address), endpoint.port))
        self._poll.register(opened, select.EPOLLIN)
        return opened

    def hold(self, connection: socket.socket) -> None:
        """Keep a connection that was made to another machine until the other side ends it."""
        connection.setblocking(False)
        self._connections[connection.fileno()] = (connection, 0)
        self._poll.register(connection, select.EPOLLIN)

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
                connection, address = listening.accept()
                connection.setblocking(False)
                port = listening.getsockname()[1]
                self._notice("accept()", port, address)
                if port in self._servers:
                    ftp.serve(connection, self._servers[port])
                    continue
                if len(self._connections) >= _MOST_CONNECTIONS:
                    self._close(next(iter(self._connections)))
                self._connections[connection.fileno()] = (connection, port)
                self._poll.register(connection, select.EPOLLIN)
                if port in _GREETINGS:
                    with contextlib.suppress(OSError):
                        connection.send(_GREETINGS[port])

    def _read(self, descriptor: int) -> None:
        connection, port = self._connections[descriptor]
        received = b""
        try:
            received = connection.recv(4096)
        except BlockingIOError:
            return
        except OSError as error:
            self._notice("recv()", port, error=errno.errorcode.get(error.errno or 0, ""))
        else:
            self._notice("recv()", port, size=len(received))
        if received and port in _WEB_PORTS:
            with contextlib.suppress(OSError):
                connection.send(_WEB_ANSWER)
                connection.shutdown(socket.SHUT_WR)
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
                self._notice("recvfrom()", port, sender, len(received))
                service.sendto(self._answer(port, received), sender)

    def _notice(
        self, call: str, port: int, peer: tuple[Any, ...] | None = None, size: int | None = None, error: str = ""
    ) -> None:
        """Note what a call told; ``peer`` is the socket address of the client where the call gave it."""
        who = "" if peer is None else f"[{peer[0]}]:{peer[1]}" if ":" in peer[0] else f"{peer[0]}:{peer[1]}"
        self.noticed.append(Noticed(time.time_ns(), call, port, who, size, error))
