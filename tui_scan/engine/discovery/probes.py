"""The packets that ask a host whether it is there, by kind, and the numbers by which their answers are known."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.hosts import Hosts
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.techniques.payloads import payloads_of
from tui_scan.engine.wire import pings
from tui_scan.engine.wire.build import TCP, UDP, Addressing, Segment, datagrams, segments
from tui_scan.model.discovery import Asked, Ping

Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.int64]

WINDOW = 1024
_SYN, _ACK = 0x02, 0x10
_MSS = bytes.fromhex("020405b4")
PROTOCOL_PORTS = {TCP: 80, UDP: 40125, pings.SCTP: 80}
"""The port that a probe of a whole protocol goes to, where the protocol has ports."""


class Keyed(NamedTuple):
    """Where packets go and come from, the port or protocol asked, and their keyed numbers (uint32)."""

    to: Addressing
    port: int
    key: npt.NDArray[np.uint32]

    @property
    def short(self) -> npt.NDArray[np.uint16]:
        """The keyed numbers as far as they fit where ICMP has room."""
        return (self.key & 0xFFFF).astype(np.uint16)


def _syn(keyed: Keyed) -> Bytes:
    return segments(keyed.to, Segment(_SYN, WINDOW, _MSS), keyed.key)


def _ack(keyed: Keyed) -> Bytes:
    return segments(keyed.to, Segment(_ACK, WINDOW), keyed.key, keyed.key)


def _udp(keyed: Keyed) -> Bytes:
    return datagrams(keyed.to, payloads_of(keyed.port, 1)[0])


def _echo(keyed: Keyed) -> Bytes:
    return pings.echoes(keyed.to, keyed.short)


_BODIES: dict[int, Callable[[Keyed], Bytes]] = {
    pings.ICMP: _echo,
    pings.ICMP6: _echo,
    pings.IGMP: lambda keyed: pings.queries(keyed.to),
    TCP: _ack,
    UDP: _udp,
    pings.SCTP: lambda keyed: pings.inits(keyed.to, keyed.key),
}
_OF_FAMILY = {pings.ICMP: 4, pings.IGMP: 4, pings.ICMP6: 6}


def _protocol(keyed: Keyed) -> Bytes:
    """A packet of a protocol with a body that this protocol expects, as far as it is known; else a bare header."""
    body = _BODIES.get(keyed.port)
    if body is None or _OF_FAMILY.get(keyed.port, keyed.to.family) != keyed.to.family:
        return pings.bare(keyed.to, keyed.port)
    port = np.full(len(keyed.key), PROTOCOL_PORTS.get(keyed.port, 0), np.uint16)
    return body(keyed._replace(to=keyed.to._replace(target_port=port)))


BUILDERS: dict[Ping, Callable[[Keyed], Bytes]] = {
    Ping.ECHO: _echo,
    Ping.TIMESTAMP: lambda keyed: pings.timestamps(keyed.to, keyed.short),
    Ping.MASK: lambda keyed: pings.masks(keyed.to, keyed.short),
    Ping.SYN: _syn,
    Ping.ACK: _ack,
    Ping.UDP: _udp,
    Ping.SCTP: lambda keyed: pings.inits(keyed.to, keyed.key),
    Ping.PROTOCOL: _protocol,
}
"""How each kind of probe is written."""


class Probes(NamedTuple):
    """The probes of a discovery: number n asks ``asked[n]``.

    ``sources`` (uint8 by host) are the own addresses towards the hosts. ``data`` is the number of bytes of data that
    every packet gets later; a UDP port then gets no payload of its protocols.
    """

    hosts: Hosts
    asked: tuple[Asked, ...]
    keys: ProbeKeys
    sources: Bytes
    data: int | None = None

    def key(self, hosts: Index, number: int, tries: npt.NDArray[np.integer] | int) -> npt.NDArray[np.uint32]:
        """The keyed numbers of probe ``number`` to these hosts."""
        return self.keys.seq(hosts * len(self.asked) + number, tries)

    def identification(self, hosts: Index, number: int, tries: npt.NDArray[np.integer] | int) -> npt.NDArray[np.uint16]:
        """The IPv4 identifications of probe ``number`` to these hosts."""
        return self.keys.identification(hosts * len(self.asked) + number, tries)

    def of_try(self, tries: int) -> "Probes":
        """The same where all tries leave from one port, as one of them is known."""
        return Probes(self.hosts, self.asked, self.keys.of_try(tries), self.sources, self.data)

    def build(self, hosts: Index, number: int, tries: int) -> Bytes:
        """The packets of try ``tries`` (from 1) of a probe, a row a host."""
        asked = self.asked[number]
        to = Addressing(
            family=self.hosts.family,
            source=self.sources[hosts],
            target=self.hosts.wire[hosts],
            source_port=np.full(len(hosts), self.keys.source_port(tries), np.uint16),
            target_port=np.full(len(hosts), asked.port, np.uint16),
            identification=self.identification(hosts, number, tries),
        )
        if self.data is not None and asked.ping is Ping.UDP:
            return datagrams(to, b"")
        return BUILDERS[asked.ping](Keyed(to, asked.port, self.key(hosts, number, tries)))
