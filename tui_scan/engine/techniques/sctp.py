"""SCTP techniques as data: what is sent and the table of its answers, built and judged in whole batches."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tui_scan.engine.techniques.icmp import filtered_rules
from tui_scan.engine.techniques.matching import Answers, Bytes, Cells, Mask, Matcher, joined
from tui_scan.engine.techniques.rules import Rule, RuleTable
from tui_scan.engine.wire.build import Addressing
from tui_scan.engine.wire.parse import Batch, Errors
from tui_scan.engine.wire.sctp import chunks
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol, Technique

Tags = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class SctpScan:
    """One SCTP technique. ``build`` makes packets with a tag each; ``replies`` has the rule of each answer by the
    type of its first chunk. Every other chunk says nothing."""

    technique: Technique
    sends: str
    build: Callable[[Addressing, Tags], Bytes]
    replies: dict[int, Rule]
    silence: Rule

    @cached_property
    def rules(self) -> RuleTable:
        """All cases, ICMP errors among them."""
        return RuleTable(self.technique, self.sends, (*self.replies.values(), *filtered_rules()), self.silence)

    def probes(self, matcher: Matcher, _: ScanRequest) -> "SctpProbes":
        """The technique at work."""
        return SctpProbes(self, matcher)


class SctpProbes:
    """Builds probes and judges what comes back, in whole batches.

    The key is a tag: an INIT's initiate tag is the verification tag of its answers (RFC 9260 §8.5.1), and an ABORT
    repeats the verification tag of the COOKIE-ECHO that it refuses (§8.4).
    """

    def __init__(self, scan: SctpScan, matcher: Matcher) -> None:
        self.rules = scan.rules
        self._scan, self._matcher = scan, matcher
        self._states, self._reasons = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
        for kind, rule in scan.replies.items():
            self._states[kind], self._reasons[kind] = rule.state, rule.reason

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of try ``tries`` (from 1) as (positions in ``cells``, byte matrix)."""
        packets = self._scan.build(self._matcher.addressing(cells, tries), self._tags(cells, tries))
        return [(np.arange(len(cells)), packets)]

    def judge(self, batch: Batch, outgoing: Mask) -> Answers:
        """The answers in a captured batch; ``outgoing`` marks packets that this machine sent, by batch row."""
        errors, own = batch.errors.split(outgoing[batch.errors.rows])
        refusals = self._matcher.refusals(own, Protocol.SCTP)
        return joined([self._replies(batch, outgoing), self._errors(errors), refusals])

    def _tags(self, cells: Cells, tries: Bytes | int) -> Tags:
        """Tags of probes, never 0: that is no initiate tag (RFC 9260 §3.3.2)."""
        return self._matcher.keys.seq(cells, tries) | np.uint32(1)

    def _replies(self, batch: Batch, outgoing: Mask) -> Answers:
        found = chunks(batch.heads, ~outgoing)
        cells, tries, known = self._matcher.locate(Protocol.SCTP, found.source, found.source_port, found.target_port)
        states = self._states[found.kind]
        keyed = found.tag == self._tags(np.where(known, cells, 0), tries)
        at = np.flatnonzero(known & keyed & (states > 0))
        return Answers(
            rows=found.rows[at],
            cells=cells[at],
            tries=tries[at],
            states=states[at],
            reasons=self._reasons[found.kind][at],
            ttls=found.ttl[at],
            foreign=np.zeros(len(at), np.bool_),
            senders=found.source[at],
        )

    def _errors(self, errors: Errors) -> Answers:
        cells, tries, known = self._matcher.locate(
            Protocol.SCTP, errors.quoted_target, errors.quoted_target_port, errors.quoted_source_port
        )
        identification = self._matcher.keys.identification(np.where(known, cells, 0), tries)
        keyed = known & (identification == errors.quoted_identification)
        return self._matcher.errors(errors, Protocol.SCTP, keyed, cells, tries)
