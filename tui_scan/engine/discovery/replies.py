"""Answers of hosts themselves: segments, datagrams, ICMP replies, SCTP chunks, packets of a protocol."""

from collections.abc import Iterator

import numpy as np

from tui_scan.engine.discovery.evidence import Bytes, Evidence, Index, Mask
from tui_scan.engine.discovery.lookup import Carrier, Lookup
from tui_scan.engine.wire.build import TCP, UDP
from tui_scan.engine.wire.parse import Batch, Datagrams, Heads, Segments, u16
from tui_scan.engine.wire.sctp import ABORT, INIT_ACK, Chunks, chunks
from tui_scan.model.discovery import Ping
from tui_scan.model.reasons import Reason

_SYN_ACK, _RST = 0x12, 0x04
_TOLD = 0x16
"""SYN, ACK and RST: the flags that tell what a segment answers."""
_REPLIES = {
    4: {
        0: (Ping.ECHO, Reason.ECHO_REPLY),
        14: (Ping.TIMESTAMP, Reason.TIMESTAMP_REPLY),
        18: (Ping.MASK, Reason.ADDRESSMASK_REPLY),
    },
    6: {129: (Ping.ECHO, Reason.ECHO_REPLY)},
}
"""By type (RFC 792, RFC 950, RFC 4443 §4.2): the question it answers."""


def _chunk_reasons() -> Bytes:
    table = np.zeros(256, np.uint8)
    table[[INIT_ACK, ABORT]] = Reason.INIT_ACK, Reason.ABORT
    return table


_CHUNKS = _chunk_reasons()


def replies(batch: Batch, lookup: Lookup) -> Iterator[Evidence]:
    """What the hosts' own answers in a batch prove."""
    sctp = chunks(batch.heads, batch.heads.whole)
    for carrier in lookup.carriers:
        if carrier.protocol == TCP:
            yield _segments(batch.segments, lookup, carrier)
        elif carrier.protocol == UDP:
            yield _datagrams(batch.datagrams, lookup, carrier)
        else:
            yield _chunks(sctp, lookup, carrier)
    yield from _messages(batch.heads, lookup)
    for protocol, number in lookup.bare.items():
        at = np.flatnonzero(batch.heads.whole & (batch.heads.protocol == protocol))
        host = lookup.hosts(batch.heads.source[at])
        none = np.zeros(len(at), np.int64)
        yield _found(at, host, none + number, none, _all(at, Reason.PROTO_RESPONSE), batch.heads.ttl[at], host >= 0)


def _segments(segments: Segments, lookup: Lookup, carrier: Carrier) -> Evidence:
    """SYN-ACK and RST to SYN probes acknowledge the key; RST to ACK probes carries it (RFC 9293 §3.10.7.1)."""
    host = lookup.hosts(segments.source)
    numbers, tries = carrier.table[segments.source_port], lookup.tries(segments.target_port)
    key = lookup.keys(host, numbers, tries)
    kinds = segments.flags & _TOLD
    reset = kinds & _RST > 0
    if carrier.ping is Ping.SYN:
        fits = (segments.ack - key) <= 1
        if lookup.probes.data:  # a reset acknowledges them, a SYN-ACK does not
            fits |= segments.ack - key - np.uint32(lookup.probes.data) <= 1
        fits &= reset | (kinds == _SYN_ACK)
    else:
        fits = (segments.seq == key) & reset
    reasons = np.where(reset, Reason.RESET, Reason.SYN_ACK).astype(np.uint8)
    known = fits & (host >= 0) & (numbers >= 0) & (tries > 0)
    return _found(segments.rows, host, numbers, tries, _of(carrier, reasons), segments.ttl, known)


def _datagrams(datagrams: Datagrams, lookup: Lookup, carrier: Carrier) -> Evidence:
    """UDP from the port that was asked."""
    host = lookup.hosts(datagrams.source)
    numbers, tries = carrier.table[datagrams.source_port], lookup.tries(datagrams.target_port)
    known = (host >= 0) & (numbers >= 0) & (tries > 0)
    reasons = _of(carrier, _all(host, Reason.UDP_RESPONSE))
    return _found(datagrams.rows, host, numbers, tries, reasons, datagrams.ttl, known)


def _chunks(sctp: Chunks, lookup: Lookup, carrier: Carrier) -> Evidence:
    """SCTP chunks that carry the tag of an INIT (RFC 9260 §8.5)."""
    host = lookup.hosts(sctp.source)
    numbers, tries = carrier.table[sctp.source_port], lookup.tries(sctp.target_port)
    reasons = _CHUNKS[sctp.kind]
    known = (host >= 0) & (numbers >= 0) & (tries > 0) & (reasons > 0)
    known &= sctp.tag == lookup.keys(host, numbers, tries)
    return _found(sctp.rows, host, numbers, tries, _of(carrier, reasons), sctp.ttl, known)


def _messages(heads: Heads, lookup: Lookup) -> Iterator[Evidence]:
    """Answers to ICMP queries carry their identifier and sequence number."""
    rows = np.flatnonzero(heads.whole & (heads.protocol == lookup.icmp))
    if not len(rows):
        return
    head = heads.transport(rows, 8)
    host, tries, sequence = lookup.hosts(heads.source[rows]), lookup.tries(u16(head, 4)), u16(head, 6)
    for kind, (ping, reason) in _REPLIES[lookup.family].items():
        asked = [(lookup.single.get(ping), reason)]
        if ping is Ping.ECHO:
            asked.append((lookup.echoed, Reason.PROTO_RESPONSE))
        for number, meaning in asked:
            if number is not None:
                fits = (head[:, 0] == kind) & (host >= 0) & (tries > 0)
                fits &= (lookup.keys(host, number, tries) & 0xFFFF) == sequence
                numbers = np.full(len(rows), number, np.int64)
                yield _found(rows, host, numbers, tries, _all(rows, meaning), heads.ttl[rows], fits)


def _of(carrier: Carrier, reasons: Bytes) -> Bytes:
    """The reasons of answers; where a whole protocol was asked, that it answered."""
    return _all(reasons, Reason.PROTO_RESPONSE) if carrier.ping is Ping.PROTOCOL else reasons


def _all(like: Index | Bytes, reason: Reason) -> Bytes:
    return np.full(len(like), reason, np.uint8)


def _found(
    rows: Index, host: Index, numbers: Index, tries: Index, reasons: Bytes, ttls: Bytes, known: Mask
) -> Evidence:
    at = np.flatnonzero(known)
    return Evidence(rows[at], host[at], numbers[at], tries[at], np.ones(len(at), np.bool_), reasons[at], ttls[at])
