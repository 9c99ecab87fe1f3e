"""pcapng files: every packet, time, direction and comment comes back as it went in, in the order of time."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import ARP
from scapy.utils import RawPcapNgReader

from tests.rebuilt import built_by
from tests.ui.filled_scans import answer, made_scan
from tests.ui.packets import BEGAN_NS, capture_syns, kernel_reset, probe, received, sent, syn_ack
from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import Capture
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.engine.watched import Shown, Watched, true_lengths
from tui_scan.model.packets import Origin
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.report.pcapng import COOKED, RAW, interface, packet, section
from tui_scan.report.pcapng_scan import lacking, write_pcapng
from tui_scan.report.run import Run

COMMENTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50)
Line = tuple[int, bytes, int, bool, str]


def lines(data: bytes) -> list[Line]:
    """What scapy reads: time in nanoseconds, bytes, true length, whether it left, comment."""
    found = []
    for content, meta in RawPcapNgReader(io.BytesIO(data)):
        assert meta.tsresol == 1_000_000_000
        time_ns = (meta.tshigh << 32) + meta.tslow
        (comment,) = meta.comments
        found.append((time_ns, content, meta.wirelen, meta.direction == 2, comment.decode()))
    return found


@given(st.lists(st.tuples(st.integers(0, 2**63), st.binary(max_size=99), st.integers(0, 9), st.booleans(), COMMENTS)))
def test_what_is_written_is_read(packets: list[Line]) -> None:
    data = section("tui_scan 1", "Linux", "a comment") + interface("any", RAW)
    for time_ns, content, more, out, comment in packets:
        data += packet(0, time_ns, content, len(content) + more, out=out, comment=comment.encode())
    assert len(data) % 4 == 0
    assert lines(data) == [(t, content, len(content) + more, out, said) for t, content, more, out, said in packets]


def test_a_section_says_who_wrote_it() -> None:
    data = section("tui_scan 1.2", "Linux 6", "tui-scan scan ::1") + interface("eth0", COOKED)
    assert data.startswith(bytes([0x0A, 0x0D, 0x0D, 0x0A]))
    for word in (b"tui_scan 1.2", b"Linux 6", b"tui-scan scan ::1", b"eth0"):
        assert word in data


def told_scan() -> Scan:
    """Two ports: one half-open with the kernel's reset, one silent in two tries."""
    scan = made_scan("22,23")
    capture = capture_syns(scan)
    answer(scan, [0], PortState.OPEN, Reason.SYN_ACK)
    answer(scan, [1], PortState.FILTERED, Reason.NO_RESPONSE)
    sent(capture, 0, 0)
    sent(capture, 1, 5)
    received(capture, 0, Origin.KERNEL, kernel_reset(22), 420)
    received(capture, 0, Origin.TARGET, syn_ack(22), 412)
    sent(capture, 1, 900_000, tries=2)
    return scan


def written(scan: Scan, shown: tuple[Shown, ...] = ()) -> bytes:
    out = io.BytesIO()
    run = Run(scan, "tui-scan scan 127.0.0.1", Phase.FINISHED)
    assert write_pcapng(run, out, shown) == len(lines(out.getvalue()))
    return out.getvalue()


def test_packets_come_in_the_order_of_time_and_say_what_they_are() -> None:
    found = lines(written(told_scan()))
    assert [(time_ns - BEGAN_NS) // 1000 for time_ns, *_ in found] == [0, 5, 412, 420, 900_000]
    assert [content for _, content, *_ in found] == [
        bytes(one) for one in (probe(22), probe(23), syn_ack(22), kernel_reset(22), probe(23, 2))
    ]
    assert [out for *_, out, _ in found] == [True, True, False, True, True]
    comments = [comment for *_, comment in found]
    assert (
        comments[0] == "22/tcp on 127.0.0.1 by the TCP SYN scan, try 1: sent by this program. Verdict: open (syn-ack)."
    )
    assert "from the target" in comments[2]
    assert "own kernel" in comments[3]
    assert comments[4].startswith("23/tcp on 127.0.0.1 by the TCP SYN scan, try 2: ")
    assert comments[4].endswith("Verdict: filtered (no-response).")


def test_packets_of_a_spooled_capture_are_all_there() -> None:
    scan = told_scan()
    whole = written(scan)
    for log in scan.captures[scan.columns.techniques[0]].logs:  # type: ignore[union-attr]
        if log.count:
            log.spool(1 << 20)
    assert written(scan) == whole


def test_tries_without_a_verdict_and_canaries_say_so() -> None:
    scan = made_scan("22")
    capture = capture_syns(scan)
    sent(capture, 0, 0)
    sent(capture, 0, 10, tries=17)
    (_, _, _, _, first), (_, _, _, _, second) = lines(written(scan))
    assert first.endswith("No verdict yet.")
    assert "canary" in second


def test_a_packet_that_several_ports_share_is_written_once() -> None:
    """An idle scan looks at its zombie before and after a group of ports."""
    scan = made_scan("22,23", Technique.IDLE)
    look = bytes(IP(src="127.0.0.1", dst="127.0.0.2") / TCP(flags="SA"))
    capture = Capture(built_by(lambda *_: look), lambda cells: np.zeros(len(cells), np.bool_))
    scan.captures[Technique.IDLE] = capture
    capture.note_sent(np.array([0, 1]), 1, np.array([BEGAN_NS, BEGAN_NS]))
    capture.note_sent(np.array([0, 1]), 2, np.array([BEGAN_NS + 5, BEGAN_NS + 5]))
    found = lines(written(scan))
    assert [(time_ns - BEGAN_NS, data) for time_ns, data, *_ in found] == [(0, look), (5, look)]
    assert found[0][-1].startswith("22/tcp and the ports asked together with it on 127.0.0.1 ")


def test_discovery_is_written_too_and_shown_to_whoever_watched_before() -> None:
    scan, before = told_scan(), []
    scan.watch = lambda out, packets, times: before.append(out)
    watched = Watched(scan)
    ask = bytes(ARP(op=1, hwsrc="02:00:00:00:00:01", psrc="10.0.0.1", pdst="10.0.0.2"))
    echo = bytes(IP(src="10.0.0.2", dst="10.0.0.1") / TCP(flags="RA"))
    assert scan.watch is not None
    for out, content, at in ((True, ask, -20), (False, echo, -10)):
        padded = np.frombuffer(content + bytes(192 - len(content)), np.uint8)[None, :]
        scan.watch(out, padded, np.array([BEGAN_NS + at]))
    assert before == [True, False]
    found = lines(written(scan, tuple(watched.shown)))
    assert found[0][1] == b"\0\4\0\1\0\6" + bytes.fromhex("020000000001") + b"\0\0\x08\x06" + ask
    assert found[1][1] == echo
    assert [comment.split(":")[0] for *_, comment in found[:2]] == ["Discovery, a trace or a look at the zombie"] * 2


def test_lengths_are_those_of_the_headers() -> None:
    six = b"\x60" + bytes(4) + bytes([8, 58]) + bytes(50)
    four = b"\x45" + bytes([0, 1, 2]) + bytes(53)
    assert true_lengths(np.stack([np.frombuffer(one, np.uint8) for one in (six, four)])).tolist() == [48, 258]


def test_a_scan_without_packets_is_a_valid_file() -> None:
    out = io.BytesIO()
    assert write_pcapng(Run(made_scan("22"), "x", Phase.FINISHED), out) == 0
    assert lines(out.getvalue()) == []


def test_what_the_kernel_sent_is_said_to_be_missing() -> None:
    scan = made_scan("22")
    assert lacking(scan, 0) == ["The pcapng file holds no packet: none of this scan was seen."]
    assert lacking(scan, 1) == []
    scan.captures[Technique.CONNECT] = CallLog("connect()", "connect()")
    (told,) = lacking(scan, 5)
    assert "lacks the packets of the TCP connect scan (-sT)" in told
    assert lacking(scan, 0)[1:] == [told]


@pytest.mark.parametrize("asked", [None, "lo"])
def test_the_interface_is_named(asked: str | None) -> None:
    scan = told_scan()
    scan.plan = replace(scan.plan, request=replace(scan.request, interface=asked))
    assert (asked or "any").encode() in written(scan)
    assert isinstance(scan.captures[scan.columns.techniques[0]], Capture)
