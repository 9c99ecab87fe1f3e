"""Sending whole IP packets by a raw socket: the kernel routes them, so every interface and loopback works."""

import socket
import sys
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport.sendmmsg import MOST, send_rows
from tui_scan.privilege.sockets import SocketSource

Bytes = npt.NDArray[np.uint8]
SEND_BUFFER = 4 << 20
_NAME = {4: 16, 6: 28}


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a batch: ``times_ns`` (CLOCK_REALTIME) by row, 0 where the row did not leave.

    ``faults`` are (row, errno) of rows that this machine would not send.
    """

    times_ns: npt.NDArray[np.int64]
    faults: list[tuple[int, int]]


class RawIpSender:
    """Sends IPv4 or IPv6 packets with their own headers (raw(7): IPPROTO_RAW implies IP_HDRINCL)."""

    def __init__(self, sockets: SocketSource, family: int, interface: str | None) -> None:
        self._family = family
        self._socket = sockets.raw_ip(family)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._socket.setblocking(False)
        if interface:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())

    def send(self, packets: Bytes, targets: Bytes, scopes: npt.NDArray[np.uint32]) -> Sent:
        """Send rows of ``packets`` to ``targets`` ((n, 4) or (n, 16)); ``scopes`` are interface numbers.

        A row's time is interpolated between the start and the end of its system call of up to 1,024 rows.
        """
        names = self._names(targets, scopes)
        packets = np.ascontiguousarray(packets)
        times = np.zeros(len(packets), np.int64)
        faults: list[tuple[int, int]] = []
        at = 0
        while at < len(packets):
            end = min(at + MOST, len(packets))
            start_ns = time.time_ns()
            sent, code = send_rows(self._socket, packets[at:end], names[at:end])
            span = time.time_ns() - start_ns
            times[at : at + sent] = start_ns + np.arange(sent) * span // max(1, sent)
            at += sent
            if code:
                faults.append((at, code))
                at += 1
        return Sent(times, faults)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _names(self, targets: Bytes, scopes: npt.NDArray[np.uint32]) -> Bytes:
        """Rows of struct sockaddr_in or sockaddr_in6."""
        names = np.zeros((len(targets), _NAME[self._family]), np.uint8)
        domain = socket.AF_INET if self._family == 4 else socket.AF_INET6
        names[:, :2] = np.frombuffer(int(domain).to_bytes(2, sys.byteorder), np.uint8)
        if self._family == 4:
            names[:, 4:8] = targets
        else:
            names[:, 8:24] = targets
            names[:, 24:28] = scopes.astype("=u4").view(np.uint8).reshape(-1, 4)
        return names
