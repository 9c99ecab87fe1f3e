"""What truly arrives at a namespace's link: packets read from it by a socket of its own, with their times."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.namespaces import inside

_TIMESTAMPNS = struct.Struct("qq")
_SO_TIMESTAMPNS = 35
_RECEIVED = 16 << 20
_SO_RCVBUFFORCE = 33


class Probe(NamedTuple):
    """A TCP SYN or a UDP datagram: when it came, to which IPv4 address and port."""

    time: float
    address: str
    port: int


@contextmanager
def overheard(namespace: str, device: str) -> Iterator[list[Probe]]:
    """Meanwhile the IPv4 probes that arrive at a device; the list is whole when the context is left."""
    with inside(namespace):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    sock.bind((device, 0x0800))
    sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVED)
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    sock.settimeout(0.05)
    probes: list[Probe] = []
    over = threading.Event()
    thread = threading.Thread(target=_listen, args=(sock, probes, over))
    thread.start()
    try:
        yield probes
    finally:
        over.set()
        thread.join()
        sock.close()


def _listen(sock: socket.socket, probes: list[Probe], over: threading.Event) -> None:
    while True:
        try:
            data, ancillary, _, origin = sock.recvmsg(200, 64)
        except TimeoutError:
            if over.is_set():
                return
            continue
        if origin[2] != socket.PACKET_HOST:
            continue
        at = 4 * (data[0] & 15)
        syn = data[9] == socket.IPPROTO_TCP and data[at + 13] & 0x12 == 0x02
        if syn or data[9] == socket.IPPROTO_UDP:
            seconds, nanoseconds = _TIMESTAMPNS.unpack(ancillary[0][2])
            port = int.from_bytes(data[at + 2 : at + 4])
            probes.append(Probe(seconds + nanoseconds / 1e9, socket.inet_ntoa(data[16:20]), port))
