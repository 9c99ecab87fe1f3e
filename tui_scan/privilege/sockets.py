"""Where the engine gets its sockets from; it never asks who it is running as."""

import socket
from typing import Protocol

from tui_scan.model.errors import LocalError
from tui_scan.privilege.capabilities import can_raw
from tui_scan.privilege.rings import Rings

ETH_P_ALL = 0x0003


class SocketSource(Protocol):
    """Hands out sockets. ``raw`` says whether packet and raw sockets can be had, ``rings`` has them with rings."""

    rings: Rings

    @property
    def raw(self) -> bool:
        """Whether the sockets below can be had."""
        ...

    def packet_cooked(self) -> socket.socket:
        """An unbound AF_PACKET socket whose packets begin with their IP header; it receives nothing yet."""
        ...

    def packet_raw(self) -> socket.socket:
        """An unbound AF_PACKET socket that takes whole frames with their link headers, and receives nothing."""
        ...

    def raw_ip(self, family: int) -> socket.socket:
        """A raw IP socket that takes whole packets with their headers."""
        ...


class OwnSockets:
    """Opens sockets with this process's own capabilities."""

    def __init__(self) -> None:
        self.rings = Rings(self.packet_cooked)

    @property
    def raw(self) -> bool:
        """Whether CAP_NET_RAW is effective."""
        return can_raw()

    def packet_cooked(self) -> socket.socket:
        """An AF_PACKET socket without link headers, with protocol 0, so that nothing queues before it is bound."""
        return self._open(socket.AF_PACKET, socket.SOCK_DGRAM, 0)

    def packet_raw(self) -> socket.socket:
        """An AF_PACKET socket for whole frames, with protocol 0, so that it never receives."""
        return self._open(socket.AF_PACKET, socket.SOCK_RAW, 0)

    def raw_ip(self, family: int) -> socket.socket:
        """An IPPROTO_RAW socket of the family (4 or 6); its packets carry their own headers (raw(7))."""
        domain = socket.AF_INET if family == 4 else socket.AF_INET6
        return self._open(domain, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def _open(self, domain: int, kind: int, protocol: int) -> socket.socket:
        try:
            return socket.socket(domain, kind, protocol)
        except PermissionError:
            raise LocalError(
                "This process has no CAP_NET_RAW, so it cannot open raw sockets. Run it with sudo, or use the "
                "connect scan (-sT) or the UDP scan (-sU), which need no privilege."
            ) from None
