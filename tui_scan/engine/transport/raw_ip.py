"""Sending whole IP packets by a raw socket: the kernel routes them, so every interface and loopback works."""

import socket
import sys

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport.sendmmsg import SEND_BUFFER, Sent, send_rows
from tui_scan.privilege.sockets import SocketSource

Bytes = npt.NDArray[np.uint8]
_NAME = {4: 16, 6: 28}


class RawIpSender:
    """Sends IPv4 or IPv6 packets with their own headers (raw(7): IPPROTO_RAW implies IP_HDRINCL).

    ``targets`` is uint8 of shape (hosts, 4 or 16); ``scopes`` (uint32 by host) are interface numbers of
    link-local hosts.
    """

    def __init__(
        self,
        sockets: SocketSource,
        family: int,
        interface: str | None,
        targets: Bytes,
        scopes: npt.NDArray[np.uint32],
    ) -> None:
        self._names = _socket_addresses(family, targets, scopes)
        self._socket = sockets.raw_ip(family)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._socket.setblocking(False)
        if interface:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())

    def send(self, packets: Bytes, hosts: npt.NDArray[np.int64]) -> Sent:
        """Send rows of ``packets`` to these hosts, given by number."""
        return send_rows(self._socket, packets, names=self._names[hosts])

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _socket_addresses(family: int, targets: Bytes, scopes: npt.NDArray[np.uint32]) -> Bytes:
    """Rows of struct sockaddr_in or sockaddr_in6."""
    names = np.zeros((len(targets), _NAME[family]), np.uint8)
    domain = socket.AF_INET if family == 4 else socket.AF_INET6
    names[:, :2] = np.frombuffer(int(domain).to_bytes(2, sys.byteorder), np.uint8)
    if family == 4:
        names[:, 4:8] = targets
    else:
        names[:, 8:24] = targets
        names[:, 24:28] = scopes.astype("=u4").view(np.uint8).reshape(-1, 4)
    return names
