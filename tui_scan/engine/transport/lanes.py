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


class Lanes:
    """``lane`` (uint8 by host) is RAW or LINK.

    Every host begins with raw IP, by which the kernel resolves the next hop; ``upgrade`` moves hosts over
    whose next hop is resolved.
    """

    def __init__(
        self, sockets: SocketSource, family: int, interface: str | None, destinations: Destinations, ring: Ring
    ) -> None:
        self._family, self._destinations = family, destinations
        hosts = destinations.hosts
        self.lane = np.zeros(hosts.count, np.uint8)
        self._waiting = {h for h, route in destinations.routes.items() if not route.local and route.next_hop}
        self._ethernet: dict[int, bool] = {}
        self._stack = ExitStack()
        scopes = np.zeros(hosts.count, np.uint32)
        if hosts.zones:
            scopes[:] = [destinations.scope(host) for host in range(hosts.count)]
        self._raw = self._stack.enter_context(closing(RawIpSender(sockets, family, interface, hosts.wire, scopes)))
        self._link = LinkSender(ring.socket, family, hosts.count)

    def sender(self, lane: int) -> Sender:
        """The sender of a lane."""
        return self._link if lane == LINK else self._raw

    @property
    def complete(self) -> bool:
        """No host is left that could still move over."""
        return not self._waiting

    def upgrade(self) -> None:
        """Move hosts to the link whose next hop the kernel has resolved by now."""
        with closing(RouteTable()) as table:
            neighbours = table.neighbours(self._family)
        for host in list(self._waiting):
            route = self._destinations.routes[host]
            if not self._is_ethernet(route.interface):
                self._waiting.discard(host)
                continue
            mac = neighbours.get((route.interface, route.next_hop))
            if mac and len(mac) == 6:
                self._link.aim(host, route.interface, mac)
                self.lane[host] = LINK
                self._waiting.discard(host)

    def close(self) -> None:
        """Close the raw socket."""
        self._stack.close()

    def _is_ethernet(self, interface: int) -> bool:
        if interface not in self._ethernet:
            self._ethernet[interface] = is_ethernet(interface)
        return self._ethernet[interface]
