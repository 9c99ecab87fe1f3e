"""Links, addresses and routes of the present network namespace, by rtnetlink."""

import ctypes
import fcntl
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network

from tui_scan.lab.netlink import ACK, CREATE, EXCLUSIVE, Message, Netlink, attribute, nested, text, u32

Interface = IPv4Interface | IPv6Interface
Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_NEW_LINK, _NEW_ADDRESS, _NEW_ROUTE = 16, 20, 24
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_ROUTE = struct.Struct("=BBBBBBBBI")
_UP = 1
_NO_DAD = 0x02
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MASTER, _IFLA_LINKINFO, _IFLA_NET_NS_PID = 1, 3, 10, 18, 19
_INFO_KIND, _INFO_DATA, _VETH_PEER = 1, 2, 1
_BRIDGE_FORWARD_DELAY, _BRIDGE_SNOOPING = 1, 23
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DST, _RTA_GATEWAY = 1, 5
_SIOCETHTOOL, _ETHTOOL_SET_TX_CHECKSUM = 0x8946, 0x17
_TABLE_MAIN, _PROTOCOL_STATIC, _SCOPE_UNIVERSE, _TYPE_UNICAST = 254, 4, 0, 1


@dataclass(frozen=True, slots=True)
class CableEnd:
    """One end of a veth pair: its name, the process whose network namespace gets it, its MAC address."""

    name: str
    pid: int
    mac: bytes

    def attributes(self) -> bytes:
        """The end as link attributes."""
        return text(_IFLA_IFNAME, self.name) + attribute(_IFLA_ADDRESS, self.mac) + u32(_IFLA_NET_NS_PID, self.pid)


class Links:
    """Changes links of the network namespace in which it was made; every call raises OSError when refused."""

    def __init__(self) -> None:
        self._netlink = Netlink(socket.NETLINK_ROUTE)

    def cable(self, one: CableEnd, other: CableEnd) -> None:
        """Make a veth pair, each end straight in the namespace where it belongs."""
        peer = attribute(_VETH_PEER | 0x8000, _LINK.pack(0, 0, 0, 0, 0) + other.attributes())
        info = nested(_IFLA_LINKINFO, text(_INFO_KIND, "veth"), nested(_INFO_DATA, peer))
        body = _LINK.pack(0, 0, 0, 0, 0) + one.attributes() + info
        self._netlink.request("making a veth pair", Message(_NEW_LINK, ACK | CREATE | EXCLUSIVE, body))

    def bridge(self, name: str) -> None:
        """Make a switch that forwards from the first frame on, neighbour discovery too."""
        data = nested(_INFO_DATA, u32(_BRIDGE_FORWARD_DELAY, 0), attribute(_BRIDGE_SNOOPING, struct.pack("=B", 0)))
        info = nested(_IFLA_LINKINFO, text(_INFO_KIND, "bridge"), data)
        body = _LINK.pack(0, 0, 0, 0, 0) + text(_IFLA_IFNAME, name) + info
        self._netlink.request("making a bridge", Message(_NEW_LINK, ACK | CREATE | EXCLUSIVE, body))

    def up(self, name: str, master: str | None = None) -> None:
        """Bring a link up, as a port of the bridge ``master`` where one is named."""
        port = u32(_IFLA_MASTER, socket.if_nametoindex(master)) if master else b""
        body = _LINK.pack(0, 0, socket.if_nametoindex(name), _UP, _UP) + port
        self._netlink.request(f"bringing {name} up", Message(_NEW_LINK, ACK, body))

    def whole_checksums(self, name: str) -> None:
        """Let the kernel write every checksum before a packet leaves, so that captures show it right."""
        value = ctypes.create_string_buffer(struct.pack("=II", _ETHTOOL_SET_TX_CHECKSUM, 0))
        request = struct.pack("@16sP16x", name.encode(), ctypes.addressof(value))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            fcntl.ioctl(control, _SIOCETHTOOL, request)

    def address(self, name: str, interface: Interface) -> None:
        """Give a link an address; IPv6 without duplicate address detection, so that it counts at once."""
        family = socket.AF_INET if interface.version == 4 else socket.AF_INET6
        prefix = interface.network.prefixlen
        body = _ADDRESS.pack(family, prefix, _NO_DAD, 0, socket.if_nametoindex(name))
        body += attribute(_IFA_LOCAL, interface.packed) + attribute(_IFA_ADDRESS, interface.packed)
        self._netlink.request(
            f"giving {name} the address {interface}", Message(_NEW_ADDRESS, ACK | CREATE | EXCLUSIVE, body)
        )

    def route(self, network: Network, gateway: Address) -> None:
        """Send what goes to ``network`` by ``gateway``."""
        family = socket.AF_INET if network.version == 4 else socket.AF_INET6
        body = _ROUTE.pack(
            family,
            network.prefixlen,
            0,
            0,
            _TABLE_MAIN,
            _PROTOCOL_STATIC,
            _SCOPE_UNIVERSE,
            _TYPE_UNICAST,
            0,
        )
        body += attribute(_RTA_DST, network.network_address.packed) + attribute(_RTA_GATEWAY, gateway.packed)
        self._netlink.request(f"making the route to {network}", Message(_NEW_ROUTE, ACK | CREATE | EXCLUSIVE, body))
