"""Discovery by packets through the network: raw IP out, a filtered packet socket in."""

import math
from contextlib import ExitStack, closing

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery import filters
from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.discovery.probes import Probes
from tui_scan.engine.discovery.reading import Reader
from tui_scan.engine.probes import PortBlock, ProbeKeys
from tui_scan.engine.transport.inbox import Inbox
from tui_scan.engine.transport.raw_ip import RawIpSender
from tui_scan.model.discovery import Asked, Ping
from tui_scan.model.techniques import Protocol

Index = npt.NDArray[np.int64]

RATE = 30_000.0
"""Probes a second: nothing tells yet what is too fast for the network."""


class PacketGear:
    """Probes of ``asked``, what sends them, what hears their answers, and who reads those."""

    def __init__(self, ground: Ground, asked: tuple[Asked, ...]) -> None:
        hosts = ground.scan.hosts
        with ExitStack() as stack:
            first = stack.enter_context(closing(PortBlock(hosts.family, [Protocol.UDP]))).first
            self.probes = Probes(hosts, asked, ProbeKeys(ground.key, first), ground.sources)
            self.reader = Reader(self.probes)
            keys = self.probes.keys
            protocols = [one.port for one in asked if one.ping is Ping.PROTOCOL]
            code = filters.answers(hosts.family, keys.first_port, keys.last_port, protocols)
            self.inbox = stack.enter_context(closing(Inbox(ground.sockets, code)))
            scopes = np.zeros(hosts.count, np.uint32)
            if hosts.zones:
                scopes[:] = [ground.destinations.scope(host) for host in range(hosts.count)]
            interface = ground.scan.request.interface
            sender = RawIpSender(ground.sockets, hosts.family, interface, hosts.wire, scopes)
            self.sender = stack.enter_context(closing(sender))
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Close the sockets."""
        self._stack.close()


class PacketWay:
    """Sends the probes of ``asked`` to hosts and reads their answers."""

    rate = RATE
    waits = (math.inf, math.inf)

    def __init__(self, ground: Ground, asked: tuple[Asked, ...]) -> None:
        self.count = len(asked)
        self._ground, self._finds = ground, ground.finds
        self._gear = PacketGear(ground, asked)

    def close(self) -> None:
        """Close the sockets."""
        self._gear.close()

    def send(self, hosts: Index, number: int, tries: int) -> None:
        """Send a try of probe ``number`` to these hosts."""
        packets = self._gear.probes.build(hosts, number, tries)
        sent = self._gear.sender.send(packets, hosts)
        self._finds.sent(hosts, number, tries, sent.times_ns)
        self._ground.show(True, packets, sent.times_ns)
        for row, code in sent.faults:
            self._finds.refused(int(hosts[row]), code)

    def collect(self, timeout: float) -> None:
        """Enter what has come; wait for it at most ``timeout`` seconds."""
        if timeout:
            self._gear.inbox.wait(timeout)
        while (arrived := self._gear.inbox.take()) is not None:
            self._ground.show(False, arrived.packets, arrived.times_ns)
            self._finds.answered(self._gear.reader.read(arrived.packets), arrived.times_ns)
