"""Sending on the link: past the own machine's routing, queueing and connection tracking (packet(7))."""

import socket
import struct

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport.sendmmsg import SEND_BUFFER, Sent, send_rows

Bytes = npt.NDArray[np.uint8]
_SOL_PACKET = 263
_QDISC_BYPASS = 20
_ETHERTYPE = {4: 0x0800, 6: 0x86DD}
_ADDRESS = struct.Struct("=HHiHBB8s")


class LinkSender:
    """Sends IP packets through a packet socket without link headers; the kernel writes those.

    ``aim`` sets a host's interface and next hop. The socket is the caller's, who closes it.
    """

    def __init__(self, sock: socket.socket, family: int, hosts: int) -> None:
        self._socket = sock
        self._protocol = socket.htons(_ETHERTYPE[family])
        self._names = np.zeros((hosts, _ADDRESS.size), np.uint8)
        sock.setsockopt(_SOL_PACKET, _QDISC_BYPASS, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        sock.setblocking(False)

    def aim(self, host: int, interface: int, mac: bytes) -> None:
        """Packets to this host leave by ``interface`` for the link address ``mac``."""
        address = _ADDRESS.pack(socket.AF_PACKET, self._protocol, interface, 0, 0, len(mac), mac)
        self._names[host] = np.frombuffer(address, np.uint8)

    def send(self, packets: Bytes, hosts: npt.NDArray[np.int64]) -> Sent:
        """Send rows of ``packets`` to these hosts, given by number."""
        return send_rows(self._socket, packets, self._names[hosts])
