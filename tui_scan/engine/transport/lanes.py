"""Which way each host's packets leave: on the link where its next hop's address is known, else by raw IP."""

import socket
from collections.abc import Callable, Collection
from contextlib import ExitStack, closing, suppress

import numpy as np
import numpy.typing as npt

from tui_scan.engine.routing import Destinations
from tui_scan.engine.transport.dispatch import Sender
from tui_scan.engine.transport.ipsec import IpsecPolicies
from tui_scan.engine.transport.link import LinkSender, listen_for
from tui_scan.engine.transport.raw_ip import RawIpSender
from tui_scan.engine.transport.rtnetlink import Route, RouteTable
from tui_scan.engine.transport.sendmmsg import Sent
from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.model.packet_form import PacketForm, Way
from tui_scan.model.request import ScanRequest
from tui_scan.privilege.sockets import SocketSource

Bytes = npt.NDArray[np.uint8]
RAW, LINK = 0, 1
_MAC = 6


class Lanes:
    """``lane`` (uint8 by host) is LINK for hosts whose next hop is a resolved Ethernet neighbour, else RAW.

    The request's packet options may ask for one way, for a source route, or for another Ethernet address, which then
    follows from the scan's ``key``. ``heard`` is the packet socket that receives, by which packets are sent too.
    ``decoys`` are addresses that every packet leaves from as well (see ``DecoySender``).
    Raises UsageError where Ethernet frames are asked for and a host is not behind Ethernet.
    """

    def __init__(
        self,
        sockets: SocketSource,
        request: ScanRequest,
        destinations: Destinations,
        heard: socket.socket,
        key: int,
        decoys: tuple[str, ...] = (),
    ) -> None:
        self._form, self._destinations = request.packets, destinations
        self._decoys, self._key = decoys, key
        hosts = destinations.hosts
        self.lane = np.zeros(hosts.count, np.uint8)
        first_hop = _first_hop(self._form)
        with ExitStack() as stack:
            scopes = np.zeros(hosts.count, np.uint32)
            if hosts.zones:
                scopes[:] = [destinations.scope(host) for host in range(hosts.count)]
            targets = hosts.wire if first_hop is None else np.tile(first_hop, (hosts.count, 1))
            raw = RawIpSender(sockets, hosts.family, request.interface, targets, scopes)
            self._raw = stack.enter_context(closing(raw))
            mac = None if self._form.mac is None else self._form.own_mac(key)
            sending = heard if mac is None else stack.enter_context(sockets.packet_raw())
            self._link = LinkSender(sending, hosts.family, hosts.count, mac)
            self._heard, self._mac = heard, mac
            self._listening: set[int] = set()
            self._ipsec = IpsecPolicies()
            self._linked = self._form.way is not Way.IP and first_hop is None
            self.take(destinations.routes)
            self._stack = stack.pop_all()

    def sender(self, lane: int) -> Sender:
        """The sender of a lane."""
        # Where frames are asked for, the kernel refuses one to a next hop that is not known, and that is told.
        sender = self._link if lane == LINK or self._form.ethernet else self._raw
        if not self._decoys:
            return sender
        from tui_scan.engine.transport.decoys import DecoySender

        return DecoySender(sender, self._decoys, self._destinations.hosts.family, self._key + lane)

    def close(self) -> None:
        """Close the sockets of its own."""
        self._stack.close()

    def take(self, hosts: Collection[int], refuse: Callable[[int, Sentence], None] | None = None) -> None:
        """Choose the lane of these hosts, and aim at their next hops where they are known.

        ``refuse`` takes a host that frames cannot reach, and why, in place of the UsageError.
        """
        if not self._linked:
            return
        found = {host: bytes.fromhex(mac.replace(":", "")) for host, mac in self._destinations.hosts.macs.items()}
        with closing(RouteTable()) as table:
            neighbours = table.neighbours(self._destinations.hosts.family)
        for host in hosts:
            route = self._destinations.routes[host]
            self.lane[host] = RAW
            if not self._destinations.on_ethernet(host):
                try:
                    self._refuse(host, route)
                except UsageError as error:
                    if refuse is None:
                        raise
                    refuse(host, error.sentence)
                continue
            mac = neighbours.get((route.interface, route.next_hop)) or found.get(host, b"")
            if len(mac) == _MAC and not self._is_kernels(route, host):
                self._link.aim(host, route.interface, mac)
                self.lane[host] = LINK
                self._listen(route.interface)

    def _is_kernels(self, route: Route, host: int) -> bool:
        """Whether only the kernel knows how to send to this host: it wraps packets, or IPsec asks for it."""
        return route.wrapped or self._ipsec.concerns(self._destinations.hosts.wire[host].tobytes())

    def lose(self, hosts: Collection[int]) -> None:
        """No route leads to these hosts: the kernel is to say so of each packet."""
        for host in hosts:
            self.lane[host] = RAW
            self._link.aim(host, 0, bytes(_MAC))

    def _listen(self, interface: int) -> None:
        """Hear what is sent to another Ethernet address than the interface's own."""
        if self._mac is not None and interface not in self._listening:
            listen_for(self._heard, interface, self._mac)
            self._listening.add(interface)

    def _refuse(self, host: int, route: Route) -> None:
        """Where frames are asked for, there has to be a link that takes them."""
        if not self._form.ethernet:
            return
        option = "--send-eth" if self._form.mac is None else "--spoof-mac"
        address = self._destinations.hosts.address(host)
        way, name = OWN_WAY, ""
        if not route.local:
            way, name = NO_ETHERNET, _name(route.interface)
        raise UsageError(
            "{option} writes Ethernet frames, and {address} is {way}. Leave {option} out for it; "
            "--send-ip lets the kernel send the packets.",
            option=option,
            address=address,
            way=Sentence(way, name=name),
        )


OWN_WAY = "this machine itself"
NO_ETHERNET = "reached through {name}, which is no Ethernet link"


class LaneSender:
    """Sends packets to many hosts, each by its lane."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def send(self, packets: Bytes, hosts: npt.NDArray[np.int64]) -> Sent:
        """Send rows of ``packets`` to these hosts, given by number."""
        times, faults = np.zeros(len(hosts), np.int64), []
        for lane in (RAW, LINK):
            at = np.flatnonzero(self._lanes.lane[hosts] == lane)
            if len(at):
                sent = self._lanes.sender(lane).send(packets[at], hosts[at])
                times[at] = sent.times_ns
                faults += [(int(at[row]), code) for row, code in sent.faults]
        return Sent(times, faults)


def _name(interface: int) -> str:
    """The name of an interface, or its number where it is gone."""
    with suppress(OSError):
        return socket.if_indextoname(interface)
    return str(interface)


def _first_hop(form: PacketForm) -> Bytes | None:
    """Where a source route begins."""
    if not form.ip_options:
        return None
    from tui_scan.model.ip_options import parse_ip_options

    hop = parse_ip_options("--ip-options", form.ip_options).first_hop
    return None if hop is None else np.frombuffer(hop, np.uint8)
