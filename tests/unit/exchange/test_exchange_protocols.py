"""SCTP packets and IP protocols told in words."""

import pytest
from scapy.compat import raw
from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6ParamProblem, IPv6
from scapy.layers.sctp import SCTP, SCTPChunkAbort, SCTPChunkCookieEcho, SCTPChunkInit, SCTPChunkInitAck
from scapy.packet import Packet as Layers
from scapy.packet import Raw

from tui_scan.exchange.decode import decode
from tui_scan.exchange.explain import explain
from tui_scan.exchange.steps import Step
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.model.verdict import Verdict


def told(layers: Layers, cut: int | None = None) -> Step:
    data = raw(layers)
    return decode(Packet(0, Origin.TARGET, data[:cut], len(data)), 0.0)


@pytest.mark.parametrize("head", [IP(), IPv6()])
@pytest.mark.parametrize(
    ("chunk", "summary", "options", "length"),
    [
        (SCTPChunkInit(init_tag=0x1234), "SCTP INIT", "vtag=0x0000abcd itag=0x00001234", 20),
        (SCTPChunkInitAck(init_tag=0x1234), "SCTP INIT-ACK", "vtag=0x0000abcd itag=0x00001234", 20),
        (SCTPChunkAbort(), "SCTP ABORT", "vtag=0x0000abcd", 4),
        (SCTPChunkAbort(TCB=1), "SCTP ABORT", "vtag=0x0000abcd tag reflected", 4),
        (SCTPChunkCookieEcho(cookie=b"1234"), "SCTP COOKIE-ECHO", "vtag=0x0000abcd", 8),
        (Raw(b"\xc0\0\0\4"), "SCTP chunk 192", "vtag=0x0000abcd", 4),
    ],
)
def test_sctp_packets(head: Layers, chunk: Layers, summary: str, options: str, length: int) -> None:
    step = told(head / SCTP(sport=80, dport=61000, tag=0xABCD) / chunk)
    assert (step.summary, step.options, step.payload_length) == (summary, options, length)


def test_damaged_sctp_is_told_too() -> None:
    packet = IP(proto=132) / Raw(b"\0\x50")
    assert told(packet).summary == "SCTP, 2 bytes that cannot be read"
    assert told(IP() / SCTP() / SCTPChunkInit(), cut=36).summary == "SCTP INIT"


@pytest.mark.parametrize(
    ("packet", "summary", "note"),
    [
        (IP(proto=47), "IP protocol 47 (gre)", "an empty packet"),
        (IP(proto=2) / Raw(b"12345678"), "IP protocol 2 (igmp)", ""),
        (IPv6(nh=150), "IP protocol 150", "an empty packet"),
    ],
)
def test_other_protocols(packet: Layers, summary: str, note: str) -> None:
    step = told(packet)
    assert (step.summary, step.note) == (summary, note)


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (IP() / ICMP(type=3, code=2) / IP(proto=47), "quotes IP protocol 47 (gre)"),
        (IP() / ICMP(type=3, code=2) / IP() / SCTP(dport=3868), "quotes SCTP to port 3868"),
        (IP() / ICMP(type=3, code=3) / IP() / TCP(dport=80), "quotes TCP to port 80"),
        (IPv6() / ICMPv6ParamProblem(code=1) / IPv6(nh=47), "quotes IP protocol 47 (gre)"),
        (IPv6() / ICMPv6DestUnreach(code=1) / IPv6() / SCTP(dport=3868), "quotes SCTP to port 3868"),
    ],
)
def test_what_an_error_quotes(error: Layers, note: str) -> None:
    assert told(error).note == note


@pytest.mark.parametrize("state", [PortState.OPEN, PortState.CLOSED, PortState.FILTERED, PortState.OPEN_FILTERED])
def test_an_ip_protocol_is_not_called_a_port(state: PortState) -> None:
    reason = Reason.NO_RESPONSE if state is PortState.OPEN_FILTERED else Reason.PROTO_UNREACH
    verdict = Verdict("10.0.0.1", Protocol.IP, 47, state, reason, 1, None, 64)
    words = explain(Technique.IP_PROTOCOL, verdict).text.replace("ICMP port unreachable", "").split()
    assert words
    assert "port" not in words
    untried = Verdict("10.0.0.1", Protocol.IP, 47, PortState.UNTRIED, Reason.NONE, 0, None, None)
    assert explain(Technique.IP_PROTOCOL, untried).answer == "No probe was sent to this protocol."
