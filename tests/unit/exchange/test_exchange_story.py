"""Whole stories: ladder, silence, explanation, JSON."""

import errno
import json
import re

import numpy as np
import pytest

from tests.rebuilt import built_by
from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import Capture
from tui_scan.engine.packetlog import RECEIVED
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.techniques import registry
from tui_scan.exchange.explain import explain
from tui_scan.exchange.steps import Kind
from tui_scan.exchange.story import as_fields, story
from tui_scan.exchange.text import full_text, ladder
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.verdict import Verdict
from tui_scan.scope.plan import plan
from tui_scan.services import names

START = 1_700_000_000_000_000_000
MS = 1_000_000


def scan_of(technique: Technique, target: str = "10.0.0.1", port: int = 22) -> Scan:
    request = ScanRequest((target,), ports=str(port), techniques=(technique,))
    return prepare(plan(request, names=names), (technique,))


def probe(_cell: int, tries: int, _part: int) -> bytes:
    """A SYN to port 22 by hand: IPv4 header, TCP header with MSS 1460."""
    head = bytes.fromhex("4500002c0000000040060000" + "0a000009" + "0a000001")
    return (
        head + (40000 + tries).to_bytes(2, "big") + bytes.fromhex("0016 00000005 00000000 6002 0400 0000 0000 020405b4")
    )


def sent(capture: Capture, tries: int, time_ns: int) -> None:
    capture.note_sent(np.zeros(1, np.int64), tries, np.array([time_ns]))


def silent_scan(finished_ns: int) -> Scan:
    scan = scan_of(Technique.SYN)
    capture = Capture(built_by(probe), lambda cells: np.zeros(len(cells), np.bool_))
    scan.captures[Technique.SYN] = capture
    for tries in (1, 2):
        sent(capture, tries, START + tries * 1000 * MS)
        scan.ledger.note_sent(np.zeros(1, np.int64), 0)
    scan.finished_ns = finished_ns
    return scan


def test_while_a_probe_is_in_flight_there_is_no_silence() -> None:
    exchange = story(silent_scan(0), 0, 0)
    assert [step.kind for step in exchange.steps] == [Kind.PACKET, Kind.PACKET]
    assert "no answer has come yet" in exchange.explanation.text


def test_silence_tells_how_long_the_scanner_listened() -> None:
    scan = silent_scan(START + 2750 * MS)
    scan.ledger.settle(np.zeros(1, np.int64), PortState.FILTERED, Reason.NO_RESPONSE)
    exchange = story(scan, 0, 0)
    assert ladder(exchange) == [
        "  0.000 ms  > SYN  seq=0 win=1024 ttl=64 mss=1460  (try 1)",
        "1000.000 ms  > SYN  seq=0 win=1024 ttl=64 mss=1460  (try 2)",
        "1750.000 ms  . no answer  (listened 750 ms after the last try)",
    ]
    assert "after 2 tries" in exchange.explanation.text


def test_silence_without_a_known_end_has_no_time() -> None:
    scan = silent_scan(0)
    scan.ledger.settle(np.zeros(1, np.int64), PortState.FILTERED, Reason.NO_RESPONSE)
    last = story(scan, 0, 0).steps[-1]
    assert (last.kind, last.t_us, last.note) == (Kind.SILENCE, None, "")


def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tui_scan.engine.spool.os.write", write)


def test_packets_that_were_let_go_are_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = silent_scan(0)
    capture = scan.captures[Technique.SYN]
    assert isinstance(capture, Capture)
    full_disk(monkeypatch)
    small = Capture(capture._build, lambda cells: np.ones(len(cells), np.bool_), 1)
    scan.captures[Technique.SYN] = small
    sent(small, 1, START)
    rows = np.zeros(1, RECEIVED)
    rows["time_ns"], rows["origin"] = START + 1, 1
    small.note_received(rows)
    exchange = story(scan, 0, 0)
    assert not exchange.complete
    assert "let go" in full_text(exchange)


def test_a_flood_of_answers_is_cut() -> None:
    scan = silent_scan(0)
    capture = scan.captures[Technique.SYN]
    assert isinstance(capture, Capture)
    rows = np.zeros(5000, RECEIVED)
    rows["time_ns"], rows["origin"] = START + 5000 * MS, 1
    capture.note_received(rows)
    exchange = story(scan, 0, 0)
    assert len(exchange.steps) == 200
    assert not exchange.complete


def test_canaries_are_counted_and_not_drawn() -> None:
    """They are packets to the port, hundreds at times, and say nothing of its verdict."""
    scan = silent_scan(0)
    capture = scan.captures[Technique.SYN]
    assert isinstance(capture, Capture)
    before = story(scan, 0, 0).steps
    for number in (17, 18):
        sent(capture, number, START + number * 1000 * MS)
        rows = np.zeros(1, RECEIVED)
        rows["time_ns"], rows["origin"], rows["try"] = START + number * 1000 * MS + 9, 1, number
        capture.note_received(rows)
    steps = story(scan, 0, 0).steps
    assert [step.summary for step in steps] == [step.summary for step in before]
    assert "2 canaries" in steps[-1].note
    assert "2 answers" in steps[-1].note
    assert len(scan.exchange(0, 0)) == 6


def test_a_refused_connect_is_a_story_of_calls() -> None:
    scan = scan_of(Technique.CONNECT)
    calls = CallLog("connect()", "connect()")
    scan.captures[Technique.CONNECT] = calls
    calls.note([(0, 1, START, START + MS // 4, 111, "")])
    one = np.ones(1, np.uint8)
    scan.ledger.note_sent(np.zeros(1, np.int64), 0)
    scan.ledger.record(np.zeros(1, np.int64), one * PortState.CLOSED, one * Reason.CONN_REFUSED)
    exchange = story(scan, 0, 0)
    assert ladder(exchange) == [
        "  0.000 ms  > connect()  (your kernel sends SYN)",
        "  0.250 ms  < connect(): ECONNREFUSED  (your kernel got RST)",
    ]
    fields = json.loads(json.dumps(as_fields(exchange)))
    assert fields["exchange"][1] == {
        "t_us": 250.0,
        "kind": "call",
        "origin": "target",
        "direction": "in",
        "summary": "connect(): ECONNREFUSED",
        "try_number": 1,
        "seen": False,
        "note": "your kernel got RST",
    }


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_it_may_be(width: int) -> None:
    scan = silent_scan(START + 2750 * MS)
    scan.ledger.settle(np.zeros(1, np.int64), PortState.FILTERED, Reason.NO_RESPONSE)
    assert max(map(len, full_text(story(scan, 0, 0), width).splitlines())) <= width


def every_verdict() -> list[tuple[Technique, PortState, Reason]]:
    return [
        (technique, rule.state, rule.reason)
        for technique in Technique
        for table in (registry.rules(technique),)
        for rule in (*table.rules, table.silence)
    ]


@pytest.mark.parametrize(("technique", "state", "reason"), every_verdict())
def test_every_rule_has_an_explanation_with_a_doubt_and_a_source(
    technique: Technique, state: PortState, reason: Reason
) -> None:
    for address, rfc in (("10.0.0.1", "RFC 4443"), ("fd00::1", "RFC 792")):
        verdict = Verdict(address, Protocol.TCP, 80, state, reason, 2, None, None, "10.0.0.9")
        told = explain(technique, verdict)
        assert told.answer
        assert told.meaning
        assert "not prove" in told.unproven
        assert told.source in told.text
        families = {Reason.PORT_UNREACH, Reason.TIME_EXCEEDED, Reason.HOST_UNREACH}
        if state is PortState.FILTERED and reason in families:
            assert rfc not in told.source


def test_nothing_sent_is_told_as_such() -> None:
    verdict = Verdict("10.0.0.1", Protocol.TCP, 80, PortState.UNTRIED, Reason.NONE, 0, None, None)
    assert "No probe was sent" in explain(Technique.SYN, verdict).text


@pytest.mark.parametrize(("technique", "state", "reason"), every_verdict())
def test_other_flags_are_told_where_they_matter(technique: Technique, state: PortState, reason: Reason) -> None:
    """No sentence speaks of the technique's own probe where --scanflags sent another."""
    info = TECHNIQUES[technique]
    verdict = Verdict("10.0.0.1", info.protocol, 80, state, reason, 2, None, None, None)
    plain, told = explain(technique, verdict), explain(technique, verdict, 0x28)
    matter = info.protocol is Protocol.TCP and info.needs_raw and reason in (Reason.RESET, Reason.NO_RESPONSE)
    assert (plain != told) == matter
    if matter:
        assert "URG,PSH (--scanflags)" in told.meaning
        assert f"as {state.label};" in told.meaning
        assert not re.search("SYN|FIN|ACK", told.meaning.replace(info.title, ""))
    pending = Verdict("10.0.0.1", info.protocol, 80, PortState.UNTRIED, Reason.NONE, 1, None, None, None)
    assert ("URG,PSH" in explain(technique, pending, 0x28).text) == (info.protocol is Protocol.TCP and info.needs_raw)
