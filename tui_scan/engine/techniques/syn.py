"""TCP SYN (-sS): half a handshake; the answer to a bare SYN tells the port's state."""

import numpy as np

from tui_scan.engine.techniques.icmp import filtered_rules
from tui_scan.engine.techniques.matching import Answers, Bytes, Cells, Mask, Matcher, joined
from tui_scan.engine.techniques.rules import TCP_SILENCE, Rule, RuleTable
from tui_scan.engine.wire.build import syn_segments
from tui_scan.engine.wire.parse import Batch, Segments
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique

WINDOW, MSS = 1024, 1460
SYN, RST, ACK = 0x02, 0x04, 0x10

RULES = RuleTable(
    Technique.SYN,
    sends="a SYN with MSS 1460 and window 1024",
    rules=(
        Rule(
            "SYN,ACK",
            PortState.OPEN,
            Reason.SYN_ACK,
            "The target agreed to the connection: something listens on this port. The scanner's own kernel "
            "knows of no such connection and answers RST, so that it is never completed.",
            "RFC 9293 §3.10.7.2",
        ),
        Rule(
            "SYN",
            PortState.OPEN,
            Reason.SPLIT_HANDSHAKE_SYN,
            "The target answered with a SYN of its own, the start of a simultaneous open: the port is open.",
            "RFC 9293 §3.5",
        ),
        Rule(
            "RST",
            PortState.CLOSED,
            Reason.RESET,
            "The target reset the connection: the host is there, and nothing listens on this port, or a "
            "firewall sends the RST in the host's name.",
            "RFC 9293 §3.10.7.1",
        ),
        *filtered_rules(),
    ),
    silence=TCP_SILENCE,
)


class SynProbes:
    """Builds SYNs and judges what comes back, in whole batches."""

    rules = RULES

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of try ``tries`` (from 1) as (positions in ``cells``, byte matrix)."""
        to = self._matcher.addressing(cells, tries)
        packets = syn_segments(to, self._matcher.keys.seq(cells, tries), WINDOW, MSS)
        return [(np.arange(len(cells)), packets)]

    def judge(self, batch: Batch, outgoing: Mask) -> Answers:
        """The answers in a captured batch; ``outgoing`` marks packets that this machine sent, by batch row."""
        sent = outgoing[batch.segments.rows]
        return joined(
            [self._inbound(batch.segments, ~sent), self._own_resets(batch.segments, sent), self._errors(batch)]
        )

    def _inbound(self, segments: Segments, pick: Mask) -> Answers:
        cells, tries, known = self._matcher.locate(
            Protocol.TCP, segments.source, segments.source_port, segments.target_port
        )
        seq = self._matcher.keys.seq(np.where(known, cells, 0), tries)
        acked = (segments.ack - seq) <= 1
        bare_syn = (segments.flags & (SYN | ACK | RST)) == SYN
        own = bare_syn & self._is_own(segments)
        keyed = known & pick & np.where(bare_syn, ~own, acked)
        kinds = segments.flags & (SYN | ACK | RST)
        at = np.flatnonzero(keyed & (STATES[kinds] > 0))
        return _answers(segments, at, cells, tries, STATES[kinds], REASONS[kinds])

    def _is_own(self, segments: Segments) -> Mask:
        """Our own SYN, seen on loopback when it comes in at the target's side."""
        cells, tries, known = self._matcher.locate(
            Protocol.TCP, segments.target, segments.target_port, segments.source_port
        )
        own: Mask = known & (self._matcher.keys.seq(np.where(known, cells, 0), tries) == segments.seq)
        return own

    def _own_resets(self, segments: Segments, pick: Mask) -> Answers:
        """Resets by which the own kernel answers a SYN,ACK it knows nothing of: shown, never judged."""
        cells, tries, known = self._matcher.locate(
            Protocol.TCP, segments.target, segments.target_port, segments.source_port
        )
        seq = self._matcher.keys.seq(np.where(known, cells, 0), tries)
        at = np.flatnonzero(known & pick & (segments.seq - seq <= 1))
        nothing = np.zeros(len(cells), np.uint8)
        return _answers(segments, at, cells, tries, nothing, nothing)

    def _errors(self, batch: Batch) -> Answers:
        errors = batch.errors
        cells, tries, known = self._matcher.locate(
            Protocol.TCP, errors.quoted_target, errors.quoted_target_port, errors.quoted_source_port
        )
        keyed = known & (self._matcher.keys.seq(np.where(known, cells, 0), tries) == errors.quoted_seq)
        return self._matcher.errors(errors, Protocol.TCP, keyed, cells, tries)


def _by_flags(table: dict[int, int]) -> Bytes:
    """A lookup by flags for ``table``, whose keys are combinations of SYN, ACK and RST."""
    out = np.zeros(256, np.uint8)
    for flags, value in table.items():
        out[flags] = value
    return out


STATES = _by_flags({SYN | ACK: PortState.OPEN, SYN: PortState.OPEN, RST: PortState.CLOSED, RST | ACK: PortState.CLOSED})
REASONS = _by_flags(
    {SYN | ACK: Reason.SYN_ACK, SYN: Reason.SPLIT_HANDSHAKE_SYN, RST: Reason.RESET, RST | ACK: Reason.RESET}
)


def _answers(segments: Segments, at: Cells, cells: Cells, tries: Bytes, states: Bytes, reasons: Bytes) -> Answers:
    return Answers(
        rows=segments.rows[at],
        cells=cells[at],
        tries=tries[at],
        states=states[at],
        reasons=reasons[at],
        ttls=segments.ttl[at],
        foreign=np.zeros(len(at), np.bool_),
        senders=segments.source[at],
    )
