"""The interfaces and routes of this network namespace, as rtnetlink(7) lists them."""

import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

from tui_scan.engine.transport.netlink import attributes
from tui_scan.engine.transport.rtnetlink import RouteTable

_NEWLINK, _GETLINK, _NEWADDR, _GETADDR, _NEWROUTE, _GETROUTE = 16, 18, 20, 22, 24, 26
_IFLA_ADDRESS, _IFLA_IFNAME, _IFLA_MTU = 1, 3, 4
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PRIORITY, _RTA_TABLE = 1, 4, 5, 6, 15
_MAIN_TABLE = 254
_UP = 0x1
_KINDS = {1: "ethernet", 772: "loopback", 65534: "tun", 768: "tunnel", 769: "tunnel", 778: "gre", 512: "ppp"}
"""Link types by number (linux/if_arp.h)."""


class Interface(NamedTuple):
    """One interface: ``mac`` is empty where it has none, ``addresses`` are ``10.0.0.1/24``."""

    name: str
    kind: str
    up: bool
    mtu: int
    mac: str
    addresses: tuple[str, ...]


class ListedRoute(NamedTuple):
    """One route of the main table: ``target`` is a network, ``gateway`` empty where it is on the link."""

    target: str
    device: str
    metric: int
    gateway: str


def interfaces(table: RouteTable) -> list[Interface]:
    """All interfaces, in the kernel's order; raises OSError as the kernel gives it."""
    held: dict[int, list[str]] = {}
    for kind, payload in table.dump(_GETADDR, struct.pack("=BBBBI", 0, 0, 0, 0, 0)):
        if kind == _NEWADDR:
            family, length, _, _, index = struct.unpack_from("=BBBBI", payload)
            found = dict(attributes(payload[8:]))
            address = found.get(_IFA_LOCAL, found.get(_IFA_ADDRESS, b""))
            held.setdefault(index, []).append(f"{socket.inet_ntop(family, address)}/{length}")
    return list(_links(table, held))


def _links(table: RouteTable, held: dict[int, list[str]]) -> Iterator[Interface]:
    for kind, payload in table.dump(_GETLINK, struct.pack("=BBHiII", 0, 0, 0, 0, 0, 0)):
        if kind == _NEWLINK:
            _, _, link, index, flags, _ = struct.unpack_from("=BBHiII", payload)
            found = dict(attributes(payload[16:]))
            mac = found.get(_IFLA_ADDRESS, b"")
            yield Interface(
                found[_IFLA_IFNAME].rstrip(b"\0").decode(errors="replace"),
                _KINDS.get(link, f"type {link}"),
                bool(flags & _UP),
                struct.unpack("=I", found[_IFLA_MTU])[0] if _IFLA_MTU in found else 0,
                mac.hex(":") if any(mac) else "",
                tuple(held.get(index, ())),
            )


def routes(table: RouteTable) -> list[ListedRoute]:
    """The routes of the main table, the narrowest first and IPv4 before IPv6."""
    names = dict(socket.if_nameindex())
    listed: list[tuple[int, int, ListedRoute]] = []
    for kind, payload in table.dump(_GETROUTE, bytes(12)):
        if kind != _NEWROUTE:
            continue
        family, length, _, _, number = struct.unpack_from("=BBBBB", payload)
        found = dict(attributes(payload[12:]))
        if struct.unpack("=I", found.get(_RTA_TABLE, struct.pack("=I", number)))[0] != _MAIN_TABLE:
            continue
        target = found.get(_RTA_DST, bytes(4 if family == socket.AF_INET else 16))
        gateway = found.get(_RTA_GATEWAY)
        index = struct.unpack("=I", found[_RTA_OIF])[0] if _RTA_OIF in found else 0
        metric = struct.unpack("=I", found[_RTA_PRIORITY])[0] if _RTA_PRIORITY in found else 0
        route = ListedRoute(
            f"{socket.inet_ntop(family, target)}/{length}",
            names.get(index, "-"),
            metric,
            socket.inet_ntop(family, gateway) if gateway else "",
        )
        listed.append((family, -length, route))
    return [route for _, _, route in sorted(listed)]
