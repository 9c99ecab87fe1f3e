"""TCP techniques as data: the flags of the probe and the table of its answers, built and judged in whole batches."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tui_scan.engine.techniques.icmp import filtered_rules
from tui_scan.engine.techniques.matching import Answers, Bytes, Cells, Mask, Matcher, joined
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.engine.wire.build import Segment, segments
from tui_scan.engine.wire.parse import Batch, Errors, Segments
from tui_scan.model.request import ScanRequest
from tui_scan.model.tcp_flags import ACK, FIN, RST, SYN
from tui_scan.model.techniques import Protocol, Technique

WINDOW = 1024
MSS_OPTION = bytes((2, 4)) + (1460).to_bytes(2, "big")
"""What a SYN offers, as every stack does (RFC 9293 §3.7.1)."""
WITH_WINDOW = 0x100
"""Beside the flags of a reply: its window is not zero."""
_TELLING = SYN | ACK | RST
"""The flags by which answers differ; whatever else is set says nothing of the port."""


@dataclass(frozen=True, eq=False, repr=False)
class TcpScan:
    """One TCP technique that writes its own segments.

    ``flags`` are the probe's. ``replies`` has the rule of each answer by its flags among SYN, ACK and RST, for
    those with a window also by ``flags | WITH_WINDOW`` where that differs; a RST may carry ACK or not. Every other
    segment says nothing.
    """

    technique: Technique
    sends: str
    flags: int
    replies: dict[int, Rule]
    silence: Rule

    @cached_property
    def rules(self) -> RuleTable:
        """All cases, ICMP errors among them."""
        cases = (*self.replies.values(), *filtered_rules())
        return RuleTable(self.technique, self.sends, cases, self.silence)

    @property
    def by_window(self) -> bool:
        """Whether the window of an answer counts."""
        return any(key & WITH_WINDOW for key in self.replies)

    def table(self, field: str) -> Bytes:
        """The state or the reason of an answer by its flags and ``WITH_WINDOW``; 0 where it says nothing."""
        out = np.zeros(2 * WITH_WINDOW, np.uint8)
        for key, rule in sorted(self.replies.items()):
            alike = (key, key | ACK) if key & RST else (key,)
            for flags in alike:
                out[[flags, flags | WITH_WINDOW]] = getattr(rule, field)
        return out

    def probes(self, matcher: Matcher, request: ScanRequest) -> "TcpProbes":
        """The technique at work; ``request`` may ask for other flags (--scanflags)."""
        flags = self.flags if request.scan_flags is None else request.scan_flags
        return TcpProbes(self, matcher, flags, request.packets.size)


class TcpProbes:
    """Builds probes with these ``flags`` and judges what comes back, in whole batches.

    The key stands where the answer repeats it (RFC 9293 §3.10.7.1): a probe without ACK is answered with
    ACK = SEG.SEQ + SEG.LEN, one with ACK by a reset with SEQ = SEG.ACK. Some stacks do not count SYN and FIN. A probe
    with ``data`` bytes of data is acknowledged with them (by a reset) or without them (by a SYN-ACK, since data of a
    SYN wait for the handshake's end). With --scanflags a probe to its own port on loopback may look like an answer; but
    it has the probe's flags and number.
    """

    def __init__(self, scan: TcpScan, matcher: Matcher, flags: int, data: int = 0) -> None:
        self.rules = scan.rules
        self._matcher, self._flags = matcher, flags
        self._form = Segment(flags, WINDOW, MSS_OPTION if flags & SYN else b"")
        self._data = data
        self._slack = max(1, bool(flags & SYN) + bool(flags & FIN))
        self._states, self._reasons = scan.table("state"), scan.table("reason")
        self._by_window = scan.by_window
        self._split = bool(self._states[SYN])
        self._answerlike = flags & _TELLING != SYN and bool(self._states[flags & _TELLING])

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of try ``tries`` (from 1) as (positions in ``cells``, byte matrix)."""
        to = self._matcher.addressing(cells, tries)
        key = self._matcher.keys.seq(cells, tries)
        return [(np.arange(len(cells)), segments(to, self._form, key, key if self._flags & ACK else None))]

    def judge(self, batch: Batch, outgoing: Mask) -> Answers:
        """The answers in a captured batch; ``outgoing`` marks packets that this machine sent, by batch row."""
        sent = outgoing[batch.segments.rows]
        left = batch.segments.cut(np.flatnonzero(sent))
        errors, own = batch.errors.split(outgoing[batch.errors.rows])
        parts = [self._inbound(batch.segments, ~sent), self._errors(errors)]
        if len(own.rows):
            parts.append(self._matcher.refusals(own, Protocol.TCP))
        if len(left.rows) and not self._flags & RST:
            parts.append(self._own_resets(left))
        return joined(parts)

    def _inbound(self, found: Segments, inbound: Mask) -> Answers:
        cells, tries, known = self._matcher.locate(Protocol.TCP, found.source, found.source_port, found.target_port)
        key = self._matcher.keys.seq(np.where(known, cells, 0), tries)
        kinds = found.flags & _TELLING
        keyed = self._fits(found.ack - key)
        if self._flags & ACK:
            keyed |= found.seq - key <= self._slack
        if self._split and (bare_syn := kinds == SYN).any():
            keyed = np.where(bare_syn, ~self._is_own(found), keyed)
        if self._answerlike:
            keyed &= (found.flags != self._flags) | (found.seq != key)
        index = kinds.astype(np.intp)
        if self._by_window:
            index[found.window > 0] |= WITH_WINDOW
        states = self._states[index]
        at = np.flatnonzero(inbound & known & keyed & (states > 0))
        return _answers(found, at, cells, tries, states, self._reasons[index])

    def _fits(self, ahead: npt.NDArray[np.uint32]) -> Mask:
        """Whether an acknowledgement is so far ahead of a key as one of the probe with it is."""
        fits: Mask = ahead <= self._slack
        return fits | (ahead - np.uint32(self._data) <= self._slack) if self._data else fits

    def _is_own(self, found: Segments) -> Mask:
        """Our own SYN, seen on loopback when it comes in at the target's side."""
        cells, tries, known = self._matcher.locate(Protocol.TCP, found.target, found.target_port, found.source_port)
        own: Mask = known & (self._matcher.keys.seq(np.where(known, cells, 0), tries) == found.seq)
        return own

    def _own_resets(self, left: Segments) -> Answers:
        """Resets by which the own kernel answers a SYN-ACK it knows nothing of: shown, never judged."""
        cells, tries, known = self._matcher.locate(Protocol.TCP, left.target, left.target_port, left.source_port)
        key = self._matcher.keys.seq(np.where(known, cells, 0), tries)
        resets = (left.flags & RST) > 0
        at = np.flatnonzero(known & resets & self._fits(left.seq - key))
        nothing = np.zeros(len(cells), np.uint8)
        return _answers(left, at, cells, tries, nothing, nothing)

    def _errors(self, errors: Errors) -> Answers:
        cells, tries, known = self._matcher.locate(
            Protocol.TCP, errors.quoted_target, errors.quoted_target_port, errors.quoted_source_port
        )
        keyed = known & (self._matcher.keys.seq(np.where(known, cells, 0), tries) == errors.quoted_seq)
        return self._matcher.errors(errors, Protocol.TCP, keyed, cells, tries)


def _answers(found: Segments, at: Cells, cells: Cells, tries: Bytes, states: Bytes, reasons: Bytes) -> Answers:
    pick = slice(None) if len(at) == len(cells) else at
    return Answers(
        rows=found.rows[pick],
        cells=cells[pick],
        tries=tries[pick],
        states=states[pick],
        reasons=reasons[pick],
        ttls=found.ttl[pick],
        foreign=np.zeros(len(at), np.bool_),
        senders=found.source if len(at) == len(cells) else found.source.take(at, axis=0),
    )
