"""Sockets that answer: of UDP whatever they are sent, of TCP by taking each connection and closing it."""

import selectors
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


@contextmanager
def answering(sockets: Iterable[socket.socket]) -> Iterator[None]:
    """Have these sockets answer everyone, until the context is left; listening ones must not block."""
    ended = threading.Event()
    with selectors.DefaultSelector() as asked:
        for sock in sockets:
            asked.register(sock, selectors.EVENT_READ)
        thread = threading.Thread(target=_answer, args=(asked, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(5)


def _answer(asked: selectors.BaseSelector, ended: threading.Event) -> None:
    while not ended.is_set():
        for key, _ in asked.select(0.05):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            try:
                if sock.type == socket.SOCK_STREAM:
                    sock.accept()[0].close()
                    continue
                _, sender = sock.recvfrom(2048)
                sock.sendto(b"here", sender)
            except OSError:
                continue
