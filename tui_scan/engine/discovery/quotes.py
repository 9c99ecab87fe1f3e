"""ICMP errors that quote a probe: from the host itself they prove that it is there, from others that it is not."""

from collections.abc import Iterator

import numpy as np

from tui_scan.engine.discovery.evidence import Evidence, Index, Mask
from tui_scan.engine.discovery.lookup import Lookup
from tui_scan.engine.techniques.icmp import CODES, REASONS
from tui_scan.engine.wire.build import TCP
from tui_scan.engine.wire.parse import Errors
from tui_scan.model.discovery import Ping
from tui_scan.model.reasons import Reason

_QUERIES = {4: {8: Ping.ECHO, 13: Ping.TIMESTAMP, 17: Ping.MASK}, 6: {128: Ping.ECHO}}
"""The types of the questions (RFC 792, RFC 950, RFC 4443 §4.1)."""
_ECHO = {4: 8, 6: 128}
_REASONS = {family: np.frombuffer(table, np.uint8) for family, table in REASONS.items()}


def quotes(errors: Errors, lookup: Lookup) -> Iterator[Evidence]:
    """What the errors of a batch prove."""
    if not len(errors.rows):
        return
    host = lookup.hosts(errors.quoted_target)
    for carrier in lookup.carriers:
        numbers, tries = carrier.table[errors.quoted_target_port], lookup.tries(errors.quoted_source_port)
        fits = (errors.quoted_protocol == carrier.protocol) & (numbers >= 0) & (tries > 0)
        if carrier.protocol == TCP:
            fits &= errors.quoted_seq == lookup.keys(host, numbers, tries)
        yield _judged(errors, lookup, host, numbers, tries, fits)
    yield from _queries(errors, lookup, host)
    none = np.zeros(len(host), np.int64)
    for protocol, number in lookup.bare.items():
        fits = (errors.quoted_protocol == protocol) & lookup.identified(errors.quoted_identification, host, number)
        yield _judged(errors, lookup, host, none + number, none, fits)


def _queries(errors: Errors, lookup: Lookup, host: Index) -> Iterator[Evidence]:
    """A quoted ICMP query: its type stands where ports would, its numbers where TCP's would."""
    kinds, identifier = errors.quoted_source_port >> 8, errors.quoted_seq >> np.uint32(16)
    sequence, tries = errors.quoted_seq & np.uint32(0xFFFF), lookup.tries(identifier)
    asked = [(kind, lookup.single.get(ping)) for kind, ping in _QUERIES[lookup.family].items()]
    for kind, number in (*asked, (_ECHO[lookup.family], lookup.echoed)):
        if number is not None:
            fits = (errors.quoted_protocol == lookup.icmp) & (kinds == kind) & (tries > 0)
            fits &= (lookup.keys(host, number, tries) & 0xFFFF) == sequence
            yield _judged(errors, lookup, host, np.full(len(host), number, np.int64), tries, fits)


def _judged(errors: Errors, lookup: Lookup, host: Index, numbers: Index, tries: Index, fits: Mask) -> Evidence:
    reasons = _REASONS[lookup.family][errors.type.astype(np.int64) * CODES + errors.code]
    at = np.flatnonzero(fits & (host >= 0) & (reasons > 0))
    own = (errors.source[at] == errors.quoted_target[at]).all(axis=1)
    up = own & ((reasons[at] == Reason.PORT_UNREACH) | (reasons[at] == Reason.PROTO_UNREACH))
    return Evidence(errors.rows[at], host[at], numbers[at], tries[at], up, reasons[at], errors.ttl[at])
