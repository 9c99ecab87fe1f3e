"""Sending on the link: past the own machine's routing, queueing and connection tracking (packet(7))."""

import socket
import struct

import numpy as np
import numpy.typing as npt

from tui_scan.engine.transport.sendmmsg import SEND_BUFFER, Sent, send_rows

Bytes = npt.NDArray[np.uint8]
_SOL_PACKET = 263
_QDISC_BYPASS = 20
_ADD_MEMBERSHIP, _UNICAST = 1, 3
_ETHERTYPE = {4: 0x0800, 6: 0x86DD}
_ADDRESS = struct.Struct("=HHiHBB8s")
_TYPE, _MAC = slice(2, 4), slice(12, 18)
"""Where struct sockaddr_ll has the Ethernet type and the link address."""
_HEADER = 14


class LinkSender:
    """Sends IP packets through a packet socket without link headers; the kernel writes those.

    With ``mac`` the socket is one that takes whole frames, and they come from that Ethernet address. ``aim`` sets a
    host's interface and next hop. The socket is the caller's, who closes it.
    """

    def __init__(self, sock: socket.socket, family: int, hosts: int, mac: bytes | None = None) -> None:
        self._socket, self._mac = sock, mac
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
        names = self._names[hosts]
        return send_rows(self._socket, packets if self._mac is None else framed(packets, names, self._mac), names)


def framed(packets: Bytes, names: Bytes, mac: bytes) -> Bytes:
    """Packets as Ethernet frames from ``mac`` to the link addresses in their rows of struct sockaddr_ll."""
    frames = np.empty((len(packets), _HEADER + packets.shape[1]), np.uint8)
    frames[:, :6] = names[:, _MAC]
    frames[:, 6:12] = np.frombuffer(mac, np.uint8)
    frames[:, 12:_HEADER] = names[:, _TYPE]
    frames[:, _HEADER:] = packets
    return frames


def listen_for(sock: socket.socket, interface: int, mac: bytes) -> None:
    """Have frames to another link address than the interface's own passed to a packet socket, until it is closed."""
    request = struct.pack("=iHH8s", interface, _UNICAST, len(mac), mac)
    sock.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, request)
