"""A router that has room for so many hosts that it looks for, and drops what is for others; behind it, some hosts."""

import ipaddress
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scapy.compat import raw
from scapy.layers.inet import ICMP, IP, TCP

from tests.namespaces import Link, inside

_RECEIVE_BUFFER_FORCED = 33
_BUFFER = 1 << 24
_IPV4 = 0x0800
LOOKS = 3.05
"""Seconds for which a router looks for a host (RFC 4861 §10)."""


class _Router(threading.Thread):
    """Resets what reaches hosts that are ``up``; ``tells``: says of the others that they cannot be reached."""

    def __init__(self, made: Link, network: str, up: set[str], room: int, tells: bool) -> None:
        super().__init__(daemon=True)
        self._network = ipaddress.ip_network(network)
        self._up, self._room, self._tells = up, room, tells
        self._looking: dict[str, tuple[float, bytes]] = {}
        self._missed: list[bytes] = []
        self.over = False
        with inside(made.target):
            self._heard = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_IPV4))
            self._heard.setsockopt(socket.SOL_SOCKET, _RECEIVE_BUFFER_FORCED, _BUFFER)
            self._heard.bind((made.target_device, _IPV4))
            self._out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def run(self) -> None:
        while not self.over:
            now = time.monotonic()
            while self._looking and (oldest := next(iter(self._looking.values())))[0] + LOOKS < now:
                del self._looking[socket.inet_ntoa(oldest[1][16:20])]
                self._missed.append(oldest[1])
            if select.select([self._heard], [], [], 0 if self._missed else 0.02)[0]:
                self._forward(self._heard.recv(2048), now)
            elif self._missed:
                self._tell(self._missed.pop())
        self._heard.close()
        self._out.close()

    def _forward(self, packet: bytes, now: float) -> None:
        host = socket.inet_ntoa(packet[16:20])
        if ipaddress.ip_address(host) not in self._network or packet[9] != socket.IPPROTO_TCP:
            return
        if host not in self._looking and len(self._looking) >= self._room:
            return
        if host in self._up:
            self._reset(packet)
        else:
            self._looking.setdefault(host, (now, packet))

    def _reset(self, packet: bytes) -> None:
        source, target, seq = struct.unpack("!HHI", packet[20:28])
        ends = IP(src=socket.inet_ntoa(packet[16:20]), dst=socket.inet_ntoa(packet[12:16]))
        self._send(raw(ends / TCP(sport=target, dport=source, flags="RA", ack=(seq + 1) & 0xFFFFFFFF, window=0)))

    def _tell(self, packet: bytes) -> None:
        if self._tells:
            ends = IP(src=Link.address[4], dst=socket.inet_ntoa(packet[12:16]))
            self._send(raw(ends / ICMP(type=3, code=1) / packet[:28]))

    def _send(self, packet: bytes) -> None:
        self._out.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))


@contextmanager
def crowded_router(made: Link, network: str, up: set[str], room: int, tells: bool) -> Iterator[None]:
    """Meanwhile the target of a link is the router to a network, in which hosts that are ``up`` reset every port."""
    made.at_scanner("ip", "route", "add", network, "via", Link.address[4])
    router = _Router(made, network, up, room, tells)
    router.start()
    try:
        yield
    finally:
        router.over = True
        router.join()
        made.at_scanner("ip", "route", "del", network)
