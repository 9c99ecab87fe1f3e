"""Discovery by packets through the network: raw IP out, a filtered packet socket in."""

import math
from collections.abc import Callable
from contextlib import ExitStack, closing

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery import filters
from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.discovery.probes import Probes
from tui_scan.engine.discovery.reading import Reader
from tui_scan.engine.probes import OnePortKeys, PortBlock, ProbeKeys
from tui_scan.engine.transport.copies import once
from tui_scan.engine.transport.dispatch import Sender
from tui_scan.engine.transport.inbox import Inbox
from tui_scan.engine.transport.raw_ip import RawIpSender
from tui_scan.engine.transport.sendmmsg import Sent
from tui_scan.model.discovery import Asked, Ping
from tui_scan.model.packet_form import AS_USUAL, PacketForm
from tui_scan.model.techniques import Protocol

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]

RATE = 30_000.0
"""Probes a second: nothing tells yet what is too fast for the network."""


class PacketGear:
    """Probes of ``asked``, what sends them, what hears their answers, and who reads those."""

    def __init__(self, ground: Ground, asked: tuple[Asked, ...], form: PacketForm) -> None:
        hosts, port = ground.scan.hosts, form.source_port
        with ExitStack() as stack:
            block = stack.enter_context(closing(PortBlock(hosts.family, [Protocol.UDP], port)))
            keys = ProbeKeys(ground.key, block.first) if port is None else OnePortKeys(ground.key, port, 1)
            self.probes = Probes(hosts, asked, keys, ground.sources, form.size if form.has_data else None)
            self.reader = Reader(self.probes)
            protocols = [one.port for one in asked if one.ping is Ping.PROTOCOL]
            code = once(strangers=ground.scan.request.borrows_address)
            code += filters.answers(hosts.family, block.first, block.last, protocols)
            self.inbox = stack.enter_context(closing(Inbox(ground.sockets, code)))
            self._sender = self._sender_of(ground, form, stack)
            self._rewritten = _rewriter(ground, form)
            self._stack = stack.pop_all()

    def send(self, packets: Bytes, hosts: Index) -> tuple[Sent, list[Bytes]]:
        """Send a packet to each of these hosts, as the packet options ask: the times, and what left in one piece or
        in several."""
        pieces = self._rewritten(packets)
        sent = [self._sender.send(piece, hosts) for piece in pieces]
        return sent[0], pieces

    def _sender_of(self, ground: Ground, form: PacketForm, stack: ExitStack) -> Sender:
        """Through the kernel's routes, unless options say which way."""
        hosts, request = ground.scan.hosts, ground.scan.request
        if form != AS_USUAL:
            from tui_scan.engine.transport.lanes import Lanes, LaneSender

            decoys = ground.scan.plan.third.decoys
            lanes = Lanes(ground.sockets, request, ground.destinations, self.inbox.socket, ground.key, decoys)
            return LaneSender(stack.enter_context(closing(lanes)))
        scopes = np.zeros(hosts.count, np.uint32)
        if hosts.zones:
            scopes[:] = [ground.destinations.scope(host) for host in range(hosts.count)]
        sender = RawIpSender(ground.sockets, hosts.family, request.interface, hosts.wire, scopes)
        return stack.enter_context(closing(sender))

    def close(self) -> None:
        """Close the sockets."""
        self._stack.close()


def _rewriter(ground: Ground, form: PacketForm) -> Callable[[Bytes], list[Bytes]]:
    """What makes packets as the options ask."""
    if not form.rewrites:
        return lambda packets: [packets]
    from tui_scan.engine.wire.rewrite import Rewrite

    return Rewrite(form, ground.scan.hosts.family, ground.key).rewritten


class PacketWay:
    """Sends the probes of ``asked`` to hosts and reads their answers."""

    rate = RATE
    waits = (math.inf, math.inf)
    looked_for = True

    def __init__(self, ground: Ground, asked: tuple[Asked, ...]) -> None:
        self.count = len(asked)
        self._ground, self._finds = ground, ground.finds
        self._gear = PacketGear(ground, asked, ground.scan.request.packets)

    def close(self) -> None:
        """Close the sockets."""
        self._gear.close()

    def send(self, hosts: Index, number: int, tries: int) -> None:
        """Send a try of probe ``number`` to these hosts."""
        packets = self._gear.probes.build(hosts, number, tries)
        sent, pieces = self._gear.send(packets, hosts)
        self._finds.sent(hosts, number, tries, sent.times_ns)
        for piece in pieces:
            self._ground.show(True, piece, sent.times_ns)
        for row, code in sent.faults:
            self._finds.refused(int(hosts[row]), code)

    def collect(self, timeout: float) -> None:
        """Enter what has come; wait for it at most ``timeout`` seconds."""
        if timeout:
            self._gear.inbox.wait(timeout)
        while (arrived := self._gear.inbox.take()) is not None:
            self._ground.show(False, arrived.packets, arrived.times_ns)
            self._finds.answered(self._gear.reader.read(arrived.packets), arrived.times_ns)
