"""IP protocol and SCTP probes, and what counts as an answer to them: packets go in, verdicts come out."""

import numpy as np
import pytest
from scapy.layers.inet import ICMP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6ParamProblem
from scapy.layers.sctp import SCTP, SCTPChunkAbort, SCTPChunkInit, SCTPChunkInitAck
from scapy.packet import Packet, Raw

from tests import engine_playbook
from tests.engine_playbook import FIRST_PORT, OTHER, ROUTER, Playbook, ip
from tui_scan.engine import probes
from tui_scan.engine.icmp_spoken import open_spoken_icmp
from tui_scan.engine.probes import TRIES
from tui_scan.engine.scan import Scan, prepare
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.scope.plan import plan
from tui_scan.services import names

families = pytest.mark.parametrize("family", [4, 6])
NUMBERS = (1, 2, 6, 17, 47, 58, 132, 250)
ICMP_OF = {4: 1, 6: 58}
UNKNOWN = {4: (3, 2, "proto-unreach"), 6: (4, 1, "param-problem")}
GRE = 47


@pytest.fixture
def book(family: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> Playbook:
    monkeypatch.setattr(engine_playbook, "PORTS", NUMBERS)
    return Playbook(Technique.IP_PROTOCOL, family, rng)


def bare(book: Playbook, number: int, source: str, target: str) -> Packet:
    packet = ip(book.family, source, target)
    packet[0].setfieldval("proto" if book.family == 4 else "nh", number)
    return packet


def echoed(book: Playbook, tries: int, **changed: int) -> Packet:
    probe = book.probe(ICMP_OF[book.family], tries)
    sent = probe[ICMP] if book.family == 4 else probe.lastlayer()
    fields = {"id": sent.id, "seq": sent.seq, **changed}
    reply = ICMP(type=0, **fields) if book.family == 4 else ICMPv6EchoReply(**fields)
    return ip(book.family, book.target, book.source) / reply


def error(book: Playbook, quoted: Packet, kind: int, code: int, sender: str = "") -> Packet:
    head = ip(book.family, sender or book.target, book.source)
    message = ICMP(type=kind, code=code) if book.family == 4 else ICMPv6ParamProblem(code=code)
    return head / message / Raw(bytes(quoted))


@families
def test_answers_in_the_protocol_itself(book: Playbook, family: int) -> None:
    back = {
        6: TCP(sport=80, dport=FIRST_PORT + 2, flags="R"),
        17: UDP(sport=40125, dport=FIRST_PORT + 2),
        132: SCTP(sport=80, dport=FIRST_PORT + 2) / SCTPChunkAbort(),
    }
    head = ip(family, book.target, book.source)
    for number, layers in back.items():
        assert book.verdicts(head / layers) == [(number, 3, "open", "proto-response")]
        assert book.verdicts(head / layers, outgoing=True) == []
    reason = "echo-reply" if family == 4 else "proto-response"
    assert book.verdicts(echoed(book, 5)) == [(ICMP_OF[family], 5, "open", reason)]
    packet = bare(book, GRE, book.target, book.source)
    assert book.verdicts(packet, packet / Raw(b"abcdefgh")) == 2 * [(GRE, 0, "open", "proto-response")]


@families
def test_what_only_looks_like_an_answer(book: Playbook, family: int) -> None:
    head = ip(family, book.target, book.source)
    other = OTHER[family]
    forged = [
        head / TCP(sport=81, dport=FIRST_PORT, flags="R"),
        head / TCP(sport=80, dport=FIRST_PORT + probes.TRIES, flags="R"),
        head / UDP(sport=53, dport=FIRST_PORT),
        echoed(book, 1, id=0),
        echoed(book, 1, seq=2),
        bare(book, GRE, ROUTER[family], book.source),
        bare(book, GRE, book.target, other),
        bare(book, 99, book.target, book.source),
    ]
    assert book.verdicts(*forged) == []


@families
def test_the_own_probes_seen_on_loopback_are_no_answers(
    family: int, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_playbook, "PORTS", NUMBERS)
    book = Playbook(Technique.IP_PROTOCOL, family, rng, loopback=True)
    for tries in (1, 7, TRIES):
        assert book.verdicts(*(book.probe(number, tries) for number in NUMBERS)) == []
    assert book.verdicts(bare(book, GRE, book.target, book.target)) == [(GRE, 0, "open", "proto-response")]


@families
def test_errors_name_the_protocol_and_the_try(book: Playbook, family: int) -> None:
    kind, code, reason = UNKNOWN[family]
    for number in NUMBERS:
        for tries in (1, 2, TRIES):
            probe = book.probe(number, tries)
            assert book.verdicts(error(book, probe, kind, code)) == [(number, tries, "closed", reason)]
            assert book.verdicts(error(book, probe, kind, code, ROUTER[family])) == [
                (number, tries, "filtered", reason)
            ]
    forged = book.probe(GRE).copy()
    forged[0].setfieldval("id" if family == 4 else "fl", 2)
    elsewhere = book.probe(GRE).copy()
    elsewhere.dst = ROUTER[family]
    assert book.verdicts(error(book, forged, kind, code), error(book, elsewhere, kind, code)) == []


def test_a_fault_in_a_header_shows_that_it_was_read(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_playbook, "PORTS", NUMBERS)
    book = Playbook(Technique.IP_PROTOCOL, 6, rng)
    probe = book.probe(GRE)
    assert book.verdicts(error(book, probe, 4, 0)) == [(GRE, 1, "open", "param-problem")]
    assert book.verdicts(error(book, probe, 4, 0, ROUTER[6])) == [(GRE, 1, "untried", "-")]
    assert book.verdicts(error(book, probe, 4, 2)) == [(GRE, 1, "untried", "-")]


@pytest.mark.parametrize("technique", [Technique.SCTP_INIT, Technique.SCTP_COOKIE_ECHO])
@families
def test_an_sctp_answer_bears_the_tag(technique: Technique, family: int, rng: np.random.Generator) -> None:
    book = Playbook(technique, family, rng)
    init = technique is Technique.SCTP_INIT
    for tries in (1, TRIES):
        probe = book.probe(80, tries)
        sent = SCTP(bytes(probe)[20 if family == 4 else 40 :])
        tag = sent[SCTPChunkInit].init_tag if init else sent.tag
        assert tag
        head = ip(family, book.target, book.source)

        def back(chunk: Packet, tag: int = tag, **changed: int) -> Packet:
            fields = {"sport": 80, "dport": FIRST_PORT + tries - 1, **changed}  # noqa: B023
            return head / SCTP(**fields, tag=tag) / chunk  # noqa: B023

        opened = [(80, tries, "open", "init-ack")] if init else []
        assert book.verdicts(back(SCTPChunkInitAck(init_tag=9))) == opened
        assert book.verdicts(back(SCTPChunkAbort())) == [(80, tries, "closed", "abort")]
        forged = [back(SCTPChunkAbort(), tag=tag ^ 1), back(SCTPChunkAbort(), sport=81), probe]
        forged.append(back(SCTPChunkAbort(), dport=FIRST_PORT + probes.TRIES))
        assert book.verdicts(*forged) == []
        assert book.verdicts(back(SCTPChunkAbort()), outgoing=True) == []


def made(address: str, numbers: str) -> Scan:
    request = ScanRequest((address,), ports=numbers, techniques=(Technique.IP_PROTOCOL,))
    return prepare(plan(request, names=names, broadcasts=()), request.techniques)


def settled(scan: Scan, **told: tuple[PortState, Reason]) -> None:
    for number, (state, reason) in told.items():
        cell = scan.columns.index(Protocol.IP, int(number[1:]))
        scan.ledger.record(
            np.array([cell]), np.array([state], np.uint8), np.array([reason], np.uint8), np.array([64], np.uint8)
        )


@pytest.mark.parametrize(
    ("address", "gre", "sender", "expected"),
    [
        ("10.0.0.1", (PortState.CLOSED, Reason.PROTO_UNREACH), None, (PortState.OPEN, Reason.PROTO_UNREACH)),
        ("10.0.0.1", (PortState.FILTERED, Reason.ADMIN_PROHIBITED), None, (PortState.OPEN, Reason.ADMIN_PROHIBITED)),
        (
            "10.0.0.1",
            (PortState.FILTERED, Reason.ADMIN_PROHIBITED),
            "10.0.0.9",
            (PortState.OPEN_FILTERED, Reason.NO_RESPONSE),
        ),
        (
            "10.0.0.1",
            (PortState.OPEN_FILTERED, Reason.NO_RESPONSE),
            None,
            (PortState.OPEN_FILTERED, Reason.NO_RESPONSE),
        ),
        ("fd00::1", (PortState.CLOSED, Reason.PARAM_PROBLEM), None, (PortState.OPEN_FILTERED, Reason.NO_RESPONSE)),
    ],
)
def test_a_host_that_sends_icmp_errors_speaks_icmp(
    address: str, gre: tuple[PortState, Reason], sender: str | None, expected: tuple[PortState, Reason]
) -> None:
    """An IPv4 host's only: nmap sees IPv6's no other way than by its own answer."""
    scan = made(address, "1,47")
    settled(scan, n1=(PortState.OPEN_FILTERED, Reason.NO_RESPONSE), n47=gre)
    if sender:
        scan.ledger.sender[scan.columns.index(Protocol.IP, GRE)] = sender
    open_spoken_icmp(scan, Technique.IP_PROTOCOL)
    assert (PortState(scan.ledger.state[0]), Reason(scan.ledger.reason[0])) == expected


def test_what_icmp_itself_told_stays() -> None:
    for told in ((PortState.OPEN, Reason.ECHO_REPLY), (PortState.FILTERED, Reason.HOST_PROHIBITED)):
        scan = made("10.0.0.1", "1,47")
        settled(scan, n1=told, n47=(PortState.CLOSED, Reason.PROTO_UNREACH))
        open_spoken_icmp(scan, Technique.IP_PROTOCOL)
        assert (PortState(scan.ledger.state[0]), Reason(scan.ledger.reason[0])) == told
    scan = made("10.0.0.1", "47")
    settled(scan, n47=(PortState.CLOSED, Reason.PROTO_UNREACH))
    open_spoken_icmp(scan, Technique.IP_PROTOCOL)
    assert scan.ledger.state.tolist() == [PortState.CLOSED]
