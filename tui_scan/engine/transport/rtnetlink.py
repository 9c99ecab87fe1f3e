"""The kernel's routes and neighbours by rtnetlink(7): which way a packet takes, and whose link address it needs."""

import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

from tui_scan.engine.transport.netlink import BUFFER, HEADER, attribute, attributes, messages

NEWNEIGH, _GETNEIGH, _NEWROUTE, _GETROUTE = 28, 30, 24, 26
_NEWNEIGHTBL, _GETNEIGHTBL = 64, 66
_NEWLINK, _GETLINK = 16, 18
_LINK = struct.Struct("=BBHiII")
"""struct ifinfomsg."""
_ERROR, _DONE = 2, 3
_REQUEST, _ACK, _DUMP, _CREATE = 1, 4, 0x300, 0x400
_RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_PREFSRC, _RTA_VIA = 1, 4, 5, 7, 18
_RTA_SRC, _RTA_ENCAP = 2, 22
_NEWRULE, _GETRULE = 32, 34
_NDA_DST, _NDA_LLADDR = 1, 2
_NDTA_THRESH3, _NDTA_STATS = 4, 7
_TABLE_FULLS = struct.Struct("=80xQ")
"""The last of the eleven counters of struct ndt_stats (linux/neighbour.h)."""
_RTN_LOCAL = 2
_USABLE = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
"""NUD_REACHABLE, STALE, DELAY, PROBE and PERMANENT: entries with a link address to send to."""
_FAILED = 0x20
_NTF_USE = 1
_SOURCE_LENGTH = 2
"""Where struct fib_rule_hdr (linux/fib_rules.h) has the length of a rule's source prefix."""
_SIOCGIFFLAGS, _SIOCGIFHWADDR = 0x8913, 0x8927
_IFF_NOARP, _IFF_UP = 0x80, 0x1
_ARPHRD_ETHER = 1

Hop = tuple[int, bytes]
"""A next hop: interface number and address."""


class Route(NamedTuple):
    """The way to a host: interface number, next hop (the host itself on the link), own address, own machine?

    The next hop is empty where it is an address of the other family. ``wrapped``: the kernel puts packets into others
    on this way (lightweight tunnels, ip-route(8) ``encap``).
    """

    interface: int
    next_hop: bytes
    source: bytes | None
    local: bool
    wrapped: bool = False


class RouteTable:
    """Asks the kernel of the calling thread's network namespace."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.bind((0, 0))
        self._ways: dict[bytes, tuple[Route, bool]] = {}

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def route(self, target: bytes, interface: int = 0, source: bytes = b"") -> Route:
        """The route to an address of 4 or 16 bytes, of packets from ``source`` where that is given.

        Raises OSError as the kernel gives it where there is none.
        """
        family = socket.AF_INET if len(target) == 4 else socket.AF_INET6
        body = struct.pack("=BBBBBBBBI", family, 8 * len(target), 0, 0, 0, 0, 0, 0, 0) + attribute(_RTA_DST, target)
        if interface:
            body += attribute(_RTA_OIF, struct.pack("=I", interface))
        if source:
            body = body[:2] + bytes([8 * len(source)]) + body[3:] + attribute(_RTA_SRC, source)
        for kind, payload in self._ask(_GETROUTE, _REQUEST, body):
            if kind == _NEWROUTE:
                same_way = payload.replace(target, b"")
                known = self._ways.get(same_way)
                if known is None:
                    known = self._ways[same_way] = _read_route(payload)
                route, on_link = known
                return route._replace(next_hop=target) if on_link else route
        raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))

    def by_source(self, family: int) -> bool:
        """Whether a rule (ip-rule(8)) looks at where packets come from."""
        domain = socket.AF_INET if family == 4 else socket.AF_INET6
        rules = self._ask(_GETRULE, _REQUEST | _DUMP, struct.pack("=BBBBBBBBI", domain, 0, 0, 0, 0, 0, 0, 0, 0))
        lengths = [payload[_SOURCE_LENGTH] for kind, payload in rules if kind == _NEWRULE]
        return any(lengths)

    def neighbours(self, family: int) -> dict[Hop, bytes]:
        """Link addresses of neighbours by (interface number, address) of a family, 4 or 6.

        An empty one stands for a neighbour that did not resolve; those being resolved are left out.
        """
        domain = socket.AF_INET if family == 4 else socket.AF_INET6
        table = {}
        for kind, payload in self._ask(_GETNEIGH, _REQUEST | _DUMP, struct.pack("=BBHiHBB", domain, 0, 0, 0, 0, 0, 0)):
            if kind == NEWNEIGH and (told := read_neighbour(payload)) is not None:
                table[told[0]] = told[1]
        return table

    def overflows(self, family: int) -> tuple[int, int]:
        """How often the kernel's table of a family's link addresses had no room so far, and how many it holds.

        The table is one for all network namespaces.
        """
        domain = socket.AF_INET if family == 4 else socket.AF_INET6
        fulls = most = 0
        for kind, payload in self._ask(_GETNEIGHTBL, _REQUEST | _DUMP, struct.pack("=BBH", domain, 0, 0)):
            found = dict(attributes(payload[4:]))
            if kind == _NEWNEIGHTBL and payload[0] == domain and len(found.get(_NDTA_STATS, b"")) >= _TABLE_FULLS.size:
                (fulls,) = _TABLE_FULLS.unpack_from(found[_NDTA_STATS])
                (most,) = struct.unpack("=I", found[_NDTA_THRESH3])
        return fulls, most

    def resolve(self, interface: int, address: bytes) -> bool:
        """Have the kernel resolve a neighbour now; False where this process may not ask for that (CAP_NET_ADMIN),
        where there is no room for it, or where the interface is gone."""
        family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
        body = struct.pack("=BBHiHBB", family, 0, 0, interface, 0, _NTF_USE, 0) + attribute(_NDA_DST, address)
        try:
            for _ in self._ask(NEWNEIGH, _REQUEST | _ACK | _CREATE, body):
                pass
        except OSError as error:
            if error.errno in (errno.EPERM, errno.ENOBUFS, errno.ENODEV):
                return False
            raise
        return True

    def links(self) -> Iterator[tuple[int, int, dict[int, bytes]]]:
        """All interfaces: their numbers, flags (netdevice(7)) and attributes (IFLA_... in linux/if_link.h)."""
        for kind, payload in self._ask(_GETLINK, _REQUEST | _DUMP, _LINK.pack(0, 0, 0, 0, 0, 0)):
            if kind == _NEWLINK:
                _, _, _, number, flags, _ = _LINK.unpack_from(payload)
                yield number, flags, dict(attributes(payload[_LINK.size :]))

    def dump(self, kind: int, body: bytes) -> Iterator[tuple[int, bytes]]:
        """All that the kernel lists for a request: the kind of each message and what follows its header."""
        return self._ask(kind, _REQUEST | _DUMP, body)

    def _ask(self, kind: int, flags: int, body: bytes) -> Iterator[tuple[int, bytes]]:
        self._socket.send(HEADER.pack(HEADER.size + len(body), kind, flags, 1, 0) + body)
        while True:
            data = self._socket.recv(BUFFER)
            for answer, payload in messages(data):
                if answer == _DONE:
                    return
                if answer == _ERROR:
                    code = -struct.unpack_from("=i", payload)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return
                yield answer, payload
            if not flags & _DUMP:
                return


def read_neighbour(payload: bytes) -> tuple[Hop, bytes] | None:
    """A neighbour and its link address, an empty one where it did not resolve; None while it is being resolved."""
    _, _, _, interface, state, _, _ = struct.unpack_from("=BBHiHBB", payload)
    found = dict(attributes(payload[12:]))
    if _NDA_DST not in found or not state & (_USABLE | _FAILED):
        return None
    if state & _USABLE:
        return ((interface, found[_NDA_DST]), found[_NDA_LLADDR]) if _NDA_LLADDR in found else None
    return (interface, found[_NDA_DST]), b""


def _read_route(payload: bytes) -> tuple[Route, bool]:
    """A route out of the kernel's answer, and whether the next hop is the target itself."""
    found = dict(attributes(payload[12:]))
    route = Route(
        interface=struct.unpack("=I", found[_RTA_OIF])[0] if _RTA_OIF in found else 0,
        next_hop=found.get(_RTA_GATEWAY, b""),
        source=found.get(_RTA_PREFSRC),
        local=payload[7] == _RTN_LOCAL,
        wrapped=_RTA_ENCAP in found,
    )
    return route, _RTA_GATEWAY not in found and _RTA_VIA not in found


def is_ethernet(interface: int) -> bool:
    """Whether an interface carries Ethernet frames to neighbours that it asks for; loopback and tunnels do not.

    One without ARP (netdevice(7), IFF_NOARP: ``arp off``, ipvlan, dummy) takes every neighbour as it is.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16s24x", socket.if_indextoname(interface).encode())
        kind = struct.unpack_from("=H", fcntl.ioctl(sock, _SIOCGIFHWADDR, request), 16)[0]
        flags = struct.unpack_from("=H", fcntl.ioctl(sock, _SIOCGIFFLAGS, request), 16)[0]
    return bool(kind == _ARPHRD_ETHER and not flags & _IFF_NOARP)


def is_up(interface: int) -> bool:
    """Whether an interface is up (netdevice(7), IFF_UP)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16s24x", socket.if_indextoname(interface).encode())
        return bool(struct.unpack_from("=H", fcntl.ioctl(sock, _SIOCGIFFLAGS, request), 16)[0] & _IFF_UP)


def link_address(interface: int) -> bytes:
    """The own link address on an Ethernet interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16s24x", socket.if_indextoname(interface).encode())
        return fcntl.ioctl(sock, _SIOCGIFHWADDR, request)[18:24]
