"""What an IP protocol scan sends: packets that a host which speaks the protocol has something to say to."""

from collections.abc import Callable, Iterator

import numpy as np

from tui_scan.engine.techniques.matching import Bytes, Cells
from tui_scan.engine.techniques.protocol_heads import head
from tui_scan.engine.wire.build import Addressing, Numbers, Segment, datagrams, ip_packets, segments
from tui_scan.engine.wire.pings import echoes, inits, queries
from tui_scan.model.tcp_flags import ACK

ICMP, IGMP, TCP, UDP, ICMP6, SCTP = 1, 2, 6, 17, 58, 132
TARGET_PORTS = {TCP: 80, UDP: 40125, SCTP: 80}
"""The ports of the protocols that have some: any is good for a packet to come back, or an ICMP port unreachable."""
ECHO_REPLY = {4: (ICMP, 0), 6: (ICMP6, 129)}
"""Protocol and type of the answer to an echo request, by family (RFC 792, RFC 4443 §4.2)."""
_WINDOW = 1024
_ACK = Segment(ACK, _WINDOW)

Body = Callable[[Addressing, Numbers, int], Bytes]

_EVERYWHERE: dict[int, Body] = {
    TCP: lambda to, key, tries: segments(_with_port(to, TCP), _ACK, key, key),
    UDP: lambda to, key, tries: datagrams(_with_port(to, UDP), b""),
    SCTP: lambda to, key, tries: inits(_with_port(to, SCTP), key),
}


def _echo(to: Addressing, key: Numbers, tries: int) -> Bytes:
    """An echo request whose identifier is that of the packet, and whose sequence number is the try."""
    named = to._replace(source_port=to.identification)
    return echoes(named, np.full(len(to.target), tries))


BODIES: dict[int, dict[int, Body]] = {
    4: {**_EVERYWHERE, ICMP: _echo, IGMP: lambda to, key, tries: queries(to)},
    6: {**_EVERYWHERE, ICMP6: _echo},
}
"""The body by family and protocol; of every other protocol a bare IPv4 header is sent, or a head behind IPv6's."""


def packets_of(to: Addressing, protocol: Bytes, key: Numbers, tries: int) -> list[tuple[Cells, Bytes]]:
    """Packets of these protocols as (positions, byte matrix), a kind of body each."""
    bodies = BODIES[to.family]
    built = []
    for number, body in bodies.items():
        at = np.flatnonzero(protocol == number)
        if len(at):
            built.append((at, body(_part(to, at), key[at], tries)))
    others = np.flatnonzero(~np.isin(protocol, list(bodies)))
    for behind, at in _by_head(to.family, protocol, others):
        packets, start = ip_packets(_part(to, at), protocol[at], len(behind))
        packets[:, start:] = np.frombuffer(behind, np.uint8)
        built.append((at, packets))
    return built


def _by_head(family: int, protocol: Bytes, at: Cells) -> Iterator[tuple[bytes, Cells]]:
    """What stands behind the IP headers of these packets, and of which."""
    behind = [head(number) if family == 6 else b"" for number in protocol[at].tolist()]
    for one in dict.fromkeys(behind):
        yield one, at[[one == other for other in behind]]


def _part(to: Addressing, at: Cells) -> Addressing:
    return to._replace(
        source=to.source[at],
        target=to.target[at],
        source_port=to.source_port[at],
        target_port=to.target_port[at],
        identification=to.identification[at],
    )


def _with_port(to: Addressing, protocol: int) -> Addressing:
    return to._replace(target_port=np.full(len(to.target), TARGET_PORTS[protocol], np.uint16))
