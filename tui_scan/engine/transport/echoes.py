"""ICMP echo by ping sockets, for which net.ipv4.ping_group_range must name one of the user's groups (icmp(7))."""

import socket
from collections.abc import Iterable

from tui_scan.engine.transport.attempts import Address
from tui_scan.engine.transport.messages import Messages

_REQUEST = {4: 8, 6: 128}
_PROTOCOL = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}


class Echoes(Messages):
    """Echo requests; the kernel writes their identifier and hands each socket its own replies."""

    protocol = _PROTOCOL

    def _messages(self, target: Address, tries: int) -> Iterable[bytes]:
        return (bytes((_REQUEST[self._family], 0, 0, 0, 0, 0)) + tries.to_bytes(2, "big"),)


def allowed(family: int) -> bool:
    """Whether this process may have ping sockets."""
    domain = socket.AF_INET if family == 4 else socket.AF_INET6
    try:
        socket.socket(domain, socket.SOCK_DGRAM, _PROTOCOL[family]).close()
    except OSError:
        return False
    return True
