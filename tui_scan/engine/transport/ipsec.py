"""Where this machine's kernel has IPsec policies for what leaves: frames of our own would pass by them in clear."""

import socket
import struct
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from tui_scan.engine.transport.netlink import BUFFER, HEADER, messages

_NETLINK_XFRM = 6
_GET_POLICY, _NEW_POLICY = 0x15, 0x13
_DONE, _ERROR = 3, 2
_REQUEST_DUMP = 0x301
_FAMILY, _PREFIX = 40, 42
"""Where struct xfrm_userpolicy_info (linux/xfrm.h) has its selector's family and the length of its target's prefix."""
_DIRECTION, _OUT = 160, 1


class IpsecPolicies:
    """The targets of outbound policies, as they are now; none where this process may not ask (CAP_NET_ADMIN)."""

    def __init__(self) -> None:
        self._networks: set[IPv4Network | IPv6Network] = set()
        with suppress(OSError), socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_XFRM) as sock:
            sock.send(HEADER.pack(HEADER.size + 64, _GET_POLICY, _REQUEST_DUMP, 1, 0) + bytes(64))
            ended = False
            while not ended:
                for kind, payload in messages(sock.recv(BUFFER)):
                    ended |= kind in (_DONE, _ERROR)
                    if kind == _NEW_POLICY and payload[_DIRECTION] == _OUT:
                        self._networks.add(_selected(payload))

    def concerns(self, address: bytes) -> bool:
        """Whether a policy may select packets to an address of 4 or 16 bytes."""
        return bool(self._networks) and any(ip_address(address) in network for network in self._networks)


def _selected(payload: bytes) -> IPv4Network | IPv6Network:
    """The network of a policy's targets."""
    (family,) = struct.unpack_from("=H", payload, _FAMILY)
    width = 4 if family == socket.AF_INET else 16
    return ip_network((payload[:width], payload[_PREFIX]), strict=False)
