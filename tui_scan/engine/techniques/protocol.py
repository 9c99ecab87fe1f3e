"""IP protocol (-sO): a packet of each IP protocol; an ICMP error tells those that the host does not speak."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.probes import TRIES
from tui_scan.engine.techniques.matching import Answers, Bytes, Cells, Mask, Matcher, joined, shown
from tui_scan.engine.techniques.protocol_bodies import ECHO_REPLY, TARGET_PORTS, packets_of
from tui_scan.engine.techniques.protocol_rules import RULES
from tui_scan.engine.wire.parse import Batch, Errors, Heads, u16
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

__all__ = ["RULES", "ProtocolProbes", "probes"]

_PORTS = np.zeros(256, np.uint16)
_PORTS[list(TARGET_PORTS)] = list(TARGET_PORTS.values())
_PARAMETER_PROBLEM, _FIELD = 4, 0
"""ICMPv6's type of that name, and its code for a fault in a header's field (RFC 4443 §3.4)."""


class ProtocolProbes:
    """Builds a packet a protocol and judges what comes back, in whole batches.

    A packet with ports is known by the own one, an echo reply by its identifier, an ICMP error by the
    identification that it quotes. Any other packet counts by its protocol and sender, as nothing else is known of
    it: it belongs to no try.
    """

    rules = RULES

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._family = matcher.hosts.family
        self._icmp, self._reply = ECHO_REPLY[self._family]
        self._reasons = np.full(256, Reason.PROTO_RESPONSE, np.uint8)
        if self._family == 4:
            self._reasons[self._icmp] = Reason.ECHO_REPLY

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of try ``tries`` (from 1) as (positions in ``cells``, byte matrix), a kind of body each."""
        to = self._matcher.addressing(cells, tries)
        return packets_of(to, to.target_port.astype(np.uint8), self._matcher.keys.seq(cells, tries), tries)

    def judge(self, batch: Batch, outgoing: Mask) -> Answers:
        """The answers in a captured batch; ``outgoing`` marks packets that this machine sent, by batch row."""
        errors, own = batch.errors.split(outgoing[batch.errors.rows])
        inbound = np.flatnonzero(batch.heads.whole & ~outgoing)
        return joined([self._replies(batch.heads, inbound), self._errors(errors), self._refusals(own)])

    def _replies(self, heads: Heads, rows: Cells) -> Answers:
        """Packets of a scanned protocol from a scanned host."""
        cells, known = self._locate(heads.source[rows], heads.protocol[rows])
        rows, cells = rows[known], cells[known]
        tries, belongs = self._belonging(heads, rows, cells)
        rows, cells, tries = rows[belongs], cells[belongs], tries[belongs]
        count = len(rows)
        return Answers(
            rows=rows,
            cells=cells,
            tries=tries,
            states=np.full(count, PortState.OPEN, np.uint8),
            reasons=self._reasons[heads.protocol[rows]],
            ttls=heads.ttl[rows],
            foreign=np.zeros(count, np.bool_),
            senders=heads.source[rows],
        )

    def _belonging(self, heads: Heads, rows: Cells, cells: Cells) -> tuple[Bytes, Mask]:
        """To which try each packet answers (0: not known), and whether it answers a probe of ours at all."""
        protocol, body = heads.protocol[rows], heads.transport(rows, 8)
        first, second, third, fourth = (u16(body, at) for at in (0, 2, 4, 6))
        host = cells // self._matcher.columns.count
        with_port, echo = _PORTS[protocol] > 0, protocol == self._icmp
        tries = np.where(with_port, second.astype(np.int64) - self._matcher.keys.first_port + 1, 0)
        tries = np.where(echo, fourth, tries)
        numbered = (tries >= 1) & (tries <= TRIES)
        told = np.where(numbered, tries, 0).astype(np.uint8)
        mine = (heads.target[rows] == self._matcher.sources[host]).all(axis=1)
        sent, asked = self._locate(heads.source[rows], heads.first[rows])
        own_probe = (heads.source[rows] == heads.target[rows]).all(axis=1) & (
            asked & (self._try_of(sent, self._identification(heads, rows)) > 0)
        )
        keyed = third == self._matcher.keys.identification(cells, told)
        by_kind = [numbered & (first == _PORTS[protocol]), numbered & keyed & (body[:, 0] == self._reply)]
        return told, mine & np.select([with_port, echo], by_kind, ~own_probe)

    def _refusals(self, own: Errors) -> Answers:
        """ICMP errors by which this machine refuses an answer in a protocol with ports."""
        cells, known = self._locate(own.quoted_source, own.quoted_protocol)
        tries = own.quoted_target_port.astype(np.int64) - self._matcher.keys.first_port + 1
        known &= (own.quoted_source_port == _PORTS[own.quoted_protocol]) & (tries >= 1) & (tries <= TRIES)
        return shown(own, known, cells, tries.astype(np.uint8))

    def _errors(self, errors: Errors) -> Answers:
        cells, known = self._locate(errors.quoted_target, errors.quoted_protocol)
        tries = self._try_of(cells, errors.quoted_identification)
        answers = self._matcher.errors(errors, Protocol.IP, known & (tries > 0), cells, tries)
        own = ~answers.foreign
        closed = (answers.reasons == Reason.PROTO_UNREACH) | (answers.reasons == Reason.PARAM_PROBLEM)
        answers.states[own & closed] = PortState.CLOSED
        answers.states[own & (answers.reasons == Reason.PORT_UNREACH)] = PortState.OPEN
        if self._family == 6:
            self._faulty_fields(errors, answers, own)
        return answers

    def _faulty_fields(self, errors: Errors, answers: Answers, own: Mask) -> None:
        """A host that finds fault with a field of the header behind IPv6's has understood that header."""
        at = np.searchsorted(errors.rows, answers.rows)
        kind, code = errors.type[at], errors.code[at]
        faulty = own & (kind == _PARAMETER_PROBLEM) & (code == _FIELD)
        answers.states[faulty] = PortState.OPEN
        answers.reasons[faulty] = Reason.PARAM_PROBLEM

    def _locate(self, address: Bytes, protocol: Bytes) -> tuple[Cells, Mask]:
        """The cells of these protocols of these hosts, and which of them there are; 0 for the others."""
        host = self._matcher.hosts.find(address)
        column = self._matcher.columns.find(Protocol.IP, protocol)
        known = (host >= 0) & (column >= 0)
        return np.where(known, host * self._matcher.columns.count + column, 0), known

    def _try_of(self, cells: Cells, identification: npt.NDArray[np.uint16]) -> Bytes:
        """The try whose packet bore the identification; 0 where no packet of the cell did."""
        told = np.zeros(len(cells), np.uint8)
        for tries in range(TRIES, 0, -1):
            told[self._matcher.keys.identification(cells, tries) == identification] = tries
        return told

    def _identification(self, heads: Heads, rows: Cells) -> npt.NDArray[np.uint16]:
        at = 4 if self._family == 4 else 2
        return u16(heads.packets[rows], at)


def probes(matcher: Matcher, _: ScanRequest) -> ProtocolProbes:
    """The technique at work."""
    return ProtocolProbes(matcher)
