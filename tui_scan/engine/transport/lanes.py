"""Which way each host's packets leave: on the link where its next hop's address is known, else by raw IP."""

from contextlib import ExitStack, closing

import numpy as np

from tui_scan.engine.routing import Destinations
from tui_scan.engine.transport.dispatch import Sender
from tui_scan.engine.transport.link import LinkSender
from tui_scan.engine.transport.raw_ip import RawIpSender
from tui_scan.engine.transport.ring import Ring
from tui_scan.engine.transport.rtnetlink import RouteTable, is_ethernet
from tui_scan.privilege.sockets import SocketSource

RAW, LINK = 0, 1
_MAC = 6


class Lanes:
    """``lane`` (uint8 by host) is LINK for hosts whose next hop is a resolved Ethernet neighbour, else RAW."""

    def __init__(
        self, sockets: SocketSource, family: int, interface: str | None, destinations: Destinations, ring: Ring
    ) -> None:
        self._family, self._destinations = family, destinations
        hosts = destinations.hosts
        self.lane = np.zeros(hosts.count, np.uint8)
        self._stack = ExitStack()
        scopes = np.zeros(hosts.count, np.uint32)
        if hosts.zones:
            scopes[:] = [destinations.scope(host) for host in range(hosts.count)]
        self._raw = self._stack.enter_context(closing(RawIpSender(sockets, family, interface, hosts.wire, scopes)))
        self._link = LinkSender(ring.socket, family, hosts.count)
        self._take_link()

    def sender(self, lane: int) -> Sender:
        """The sender of a lane."""
        return self._link if lane == LINK else self._raw

    def close(self) -> None:
        """Close the raw socket."""
        self._stack.close()

    def _take_link(self) -> None:
        ethernet: dict[int, bool] = {}
        found = {host: bytes.fromhex(mac.replace(":", "")) for host, mac in self._destinations.hosts.macs.items()}
        with closing(RouteTable()) as table:
            neighbours = table.neighbours(self._family)
        for host, route in self._destinations.routes.items():
            if route.local or not route.interface:
                continue
            if route.interface not in ethernet:
                ethernet[route.interface] = is_ethernet(route.interface)
            mac = neighbours.get((route.interface, route.next_hop)) or found.get(host, b"")
            if ethernet[route.interface] and len(mac) == _MAC:
                self._link.aim(host, route.interface, mac)
                self.lane[host] = LINK
