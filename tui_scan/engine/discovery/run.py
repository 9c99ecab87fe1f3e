"""Discovery from beginning to end: which hosts are asked in which way, and what follows for the scan."""

import errno
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery.finds import Finds
from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.link_room import LinkRoom
from tui_scan.engine.neighbours import Neighbours
from tui_scan.engine.routing import Destinations
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport.route_events import RouteEvents
from tui_scan.engine.transport.rtnetlink import RouteTable
from tui_scan.model.discovery import PINGS, USUAL, USUAL_BY_SOCKETS, Asked
from tui_scan.model.errors import LocalError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState
from tui_scan.privilege.sockets import SocketSource

if TYPE_CHECKING:
    from tui_scan.engine.discovery.sweep import Way

Index = npt.NDArray[np.int64]

NOTE = "looking for hosts that are up"


def asked_of(scan: Scan, raw: bool) -> tuple[Asked, ...]:
    """The probes of a scan: those that were chosen, else the usual ones; no IPv4-only kinds for IPv6."""
    asked = scan.request.discovery.asked or (USUAL if raw else USUAL_BY_SOCKETS)
    return tuple(one for one in asked if scan.hosts.family == 4 or not PINGS[one.ping].only_ipv4)


class Discoverer:
    """Finds the hosts of a scan that are up; ``checkpoint`` obeys pause and stop."""

    def __init__(self, scan: Scan, sockets: SocketSource, key: int, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._sockets, self._key, self._checkpoint = scan, sockets, key, checkpoint
        self._asked = asked_of(scan, sockets.raw)
        self._interfaces = np.zeros(scan.hosts.count, np.uint32)

    def run(self) -> None:
        """Mark every host up or down; those to which there is no way stay unknown. LocalError where that is all.

        Where discovery is not wanted, only hosts on the link are marked: nothing can be sent to one that does not tell
        its link address.
        """
        scan = self._scan
        scan.tally.note = NOTE
        own = Destinations(scan.hosts, scan.request.interface, scan.plan.third.source)
        with closing(own) as destinations, closing(RouteEvents()) as events:
            finds = Finds(scan, len(self._asked))
            sources = np.zeros((scan.hosts.count, scan.hosts.width), np.uint8)
            ground = Ground(scan, self._sockets, destinations, sources, self._key, finds)
            self._find_ways(ground)
            if self._sockets.raw:
                self._by_packets(ground)
            else:
                from tui_scan.engine.discovery.by_sockets import SocketWay

                room = LinkRoom(scan.hosts.family)
                self._sweep(SocketWay(ground, self._asked), ground, np.arange(scan.hosts.count), room)
            if self._sockets.raw:
                self._take_link_addresses(ground)
            if events.read().ways:
                scan.hosts.routes.clear()
        scan.tally.note = ""
        on_link = self._interfaces > 0
        scan.found_by.update((host, self._asked[n]) for host, n in finds.by.items() if not on_link[host])
        if finds.lost.all():
            raise LocalError(scan.notes[-1])

    def _take_link_addresses(self, ground: Ground) -> None:
        """Hosts on the link that were not asked for their link addresses: the kernel knows them by now."""
        hosts, routes = self._scan.hosts, ground.destinations.routes
        up = (host for host in np.flatnonzero(hosts.state == HostState.UP).tolist() if host not in hosts.macs)
        near = [host for host in up if host in routes and routes[host].next_hop == hosts.wire[host].tobytes()]
        if not near:
            return
        with closing(RouteTable()) as table:
            known = table.neighbours(hosts.family)
        for host in near:
            mac = known.get((routes[host].interface, routes[host].next_hop))
            if mac and not routes[host].local:
                hosts.macs[host] = mac.hex(":")

    def _by_packets(self, ground: Ground) -> None:
        """Hosts on the link by their link addresses, the others through their gateways."""
        on_link = self._interfaces > 0
        if on_link.any():
            from tui_scan.engine.discovery.link import LinkWay

            self._sweep(LinkWay(ground, self._interfaces), ground, np.flatnonzero(on_link), None)
        if self._scan.request.discovery.skip:
            return
        others = ground.finds.waiting(np.flatnonzero(~on_link))
        if len(others):
            from tui_scan.engine.discovery.packets import PacketWay

            room = LinkRoom(self._scan.hosts.family)
            self._knock(ground, others)
            self._sweep(PacketWay(ground, self._asked), ground, others, room)

    def _sweep(self, way: "Way", ground: Ground, hosts: Index, room: LinkRoom | None) -> None:
        """Ask these hosts by a way; who stays silent is down, unless there was no ``room`` for its link address."""
        from tui_scan.engine.discovery.crowd import Crowd
        from tui_scan.engine.discovery.sweep import Sweep

        timing = self._scan.request.timing
        with closing(way):
            sweep = Sweep(way, ground.finds, timing, self._turn)
            if way.looked_for and timing.max_retries:
                Crowd(sweep, way, ground.finds, self._scan.tally, self._turn).run(hosts)
            else:
                sweep.run(hosts)
        if room is not None:
            waiting = ground.finds.waiting(hosts)
            unasked = room.unasked(ground.destinations, waiting[~ground.finds.unreachable[waiting]])
            if len(unasked):
                ground.finds.lost[unasked] = True
                self._scan.notes.append(room.note(len(unasked)))
        ground.finds.silent(hosts)

    def _turn(self) -> float:
        self._checkpoint()
        return time.monotonic()

    def _find_ways(self, ground: Ground) -> None:
        """Look up the routes: what is this machine itself needs no probe, and what is on the link gets other ones."""
        hosts, request = self._scan.hosts, self._scan.request
        wanted = request.discovery.link and self._sockets.raw and not request.packets.by_kernel
        for host in range(hosts.count):
            try:
                route = ground.destinations.route(host)
                ground.sources[host] = np.frombuffer(ground.destinations.source(host), np.uint8)
            except OSError as error:
                ground.finds.refused(host, error.errno or errno.ENETUNREACH)
                continue
            if route.local:
                if self._sockets.raw and not self._scan.request.discovery.skip:
                    hosts.mark(host, HostState.UP, Reason.LOCALHOST_RESPONSE)
            elif wanted and route.next_hop == hosts.wire[host].tobytes():
                self._interfaces[host] = route.interface if ground.destinations.on_ethernet(host) else 0

    def _knock(self, ground: Ground, hosts: Index) -> None:
        """Have the gateways resolved, so that no probe waits for them; hosts behind one that is gone are given up."""
        first: dict[bytes, int] = {}
        routes = ground.destinations.routes
        wire = self._scan.hosts.wire
        for host in hosts.tolist():
            hop = routes[host].next_hop
            if hop != wire[host].tobytes():
                first.setdefault(hop, host)
        gateways = Neighbours(ground.destinations, self._scan.hosts.family, self._turn)
        gone = {routes[host].next_hop for host in gateways.unresolved(sorted(first.values()))}
        for host in hosts.tolist() if gone else ():
            if routes[host].next_hop in gone:
                ground.finds.refused(host, errno.EHOSTDOWN)
