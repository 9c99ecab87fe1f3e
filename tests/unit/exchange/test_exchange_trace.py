"""Each captured packet becomes one line, once, in order, and no more of them than was agreed."""

import ipaddress
import random

import numpy as np
import pytest

from tests.made_runs import made_scan
from tests.rebuilt import built_by
from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import Capture
from tui_scan.engine.packetlog import RECEIVED
from tui_scan.engine.rowlog import RowLog
from tui_scan.exchange.trace import Trace, ends, ip_words
from tui_scan.model.techniques import Technique

SYN = Technique.SYN


def ipv4(source: str, target: str, protocol: int, body: bytes) -> bytes:
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed
    return bytes([0x45, 0, 0, 20 + len(body), 0, 0, 0, 0, 64, protocol, 0, 0]) + addresses + body


def test_the_ends_of_a_packet() -> None:
    ports = (40000).to_bytes(2) + (22).to_bytes(2) + bytes(16)
    assert ends(ipv4("10.0.0.1", "10.0.0.2", 6, ports)) == "TCP 10.0.0.1:40000 > 10.0.0.2:22"
    assert ends(ipv4("10.0.0.2", "10.0.0.1", 1, bytes(8))) == "ICMP 10.0.0.2 > 10.0.0.1"
    assert ends(ipv4("10.0.0.2", "10.0.0.1", 47, b"")) == "protocol 47 10.0.0.2 > 10.0.0.1"
    six = b"\x60" + bytes(5) + b"\x11\x40" + bytes(15) + b"\x01" + bytes(15) + b"\x02" + ports
    assert ends(six) == "UDP [::1]:40000 > [::2]:22"


def test_the_ip_header_of_a_packet() -> None:
    plain = bytearray(ipv4("10.0.0.1", "10.0.0.2", 6, bytes(20)))
    plain[4:6] = (4711).to_bytes(2)
    assert ip_words(bytes(plain)) == "id=4711 iplen=40"
    options = bytes([0x47]) + bytes(plain[1:20]) + bytes([1, 7, 3, 4, 68, 4, 5, 0])
    assert ip_words(options) == "id=4711 iplen=40 ip-options=nop,record-route,timestamp"
    assert ip_words(b"\x60" + bytes(3) + (20).to_bytes(2) + bytes(34)) == "iplen=60"


def test_damaged_packets_are_told_too() -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    for _ in range(300):
        data = bytes([dice.choice([0x45, 0x4F, 0x60, 0, dice.randrange(256)])]) + dice.randbytes(dice.randrange(60))
        assert isinstance(ends(data), str), f"seed {seed}"
        assert isinstance(ip_words(data), str), f"seed {seed}"
    assert ends(b"") == ""


def test_lines_come_once_in_order_and_are_bounded() -> None:
    scan = made_scan(["10.0.0.1"], "1-9", SYN)
    capture = scan.captures[SYN] = Capture(
        built_by(lambda cell, *_: ipv4("10.0.0.9", "10.0.0.1", 6, bytes([0, 9, 0, cell + 1]) + bytes(16))),
        lambda cells: np.zeros(len(cells), np.bool_),
    )
    trace = Trace(scan, most=5)
    assert trace.lines() == []
    started = scan.started_ns
    capture.note_sent(np.array([1, 0]), 1, np.array([started + 2_000_000, started + 1_000_000]))
    rows = np.zeros(1, RECEIVED)
    data = ipv4("10.0.0.1", "10.0.0.9", 6, bytes([0, 1, 0, 9]) + bytes(16))
    rows["cell"], rows["try"], rows["origin"], rows["time_ns"] = 0, 1, 1, started + 1_500_000
    rows["length"], rows["wire"] = len(data), len(data)
    rows["data"][0, : len(data)] = np.frombuffer(data, np.uint8)
    capture.note_received(rows)
    first = trace.lines()
    assert [line.split()[0] for line in first] == ["SENT", "RCVD", "SENT"]
    assert [line.split()[1] for line in first] == ["(0.0010s)", "(0.0015s)", "(0.0020s)"]
    assert "10.0.0.9:9 > 10.0.0.1:1 " in first[0]
    assert trace.lines() == []
    capture.note_sent(np.arange(2, 9), 1, np.full(7, started + 3_000_000))
    rest = trace.lines()
    assert len(rest) == 3
    assert "last packet that is told" in rest[-1]
    assert trace.lines() == []


def test_calls_are_lines_too() -> None:
    scan = made_scan(["10.0.0.1"], "7", Technique.CONNECT)
    log = scan.captures[Technique.CONNECT] = CallLog("connect()", "connect()")
    log.note([(0, 1, scan.started_ns + 1, scan.started_ns + 5_000_000, 111, "")])
    assert Trace(scan).lines() == [
        "CALL (0.0000s) 10.0.0.1:7/tcp connect() sent",
        "CALL (0.0050s) 10.0.0.1:7/tcp connect() ECONNREFUSED",
    ]


@pytest.mark.parametrize("pieces", [[1], [3, 5, 4], [5000, 2, 9000, 1]])
def test_a_log_gives_the_rows_since_a_number(pieces: list[int]) -> None:
    log = RowLog([("cell", "u4")])
    number = 0
    for size in pieces:
        rows = np.zeros(size, log.dtype)
        rows["cell"] = np.arange(number, number + size)
        log.append(rows)
        number += size
    for start in {0, 1, number // 2, number - 1, number, number + 5}:
        for most in (1, 7, number + 1):
            assert log.since(start, most)["cell"].tolist() == list(range(number))[start : start + most]


def test_watched_packets_are_bounded_too() -> None:
    scan = made_scan(["10.0.0.1"], "1", SYN)
    trace = Trace(scan, most=3)
    assert scan.watch is not None
    padded = np.zeros((2, 192), np.uint8)
    packet = ipv4("10.0.0.1", "10.0.0.9", 1, bytes([8, 0, 0, 0, 0, 0, 0, 0]))
    padded[:, : len(packet)] = np.frombuffer(packet, np.uint8)
    for _ in range(4):
        scan.watch(False, padded, np.full(2, scan.started_ns + 1_000_000))
    lines = trace.lines()
    assert len(lines) == 4
    assert all(line.startswith("RCVD (0.0010s) ICMP 10.0.0.1 > 10.0.0.9 ") for line in lines[:3])
    assert trace.lines() == []
