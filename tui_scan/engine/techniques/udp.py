"""UDP (-sU): a datagram to each port; an ICMP port unreachable tells a closed one, silence leaves it open."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.probes import TRIES
from tui_scan.engine.techniques.icmp import ANOTHER_ERROR, filtered_rules, reason_of
from tui_scan.engine.techniques.matching import Answers, Bytes, Cells, Mask, Matcher, joined, shown
from tui_scan.engine.techniques.payloads import TFTP_PORT, numbered, payload_numbers, sent_in_try, source_of
from tui_scan.engine.techniques.payloads_services import TFTP
from tui_scan.engine.techniques.rules import SILENCE, Rule, RuleTable
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.engine.wire.build import datagrams
from tui_scan.engine.wire.parse import Batch, Errors
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique

Ports = npt.NDArray[np.uint16]

RULES = RuleTable(
    Technique.UDP,
    sends="a UDP datagram, or one for each payload of the port's protocols where some are known",
    rules=(
        Rule(
            "a UDP datagram from the port",
            PortState.OPEN,
            Reason.UDP_RESPONSE,
            "A datagram came back from this port: a program answered. A TFTP server (port 69) answers from another "
            "port.",
            "RFC 768 and RFC 1350 §4",
            "a datagram",
        ),
        Rule(
            "ICMP port unreachable from the target itself",
            PortState.CLOSED,
            Reason.PORT_UNREACH,
            "The target itself says that no program waits for datagrams on this port.",
            "RFC 1122 §4.1.3.1 and RFC 4443 §3.1",
            "the target's own port unreachable",
        ),
        *filtered_rules(ANOTHER_ERROR),
    ),
    silence=Rule(
        SILENCE,
        PortState.OPEN_FILTERED,
        Reason.NO_RESPONSE,
        "UDP has no handshake: a program that listens need not answer. Or a firewall dropped the datagram, or the host "
        "limits its ICMP errors.",
        "RFC 1122 §4.1.3.1",
        "silence",
        "It does not prove that the port is open: it may even be closed.",
    ),
)


def verdict(family: int, code: int, queued: QueuedError | None, from_target: bool) -> tuple[PortState, Reason]:
    """The verdict of a connected socket's datagram: its errno, and the ICMP error behind it.

    (UNTRIED, NONE) where nothing is decided; a port unreachable closes the port only ``from_target`` itself.
    """
    if code == 0:
        return PortState.OPEN, Reason.UDP_RESPONSE
    if queued is None or not queued.icmp:
        return PortState.UNTRIED, Reason.NONE
    reason = reason_of(family, queued.type, queued.code)
    if reason is Reason.PORT_UNREACH and from_target:
        return PortState.CLOSED, reason
    return (PortState.FILTERED, reason) if reason else (PortState.UNTRIED, Reason.NONE)


class UdpProbes:
    """Builds datagrams and judges what comes back, in whole batches."""

    rules = RULES

    def __init__(self, matcher: Matcher, *, empty: bool = False) -> None:
        """``empty``: no port gets the payloads of its protocols."""
        self._matcher = matcher
        ports = matcher.columns.port
        self._payloads = np.zeros(len(ports), np.uint8) if empty else payload_numbers(ports)

    def build(self, cells: Cells, tries: int) -> list[tuple[Cells, Bytes]]:
        """The packets of try ``tries`` (from 1) as (positions in ``cells``, byte matrix), a payload each.

        A position comes as often as its port has payloads to send in this try.
        """
        numbers = self._payloads[cells % self._matcher.columns.count]
        built: list[tuple[Cells, Bytes]] = []
        for number in np.flatnonzero(np.bincount(numbers)):
            at = np.flatnonzero(numbers == number)
            for payload in sent_in_try(numbered(int(number)), tries):
                to = self._matcher.addressing(cells[at], tries + TRIES * self._source(payload))
                built.append((at, datagrams(to, payload)))
        return built

    def judge(self, batch: Batch, outgoing: Mask) -> Answers:
        """The answers in a captured batch; ``outgoing`` marks packets that this machine sent, by batch row."""
        errors, own = batch.errors.split(outgoing[batch.errors.rows])
        return joined([self._replies(batch, outgoing), self._errors(errors), self._refusals(own)])

    def _replies(self, batch: Batch, outgoing: Mask) -> Answers:
        replies = batch.datagrams
        cells, tries, known = self._locate(replies.source, replies.source_port, replies.target_port)
        tries = tried(tries)
        host = np.where(known, cells // self._matcher.columns.count, 0)
        own = (replies.source == self._matcher.sources[host]).all(axis=1)
        own &= self._matcher.keys.is_own(replies.source_port)
        at = np.flatnonzero(known & ~outgoing[replies.rows] & ~own)
        return Answers(
            rows=replies.rows[at],
            cells=cells[at],
            tries=tries[at],
            states=np.full(len(at), PortState.OPEN, np.uint8),
            reasons=np.full(len(at), Reason.UDP_RESPONSE, np.uint8),
            ttls=replies.ttl[at],
            foreign=np.zeros(len(at), np.bool_),
            senders=replies.source[at],
        )

    def _source(self, payload: bytes) -> int:
        """Which of a try's source ports a payload leaves from; -g leaves it none of its own."""
        return source_of(payload) if self._matcher.keys.tries_by_port else 0

    def _locate(self, address: Bytes, port: Ports, own_port: Ports) -> tuple[Cells, Bytes, Mask]:
        """Cells and tries of probes that these datagrams of targets answer, and which of them there are at all."""
        if source := self._source(TFTP):
            first = self._matcher.keys.first_port + TRIES * source
            port = np.where((own_port >= first) & (own_port < first + TRIES), np.uint16(TFTP_PORT), port)
        cells, numbers, known = self._matcher.locate(Protocol.UDP, address, port, own_port)
        return cells, tried(numbers), known

    def _refusals(self, own: Errors) -> Answers:
        """ICMP errors by which this machine refuses answers."""
        cells, tries, known = self._locate(own.quoted_source, own.quoted_source_port, own.quoted_target_port)
        return shown(own, known & (own.quoted_protocol == Protocol.UDP.number), cells, tries)

    def _errors(self, errors: Errors) -> Answers:
        cells, numbers, known = self._matcher.locate(
            Protocol.UDP, errors.quoted_target, errors.quoted_target_port, errors.quoted_source_port
        )
        if self._matcher.hosts.family == 4 or not self._matcher.keys.tries_by_port:
            identification = self._matcher.keys.identification(np.where(known, cells, 0), numbers)
            known &= identification == errors.quoted_identification
        answers = self._matcher.errors(errors, Protocol.UDP, known, cells, tried(numbers))
        closed = (answers.reasons == Reason.PORT_UNREACH) & ~answers.foreign
        answers.states[closed] = PortState.CLOSED
        return answers


def tried(numbers: Bytes) -> Bytes:
    """The try of each probe number: each of a try's source ports has a number of its own."""
    return (numbers - 1) % TRIES + 1


def probes(matcher: Matcher, request: ScanRequest) -> UdpProbes:
    """The technique at work; data that were asked for take the place of the ports' payloads."""
    return UdpProbes(matcher, empty=request.packets.has_data)
