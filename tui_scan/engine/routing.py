"""Where a host's packets go and which of the own addresses they come from: the kernel's own decision."""

import errno
import os
import socket
from contextlib import suppress

from tui_scan.engine.hosts import Hosts
from tui_scan.engine.transport.rtnetlink import Route, RouteTable, is_ethernet, is_up
from tui_scan.language import Sentence
from tui_scan.model.errors import LocalError

Address = tuple[str, int] | tuple[str, int, int, int]
_DISCARD = 9


class Destinations:
    """Socket addresses of the hosts, and the kernel's route to each: asked for once, when it is needed.

    ``source`` is the address that packets are to carry, None for the route's.
    """

    def __init__(self, hosts: Hosts, interface: str | None = None, source: str | None = None) -> None:
        self.hosts = hosts
        self._source = None if source is None else _packed(source)
        self._interface = interface
        self._own_interface = _number(interface) if interface else 0
        self._texts: dict[int, tuple[str, int]] = {}
        self._table = RouteTable()
        self._by_source = self._has_rules_by_source()
        self.routes: dict[int, Route] = {}
        self._ethernet: dict[int, bool] = {}

    def _has_rules_by_source(self) -> bool:
        with suppress(OSError):
            return self._table.by_source(self.hosts.family)
        return False

    def close(self) -> None:
        """Ask no more."""
        self._table.close()

    def of(self, host: int, port: int) -> Address:
        """What connect() and sendto() take for a port of this host; raises LocalError for an unknown zone."""
        text, scope = self._texts.get(host) or self._remember(host)
        return (text, port) if self.hosts.family == 4 else (text, port, 0, scope)

    def scope(self, host: int) -> int:
        """The interface number of a link-local host, else 0."""
        if not self.hosts.zones:
            return 0
        return (self._texts.get(host) or self._remember(host))[1]

    def route(self, host: int) -> Route:
        """The kernel's route to this host; raises OSError as the kernel gives it where there is none."""
        known = self.routes.get(host)
        if known is None:
            known = self.routes[host] = self.hosts.routes.get(host) or self._ask_route(host)
        return known

    def ask_again(self, host: int) -> Route | None:
        """The route as it is now; None where there is none, and what was known stays."""
        with suppress(OSError):
            if self._interface:
                self._own_interface = socket.if_nametoindex(self._interface)
            self.routes[host] = self._ask_route(host)
            return self.routes[host]
        return None

    def owns(self, address: bytes, scope: int = 0) -> bool:
        """Whether an address of 4 or 16 bytes is this machine's; ``scope`` is the interface number of a link-local one.

        Where any address may be bound (ip_nonlocal_bind), only the kernel's table of what it takes in tells.
        """
        if not _may_be_bound(address, scope):
            return False
        with suppress(OSError):
            return bool(scope) or self._table.route(address).local
        return False

    def _ask_route(self, host: int) -> Route:
        interface = self._own_interface or self.scope(host)
        target = self.hosts.wire[host].tobytes()
        route = self._table.route(target, interface)
        chosen = route.source if self.hosts.family == 4 else None
        if self._by_source and not route.local and (source := self._source or chosen):
            # As for programs: over IPv4 the address is chosen first, and then the way of packets from it.
            with suppress(OSError):
                route = self._table.route(target, interface, source)._replace(source=route.source)
        if route.local and not is_up(route.interface):
            raise OSError(errno.ENETDOWN, os.strerror(errno.ENETDOWN))
        self.hosts.routes[host] = route
        return route

    def source(self, host: int) -> bytes:
        """The own address (4 or 16 bytes) that packets to this host carry; raises OSError without a route, or where
        this machine has none for it."""
        route = self.route(host)
        source = self._source or route.source or self._ask(host)
        if not any(source):
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        return source

    def is_local(self, host: int) -> bool:
        """Whether the host is this machine: loopback, or one of its own addresses."""
        return self.route(host).local

    def on_ethernet(self, host: int) -> bool:
        """Whether this host is reached through an Ethernet link; not so where its interface is gone."""
        route = self.route(host)
        if route.local or not route.interface:
            return False
        if route.interface not in self._ethernet:
            with suppress(OSError):
                self._ethernet[route.interface] = is_ethernet(route.interface)
        return self._ethernet.get(route.interface, False)

    def _remember(self, host: int) -> tuple[str, int]:
        text, _, zone = self.hosts.address(host).partition("%")
        scope = 0
        if zone:
            scope = int(zone) if zone.isdigit() else _number(zone)
        self._texts[host] = (text, scope)
        return text, scope

    def _ask(self, host: int) -> bytes:
        """Where a route names no own address, the one that a connected datagram socket gets."""
        domain = socket.AF_INET if self.hosts.family == 4 else socket.AF_INET6
        with socket.socket(domain, socket.SOCK_DGRAM) as sock:
            if self._interface:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self._interface.encode())
            sock.connect(self.of(host, _DISCARD))
            return socket.inet_pton(domain, sock.getsockname()[0].partition("%")[0])


def _may_be_bound(address: bytes, scope: int) -> bool:
    domain, where = (socket.AF_INET, ()) if len(address) == 4 else (socket.AF_INET6, (0, scope))
    with socket.socket(domain, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((to_text(address), 0, *where))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True


def to_text(address: bytes) -> str:
    """An address of 4 or 16 bytes as it is written."""
    return socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)


def _packed(address: str) -> bytes:
    from ipaddress import ip_address

    return ip_address(address).packed


def _number(interface: str) -> int:
    try:
        return socket.if_nametoindex(interface)
    except OSError:
        raise LocalError(
            "There is no interface {interface!r} here; 'ip link' lists those there are.", interface=interface
        ) from None


WHY = {
    errno.ENETUNREACH: "There is no route to {address}. See 'ip route', and 'ip link' for links that are down.",
    errno.EHOSTUNREACH: "{address} cannot be reached: the route says so or the host does not answer on the link.",
    errno.EHOSTDOWN: "The gateway on the way to {address} does not answer on its link.",
    errno.ENETDOWN: "The interface towards {address} is down. 'ip link set DEVICE up' raises it.",
    errno.ENOBUFS: "The interface towards {address} takes no packets: is its cable in? See 'ip link'.",
    errno.EPERM: "This machine's own firewall keeps packets from leaving for {address}: the ports concerned "
    "have no verdict. See 'nft list ruleset', and 'ip xfrm policy' for IPsec.",
    errno.EMSGSIZE: "Probes to {address} are longer than its link takes at once: the ports concerned have no verdict. "
    "Give less data (--data-length); IPv4 may go in fragments (--mtu).",
    errno.EACCES: "This machine forbids packets to {address} (a prohibit route, or a broadcast address).",
    errno.ENODEV: "The interface given by -e is not there. 'ip link' lists those there are.",
    errno.EADDRNOTAVAIL: "No local address or free source port is left to reach {address} from.",
    errno.EINVAL: "The kernel does not take {address} as a destination from here.",
}
"""What a local error that kept packets from leaving means, by its number."""


def why(error: OSError, address: str) -> Sentence:
    """A sentence on a local error that kept packets from leaving for ``address``."""
    code = error.errno or 0
    if code in WHY:
        return Sentence(WHY[code], address=address)
    return Sentence("Packets to {address} could not be sent: {error}.", address=address, error=os.strerror(code))
