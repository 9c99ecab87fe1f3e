"""Discovery by packets through the network: raw IP out, a filtered packet socket in."""

from contextlib import ExitStack, closing

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery import filters
from tui_scan.engine.discovery.evidence import Reader
from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.discovery.probes import Probes
from tui_scan.engine.probes import PortBlock, ProbeKeys
from tui_scan.engine.transport.inbox import Inbox
from tui_scan.engine.transport.raw_ip import RawIpSender
from tui_scan.model.discovery import Asked, Ping
from tui_scan.model.techniques import Protocol

Index = npt.NDArray[np.int64]

RATE = 30_000.0
"""Probes a second: nothing tells yet what is too fast for the network."""


class PacketWay:
    """Sends the probes of ``asked`` to hosts and reads their answers."""

    rate = RATE

    def __init__(self, ground: Ground, asked: tuple[Asked, ...]) -> None:
        self.count = len(asked)
        self._finds = ground.finds
        hosts = ground.scan.hosts
        with ExitStack() as stack:
            first = stack.enter_context(closing(PortBlock(hosts.family, [Protocol.UDP]))).first
            self._probes = Probes(hosts, asked, ProbeKeys(ground.key, first), ground.sources)
            self._reader = Reader(self._probes)
            keys = self._probes.keys
            protocols = [one.port for one in asked if one.ping is Ping.PROTOCOL]
            code = filters.answers(hosts.family, keys.first_port, keys.last_port, protocols)
            self._inbox = stack.enter_context(closing(Inbox(ground.sockets, code)))
            scopes = np.zeros(hosts.count, np.uint32)
            if hosts.zones:
                scopes[:] = [ground.destinations.scope(host) for host in range(hosts.count)]
            interface = ground.scan.request.interface
            sender = RawIpSender(ground.sockets, hosts.family, interface, hosts.wire, scopes)
            self._sender = stack.enter_context(closing(sender))
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Close the sockets."""
        self._stack.close()

    def send(self, hosts: Index, number: int, tries: int) -> None:
        """Send a try of probe ``number`` to these hosts."""
        packets = self._probes.build(hosts, number, tries)
        sent = self._sender.send(packets, hosts)
        self._finds.sent(hosts, number, tries, sent.times_ns)
        for row, code in sent.faults:
            self._finds.refused(int(hosts[row]), code)

    def collect(self, timeout: float) -> None:
        """Enter what has come; wait for it at most ``timeout`` seconds."""
        if timeout:
            self._inbox.wait(timeout)
        while (arrived := self._inbox.take()) is not None:
            self._finds.answered(self._reader.read(arrived.packets), arrived.times_ns)
