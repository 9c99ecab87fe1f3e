"""All that may come back to a probe, by protocol: what the walk through the reply tables answers each technique with.

A new technique of a known protocol needs nothing here; a new protocol needs a line in ``REPLIES``.
"""

from collections.abc import Callable, Iterator
from itertools import product

from scapy.compat import raw
from scapy.layers.inet import ICMP, TCP, UDP
from scapy.layers.inet6 import (
    ICMPv6DestUnreach,
    ICMPv6EchoReply,
    ICMPv6PacketTooBig,
    ICMPv6ParamProblem,
    ICMPv6TimeExceeded,
)
from scapy.layers.sctp import SCTP
from scapy.packet import Packet, Raw

from tests.engine_playbook import ROUTER, Playbook, ip
from tui_scan.model.techniques import Protocol

FLAGS = range(64)
"""All of RFC 9293's; the two of ECN say nothing of a port."""
WINDOWS = (0, 1024)
CHUNKS = range(16)
ICMP_NUMBER, ICMP6_NUMBER = 1, 58
CODES = range(16)
_ICMP6 = {1: ICMPv6DestUnreach, 2: ICMPv6PacketTooBig, 3: ICMPv6TimeExceeded, 4: ICMPv6ParamProblem}


def _segments(book: Playbook, probe: Packet) -> Iterator[Packet]:
    """Segments of all flags, with and without a window, that acknowledge a probe."""
    sent = probe[TCP]
    ends = {"sport": sent.dport, "dport": sent.sport}
    for flags, window in product(FLAGS, WINDOWS):
        # A reset that answers an acknowledgement bears its number, any other segment acknowledges what was sent.
        numbers = {"seq": sent.ack, "ack": (sent.seq + 1) % 2**32}
        yield TCP(**ends, **numbers, flags=flags, window=window)


def _datagrams(book: Playbook, probe: Packet) -> Iterator[Packet]:
    for payload in (b"", b"x", b"here" * 40):
        yield UDP(sport=probe[UDP].dport, dport=probe[UDP].sport) / Raw(payload)


def _chunks(book: Playbook, probe: Packet) -> Iterator[Packet]:
    """Packets of each type of chunk, whose tag is that of the INIT, or the one that the probe bore."""
    sent = raw(probe[SCTP])
    ports = sent[2:4] + sent[:2]
    for tag, kind in product({sent[16:20], sent[4:8]}, CHUNKS):
        yield Raw(ports + tag + bytes(4) + bytes([kind, 0, 0, 4]))


def _packets(book: Playbook, probe: Packet) -> Iterator[Packet]:
    """For a probe of an IP protocol: an echo reply where it was an echo request, else what bears its ports back."""
    body = raw(probe.payload)
    echo = {"id": int.from_bytes(body[4:6]), "seq": int.from_bytes(body[6:8])}
    if book.family == 6 and probe.nh == ICMP6_NUMBER:
        yield ICMPv6EchoReply(**echo)
    elif book.family == 4 and probe.proto == ICMP_NUMBER:
        yield ICMP(type=0, **echo)
    else:
        yield Raw(body[2:4] + body[:2] + bytes(16))


REPLIES: dict[Protocol, Callable[[Playbook, Packet], Iterator[Packet]]] = {
    Protocol.TCP: _segments,
    Protocol.UDP: _datagrams,
    Protocol.SCTP: _chunks,
    Protocol.IP: _packets,
}


def replies(book: Playbook, protocol: Protocol, probe: Packet) -> Iterator[Packet]:
    """What the target itself may answer to a probe, in its protocol."""
    number = probe.proto if book.family == 4 else probe.nh
    for payload in REPLIES[protocol](book, probe):
        header = ip(book.family, book.target, book.source)
        if book.family == 4:
            header.proto = number
        else:
            header.nh = number
        yield header / payload


def errors(book: Playbook, probe: Packet) -> Iterator[Packet]:
    """Every ICMP error about a probe, from the target and from a router."""
    quoted = raw(probe)
    for sender, code in product((book.target, ROUTER[book.family]), CODES):
        header = ip(book.family, sender, book.source)
        if book.family == 4:
            for kind in (3, 5, 11, 12):
                yield header / ICMP(type=kind, code=code) / Raw(quoted)
        else:
            for made in _ICMP6.values():
                yield header / made(code=code) / Raw(quoted)
