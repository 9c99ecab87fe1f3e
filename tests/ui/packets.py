"""Packets of a SYN scan, built by scapy, entered into a scan's capture as the engine would."""

import numpy as np
from scapy.layers.inet import ICMP, IP, TCP
from scapy.packet import Packet as Layer

from tests.rebuilt import built_by
from tui_scan.engine.capture import ORIGIN_NUMBER, Capture
from tui_scan.engine.packetlog import RECEIVED, WIDTH
from tui_scan.engine.scan import Scan
from tui_scan.model.packets import Origin
from tui_scan.model.techniques import Technique

BEGAN_NS = 1_800_000_000_000_000_000
ISN, PEER_ISN, SOURCE_PORT = 1000, 77_000, 40_000


def capture_syns(scan: Scan) -> Capture:
    """Give the scan a capture whose probes are SYNs from 127.0.0.1."""

    def rebuild(cell: int, tries: int, _part: int) -> bytes:
        port = int(scan.columns.port[cell % scan.columns.count])
        return bytes(probe(port, tries))

    capture = Capture(built_by(rebuild), lambda cells: np.zeros(len(cells), np.bool_))
    scan.captures[Technique.SYN] = capture
    scan.started_ns = BEGAN_NS
    return capture


def probe(port: int, tries: int = 1) -> Layer:
    """The SYN of a try."""
    segment = TCP(sport=SOURCE_PORT + tries, dport=port, flags="S", seq=ISN, window=1024, options=[("MSS", 1460)])
    return IP(src="127.0.0.1", dst="127.0.0.1", ttl=64) / segment


def syn_ack(port: int) -> Layer:
    """A listener's answer to the first SYN."""
    segment = TCP(
        sport=port,
        dport=SOURCE_PORT + 1,
        flags="SA",
        seq=PEER_ISN,
        ack=ISN + 1,
        window=65495,
        options=[("MSS", 65495)],
    )
    return IP(src="127.0.0.1", dst="127.0.0.1", ttl=64) / segment


def kernel_reset(port: int) -> Layer:
    """What the scanner's own kernel says to the answer."""
    segment = TCP(sport=SOURCE_PORT + 1, dport=port, flags="R", seq=ISN + 1, window=0)
    return IP(src="127.0.0.1", dst="127.0.0.1", ttl=64) / segment


def prohibited(port: int, router: str) -> Layer:
    """A router's ICMP error (type 3, code 13) that quotes the first SYN."""
    return IP(src=router, dst="127.0.0.1", ttl=63) / ICMP(type=3, code=13) / probe(port)


def sent(capture: Capture, cell: int, after_us: int = 0, tries: int = 1) -> None:
    """Note that a try left."""
    times = np.array([BEGAN_NS + after_us * 1000], np.int64)
    capture.note_sent(np.array([cell], np.int64), tries, times)


def received(capture: Capture, cell: int, origin: Origin, packet: Layer, after_us: int) -> None:
    """Note that a packet was seen."""
    data = bytes(packet)
    row = np.zeros(1, RECEIVED)
    row["cell"], row["try"], row["origin"] = cell, 1, ORIGIN_NUMBER[origin]
    row["length"], row["wire"], row["time_ns"] = len(data), len(data), BEGAN_NS + after_us * 1000
    row["data"][0, : len(data)] = np.frombuffer(data[:WIDTH], np.uint8)
    capture.note_received(row)
