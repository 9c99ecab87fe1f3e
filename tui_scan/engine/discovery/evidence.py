"""From captured packets to what they prove of hosts: who answered which probe, and what that means."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery.probes import PROTOCOL_PORTS, Index, Probes
from tui_scan.engine.probes import TRIES
from tui_scan.engine.techniques.icmp import CODES, REASONS
from tui_scan.engine.wire.build import TCP, UDP
from tui_scan.engine.wire.parse import Errors, Segments, parse
from tui_scan.engine.wire.pings import ICMP, ICMP6, SCTP
from tui_scan.model.discovery import Ping
from tui_scan.model.reasons import Reason

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

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
_QUERIES = {4: {8: Ping.ECHO, 13: Ping.TIMESTAMP, 17: Ping.MASK}, 6: {128: Ping.ECHO}}
_CHUNKS = {2: Reason.INIT_ACK, 6: Reason.ABORT}
_CARRIERS = ((Ping.SYN, TCP), (Ping.ACK, TCP), (Ping.UDP, UDP), (Ping.SCTP, SCTP))


class Evidence(NamedTuple):
    """One entry a packet in every array, in the order of their arrival.

    ``rows`` are the packets' numbers in the batch, ``numbers`` the probes they answer, ``tries`` theirs (0 where that
    is not known). ``up``: the host itself answered; else something says that it cannot be reached.
    """

    rows: Index
    hosts: Index
    numbers: Index
    tries: Index
    up: Mask
    reasons: Bytes
    ttls: Bytes


class _Carrier(NamedTuple):
    """Probes that a port tells apart: ``table`` gives the probe by port, -1 where there is none."""

    ping: Ping
    protocol: int
    table: npt.NDArray[np.int64]


class Reader:
    """Reads batches of captured packets for one set of probes."""

    def __init__(self, probes: Probes) -> None:
        self._probes = probes
        self._family = probes.hosts.family
        self._icmp = ICMP if self._family == 4 else ICMP6
        self._reasons = np.asarray(REASONS[self._family], np.uint8)
        self._carriers = [carrier for carrier in self._all_carriers() if (carrier.table >= 0).any()]
        self._single = {asked.ping: number for number, asked in enumerate(probes.asked) if not asked.port}
        self._protocols = {a.port: n for n, a in enumerate(probes.asked) if a.ping is Ping.PROTOCOL}

    def read(self, packets: Bytes) -> Evidence:
        """What these packets (from their IP headers on) prove."""
        batch = parse(packets, self._family)
        parts = [part for part in self._parts(packets, batch.segments, batch.errors) if len(part.rows)]
        if not parts:
            nothing = np.empty(0, np.int64)
            return Evidence(nothing, nothing, nothing, nothing, nothing > 0, *[nothing.astype(np.uint8)] * 2)
        all_of_them = Evidence._make(np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(all_of_them.rows, kind="stable")
        return Evidence._make(column[order] for column in all_of_them)

    def _parts(self, packets: Bytes, segments: Segments, errors: Errors) -> Iterator[Evidence]:
        head = _Head.of(packets, self._family)
        if len(segments.rows):
            yield from (self._segments(segments, carrier) for carrier in self._carriers if carrier.protocol == TCP)
        if len(errors.rows):
            yield from self._errors(errors)
        yield from self._messages(packets, head)
        for carrier in self._carriers:
            if carrier.protocol in (UDP, SCTP):
                yield self._datagrams(packets, head, carrier)
        for protocol, number in self._protocols.items():
            if protocol not in (TCP, UDP, SCTP, self._icmp):
                at = np.flatnonzero(head.protocol == protocol)
                host = self._probes.hosts.find(head.source[at])
                yield self._found(at, host, number, np.zeros(len(at), np.int64), Reason.PROTO_RESPONSE, head.ttl)

    def _all_carriers(self) -> Iterator[_Carrier]:
        for ping, protocol in _CARRIERS:
            table = np.full(65536, -1, np.int64)
            for number, asked in enumerate(self._probes.asked):
                if asked.ping is ping:
                    table[asked.port] = number
            yield _Carrier(ping, protocol, table)
        for number, asked in enumerate(self._probes.asked):
            if asked.ping is Ping.PROTOCOL and asked.port in PROTOCOL_PORTS:
                table = np.full(65536, -1, np.int64)
                table[PROTOCOL_PORTS[asked.port]] = number
                yield _Carrier(Ping.PROTOCOL, asked.port, table)

    def _tries(self, own_port: npt.NDArray[np.integer]) -> Index:
        tries = own_port.astype(np.int64) - self._probes.keys.first_port + 1
        return np.where((tries >= 1) & (tries <= TRIES), tries, 0)

    def _keys(self, host: Index, numbers: Index, tries: Index) -> npt.NDArray[np.uint32]:
        cells = np.maximum(host, 0) * len(self._probes.asked) + np.maximum(numbers, 0)
        return self._probes.keys.seq(cells, tries)

    def _segments(self, segments: Segments, carrier: _Carrier) -> Evidence:
        """SYN,ACK and RST to SYN probes acknowledge the key; RST to ACK probes carries it (RFC 9293 §3.10.7.1)."""
        host = self._probes.hosts.find(segments.source)
        numbers, tries = carrier.table[segments.source_port], self._tries(segments.target_port)
        key = self._keys(host, numbers, tries)
        kinds = segments.flags & _TOLD
        if carrier.ping is Ping.SYN:
            fits = ((segments.ack - key) <= 1) & ((kinds & _RST > 0) | (kinds == _SYN_ACK))
        else:
            fits = (segments.seq == key) & (kinds & _RST > 0)
        at = np.flatnonzero(fits & (host >= 0) & (numbers >= 0) & (tries > 0))
        reasons = np.where(kinds[at] & _RST > 0, Reason.RESET, Reason.SYN_ACK).astype(np.uint8)
        if carrier.ping is Ping.PROTOCOL:
            reasons[:] = Reason.PROTO_RESPONSE
        return Evidence(
            segments.rows[at], host[at], numbers[at], tries[at], np.ones(len(at), np.bool_), reasons, segments.ttl[at]
        )

    def _messages(self, packets: Bytes, head: "_Head") -> Iterator[Evidence]:
        """Answers to ICMP queries carry their identifier and sequence number (RFC 792)."""
        rows = np.flatnonzero(head.protocol == self._icmp)
        if not len(rows):
            return
        start = head.start[rows]
        kinds = packets[rows, start]
        identifier, sequence = _word(packets, rows, start + 4), _word(packets, rows, start + 6)
        host, tries = self._probes.hosts.find(head.source[rows]), self._tries(identifier)
        for kind, (ping, reason) in _REPLIES[self._family].items():
            asked = [(self._single.get(ping), reason)]
            if ping is Ping.ECHO:
                asked.append((self._protocols.get(self._icmp), Reason.PROTO_RESPONSE))
            for number, meaning in asked:
                if number is not None:
                    key = self._keys(host, np.full(len(rows), number), tries) & 0xFFFF
                    at = np.flatnonzero((kinds == kind) & (host >= 0) & (tries > 0) & (key == sequence))
                    yield self._found(rows[at], host[at], number, tries[at], meaning, head.ttl)

    def _datagrams(self, packets: Bytes, head: "_Head", carrier: _Carrier) -> Evidence:
        """UDP from the port that was asked; SCTP chunks that carry the tag of an INIT (RFC 9260 §8.5)."""
        rows = np.flatnonzero(head.protocol == carrier.protocol)
        start = head.start[rows]
        host = self._probes.hosts.find(head.source[rows])
        numbers = carrier.table[_word(packets, rows, start)]
        tries = self._tries(_word(packets, rows, start + 2))
        fits = (host >= 0) & (numbers >= 0) & (tries > 0)
        reasons = np.full(len(rows), Reason.UDP_RESPONSE, np.uint8)
        if carrier.protocol == SCTP:
            tag = _word(packets, rows, start + 4).astype(np.uint32) << 16 | _word(packets, rows, start + 6)
            reasons = _CHUNK_REASONS[packets[rows, start + 12]]
            fits &= (tag == self._keys(host, numbers, tries)) & (reasons > 0)
        if carrier.ping is Ping.PROTOCOL:
            reasons = np.full(len(rows), Reason.PROTO_RESPONSE, np.uint8)
        at = np.flatnonzero(fits)
        up = np.ones(len(at), np.bool_)
        return Evidence(rows[at], host[at], numbers[at], tries[at], up, reasons[at], head.ttl[rows[at]])

    def _errors(self, errors: Errors) -> Iterator[Evidence]:
        """ICMP errors that quote a probe: from the host itself they prove that it is there."""
        host = self._probes.hosts.find(errors.quoted_target)
        for carrier in self._carriers:
            numbers, tries = carrier.table[errors.quoted_target_port], self._tries(errors.quoted_source_port)
            fits = (errors.quoted_protocol == carrier.protocol) & (numbers >= 0) & (tries > 0)
            if carrier.protocol == TCP:
                fits &= errors.quoted_seq == self._keys(host, numbers, tries)
            yield self._judged(errors, host, numbers, tries, fits)
        identifier, sequence = errors.quoted_seq >> np.uint32(16), errors.quoted_seq & np.uint32(0xFFFF)
        tries = self._tries(identifier)
        queried = errors.quoted_source_port >> 8
        asked = [(kind, self._single.get(ping)) for kind, ping in _QUERIES[self._family].items()]
        echo = 8 if self._family == 4 else 128
        for kind, number in (*asked, (echo, self._protocols.get(self._icmp))):
            if number is not None:
                numbers = np.full(len(host), number)
                fits = (errors.quoted_protocol == self._icmp) & (queried == kind) & (tries > 0)
                fits &= (self._keys(host, numbers, tries) & 0xFFFF) == sequence
                yield self._judged(errors, host, numbers, tries, fits)
        for protocol, number in self._protocols.items():
            if protocol not in (TCP, UDP, SCTP, self._icmp):
                fits = (errors.quoted_protocol == protocol) & self._identified(errors, host, number)
                yield self._judged(errors, host, np.full(len(host), number), np.zeros(len(host), np.int64), fits)

    def _identified(self, errors: Errors, host: Index, number: int) -> Mask:
        """Whether the identification of a quoted IPv4 packet is that of any try; IPv6 has none to compare."""
        known = np.zeros(len(host), np.bool_)
        if self._family == 6:
            return ~known
        for tries in range(1, TRIES + 1):
            known |= errors.quoted_identification == self._probes.identification(np.maximum(host, 0), number, tries)
        return known

    def _judged(self, errors: Errors, host: Index, numbers: Index, tries: Index, fits: Mask) -> Evidence:
        reasons = self._reasons[errors.type.astype(np.int64) * CODES + errors.code]
        at = np.flatnonzero(fits & (host >= 0) & (reasons > 0))
        own = (errors.source[at] == errors.quoted_target[at]).all(axis=1)
        up = own & ((reasons[at] == Reason.PORT_UNREACH) | (reasons[at] == Reason.PROTO_UNREACH))
        return Evidence(errors.rows[at], host[at], numbers[at], tries[at], up, reasons[at], errors.ttl[at])

    def _found(self, rows: Index, host: Index, number: int, tries: Index, reason: Reason, ttl: Bytes) -> Evidence:
        there = np.flatnonzero(host >= 0)
        count = len(there)
        return Evidence(
            rows[there],
            host[there],
            np.full(count, number, np.int64),
            tries[there],
            np.ones(count, np.bool_),
            np.full(count, reason, np.uint8),
            ttl[rows[there]],
        )


class _Head(NamedTuple):
    """The parts of the IP headers that every reading needs."""

    protocol: Bytes
    ttl: Bytes
    source: Bytes
    start: Index

    @classmethod
    def of(cls, packets: Bytes, family: int) -> "_Head":
        if family == 4:
            start = (packets[:, 0] & 15).astype(np.int64) * 4
            return cls(packets[:, 9], packets[:, 8], packets[:, 12:16], start)
        return cls(packets[:, 6], packets[:, 7], packets[:, 8:24], np.full(len(packets), 40, np.int64))


def _chunk_reasons() -> Bytes:
    table = np.zeros(256, np.uint8)
    for kind, reason in _CHUNKS.items():
        table[kind] = reason
    return table


_CHUNK_REASONS = _chunk_reasons()


def _word(packets: Bytes, rows: Index, at: Index) -> npt.NDArray[np.uint16]:
    word = packets[rows, at].astype(np.uint16) << np.uint16(8) | packets[rows, at + 1]
    return word.astype(np.uint16)
