"""Listeners of every kind, drawn by lot, for the tests that read them back."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

ADDRESSES = ("0.0.0.0", "127.0.0.1", "10.99.7.2", "::", "::1", "fd99:7::2", "dual")
"""Where they are bound, in the target's namespace of a link; ``dual`` takes IPv4 and IPv6."""


def opened(address: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """A bound socket that does not listen yet."""
    six = ":" in address or address == "dual"
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind)
    if six:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address != "dual")
    sock.bind(("::" if address == "dual" else address, port))
    return sock


@contextmanager
def drawn_listeners(chance: random.Random, count: int) -> Iterator[set[int]]:
    """Open ``count`` listeners in the thread's namespace, and some connections that are none; their ports.

    The ports of the tests' ssh servers, from 2222, are left alone. A connection to one listener waits to be accepted.
    """
    with ExitStack() as held:
        ports = set(chance.sample([*range(1, 2222), *range(2300, 65536)], count))
        for port in ports:
            sock = opened(chance.choice(ADDRESSES), port, chance.choice((socket.SOCK_STREAM, socket.SOCK_DGRAM)))
            held.enter_context(sock)
            if chance.random() < 0.3:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
            if sock.type is socket.SOCK_STREAM:
                sock.listen(chance.randrange(200))
        server = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        held.enter_context(socket.create_connection(server.getsockname()))
        talker = held.enter_context(opened("127.0.0.1", 0, socket.SOCK_DGRAM))
        talker.connect(("127.0.0.1", 9))
        yield ports
