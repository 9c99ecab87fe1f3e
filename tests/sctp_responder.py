"""SCTP at a test's target: ports that agree to associations, and others that abort them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.namespaces import domain, inside
from tui_scan.lab.simulated.sctp import Endpoint, with_checksum

_SCTP = 132


@contextmanager
def speaking_sctp(namespace: str, family: int, opened: frozenset[int]) -> Iterator[None]:
    """Meanwhile a namespace answers SCTP over IPv4 or IPv6 as the lab's simulated hosts do."""
    with inside(namespace):
        sock = socket.socket(domain(family), socket.SOCK_RAW, _SCTP)
    sock.settimeout(0.05)
    over = threading.Event()
    thread = threading.Thread(target=_answer, args=(sock, family, opened, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        sock.close()


def _answer(sock: socket.socket, family: int, opened: frozenset[int], over: threading.Event) -> None:
    endpoint = Endpoint(b"a test's secret!")
    while not over.is_set():
        try:
            packet, sender = sock.recvfrom(65535)
        except TimeoutError:
            continue
        body = packet[4 * (packet[0] & 15) :] if family == 4 else packet
        reply = endpoint.answer(body, int.from_bytes(body[2:4]) in opened)
        if reply is not None:
            sock.sendto(with_checksum(reply), sender)
