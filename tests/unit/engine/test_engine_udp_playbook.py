"""The UDP scan, probe by probe, and every ICMP error that a probe of either kind can bring."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.compat import raw
from scapy.layers.inet import ICMP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6ParamProblem, ICMPv6TimeExceeded
from scapy.packet import Packet, Raw

from tests.engine_playbook import OTHER, PORTS, ROUTER, Playbook, ip
from tui_scan.engine.probes import TRIES
from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.icmp import ERRORS, reason_of
from tui_scan.engine.techniques.payloads import FAST_TRIES, PAYLOADS
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TCP_AND_UDP, TECHNIQUES, Technique

families = pytest.mark.parametrize("family", [4, 6])
PORTED = [t for t in Technique if registry.writes_packets(t) and TECHNIQUES[t].protocol in TCP_AND_UDP]
packets = pytest.mark.parametrize("technique", PORTED)
OPEN = ("open", "udp-response")
NAMES_4 = {
    (3, 0): "net-unreach",
    (3, 1): "host-unreach",
    (3, 2): "proto-unreach",
    (3, 3): "port-unreach",
    (3, 9): "net-prohibited",
    (3, 10): "host-prohibited",
    (3, 13): "admin-prohibited",
    **{(11, code): "time-exceeded" for code in range(256)},
}
NAMES_6 = {
    (1, 0): "no-route",
    (1, 1): "admin-prohibited",
    (1, 2): "beyond-scope",
    (1, 3): "host-unreach",
    (1, 4): "port-unreach",
    (1, 5): "admin-prohibited",
    (1, 6): "reject-route",
    **{(3, code): "time-exceeded" for code in range(256)},
    (4, 1): "param-problem",
}
NAMES = {4: NAMES_4, 6: NAMES_6}
TYPES = {4: (3, 11), 6: (1, 3, 4)}


def reply(book: Playbook, port: int, tries: int = 1, **changed: int) -> Packet:
    probe = book.probe(port, tries)[UDP]
    told = {"sport": probe.dport, "dport": probe.sport}
    return ip(book.family, book.target, book.source) / UDP(**{**told, **changed}) / Raw(b"hello")


def error(book: Playbook, quoted: Packet | bytes, kind: int, code: int, sender: str | None = None) -> Packet:
    """An ICMP error of the target, or of ``sender``, that quotes a packet."""
    head = ip(book.family, sender or book.target, book.source)
    if book.family == 4:
        return head / ICMP(type=kind, code=code) / Raw(raw(quoted))
    message = {1: ICMPv6DestUnreach, 3: ICMPv6TimeExceeded, 4: ICMPv6ParamProblem}[kind]
    return head / message(code=code) / Raw(raw(quoted))


@families
def test_datagram_out_datagram_in(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.UDP, family, rng)
    for port in PORTS:
        for tries in (1, 2, 16):
            assert book.verdicts(reply(book, port, tries)) == [(port, tries, *OPEN)]


@families
@pytest.mark.parametrize("tries", [1, 2, 3, 4, 16])
def test_each_port_gets_its_payloads(family: int, tries: int, rng: np.random.Generator) -> None:
    """All of them in the quick tries, one in turn in the slow ones; each in a packet of its own."""
    book = Playbook(Technique.UDP, family, rng)
    start = 28 if family == 4 else 48
    found: dict[int, list[bytes]] = {port: [] for port in PORTS}
    for at, rows in book.technique.build(np.array([book.cell(port) for port in PORTS]), tries):
        for position, row in zip(at, rows, strict=True):
            assert int.from_bytes(row[start - 6 : start - 4].tobytes(), "big") == PORTS[position]
            found[PORTS[position]].append(row[start:].tobytes())
    for port, sent in found.items():
        known = PAYLOADS.get(port, (b"",))
        assert sent == (list(known) if tries <= FAST_TRIES else [known[(tries - FAST_TRIES - 1) % len(known)]])
    assert len(PAYLOADS[53]) > 1


@families
def test_forged_datagrams_are_no_answer(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.UDP, family, rng)
    good = reply(book, 53)
    first = good[UDP].dport
    forged = [reply(book, 53, sport=54), reply(book, 53, dport=first - 1), reply(book, 53, dport=first + TRIES)]
    forged.append(ip(family, ROUTER[family], book.source) / good[UDP])
    assert book.verdicts(*forged) == []
    assert book.verdicts(*forged, good) == [(53, 1, *OPEN)]
    assert book.verdicts(good, outgoing=True) == []


@families
def test_the_own_datagram_seen_on_loopback_is_no_answer(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.UDP, family, rng, loopback=True)
    for port in PORTS:
        assert book.verdicts(book.probe(port)) == []
        assert book.verdicts(reply(book, port)) == [(port, 1, *OPEN)]


@families
@packets
@given(data=st.data())
def test_every_icmp_error(technique: Technique, family: int, data: st.DataObject) -> None:
    """From the target and from a router alike; only UDP's port unreachable of the target itself means closed."""
    kind = data.draw(st.sampled_from(TYPES[family]))
    code = data.draw(st.integers(0, 20) | st.integers(0, 255))
    seed = data.draw(st.integers(0, 2**32 - 1))
    foreign = data.draw(st.booleans())
    book = Playbook(technique, family, np.random.default_rng(seed))
    port, tries = PORTS[seed % 4], seed % 16 + 1
    packet = error(book, book.probe(port, tries), kind, code, ROUTER[family] if foreign else None)
    name = NAMES[family].get((kind, code))
    state = "filtered" if name else "untried"
    if technique is Technique.UDP and name == "port-unreach" and not foreign:
        state = "closed"
    assert book.verdicts(packet) == [(port, tries, state, name or "-")]
    assert book.judged([packet]).foreign.tolist() == [foreign]


@families
@packets
def test_errors_on_what_was_never_sent_are_ignored(technique: Technique, family: int, rng: np.random.Generator) -> None:
    book = Playbook(technique, family, rng)
    transport, other = (UDP, TCP) if technique is Technique.UDP else (TCP, UDP)
    kind, code = TYPES[family][0], {4: 3, 6: 4}[family]
    forged = []
    for change in ("dport", "sport") if technique is Technique.UDP else ("dport", "sport", "seq"):
        probe = book.probe(22).copy()
        moved = getattr(probe[transport], change) - 1
        setattr(probe[transport], change, moved % 2**16 if change != "seq" else moved % 2**32)
        forged.append(error(book, probe, kind, code))
    probe = book.probe(22).copy()
    probe.dst = ROUTER[family]
    forged.append(error(book, probe, kind, code))
    ports = book.probe(22)[transport]
    forged.append(error(book, ip(family, book.source, book.target) / other(sport=ports.sport, dport=22), kind, code))
    if family == 4:
        probe = book.probe(22).copy()
        probe.id ^= 0x0100
        if technique is Technique.UDP:
            forged.append(error(book, probe, kind, code))
    assert book.verdicts(*forged) == []


@families
@packets
def test_an_error_about_one_host_is_not_anothers(technique: Technique, family: int, rng: np.random.Generator) -> None:
    """The quote names the probe's target: the sender of the error does not matter for where it belongs."""
    book = Playbook(technique, family, rng)
    kind, code = TYPES[family][0], {4: 13, 6: 1}[family]
    found = book.judged([error(book, book.probe(80), kind, code, OTHER[family])])
    assert found.cells.tolist() == [book.cell(80)]
    assert found.foreign.tolist() == [True]


@families
@packets
def test_a_quote_of_eight_bytes_is_enough(technique: Technique, family: int, rng: np.random.Generator) -> None:
    book = Playbook(technique, family, rng)
    kind, code = TYPES[family][0], {4: 13, 6: 1}[family]
    quoted = raw(book.probe(443))[: (20 if family == 4 else 40) + 8]
    assert book.verdicts(error(book, quoted, kind, code)) == [(443, 1, "filtered", "admin-prohibited")]


def test_the_table_of_errors_is_nmaps() -> None:
    for family, names in NAMES.items():
        for kind in range(256):
            for code in range(256):
                reason = reason_of(family, kind, code)
                assert (reason.label if reason else None) == names.get((kind, code))


@pytest.mark.parametrize("technique", list(Technique))
def test_every_verdict_has_a_rule_that_explains_it(technique: Technique) -> None:
    table = registry.rules(technique)
    assert table.technique is technique
    for rule in (*table.rules, table.silence):
        assert table.explain(rule.state, rule.reason) is not None
        assert rule.meaning.endswith(".")
        assert rule.source and rule.answer
    for reason in ICMP_REASONS if not TECHNIQUES[technique].third_party else ():
        assert table.explain(PortState.FILTERED, reason) is not None
    assert table.silence.reason is (Reason.NO_IPID_CHANGE if technique is Technique.IDLE else Reason.NO_RESPONSE)
    assert table.explain(PortState.UNFILTERED, Reason.NONE) is None
    assert {error.reason for error in ERRORS} == ICMP_REASONS
