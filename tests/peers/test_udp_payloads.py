"""Every UDP payload is what it is meant to be: tshark's dissection, and by hand where tshark knows no dissector."""

import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from scapy.compat import raw
from scapy.layers.inet import IP, UDP
from scapy.packet import Raw

from tests.namespaces import run
from tui_scan.engine.techniques.payloads import PAYLOADS
from tui_scan.engine.techniques.payloads_services import WDB_PING

RAW_IP = 101
"""LINKTYPE_RAW: packets begin with their IP header."""
TOLD = {
    7: ("echo: Request",),
    53: ("dns: Server status request 0x7c53", "dns: Standard query 0x7c53 TXT version.bind"),
    69: ("tftp: Read Request, File: tui_scan, Transfer type: octet",),
    80: ("quic: Initial",),
    111: ("rpc: V2 NULL Call",),
    123: ("ntp: NTP Version 4, client", "ntp: NTP Version 2, control"),
    137: ("nbns: Name query NBSTAT *",),
    161: ("snmp: get-next-request 1.3.6.1.2.1", "snmp: get-request"),
    177: ("xdmcp: Query",),
    389: ('cldap: searchRequest(1) "<ROOT>" baseObject',),
    427: ("srvloc: Service Request, V2",),
    443: ("dtls: Client Hello", "quic: Initial"),
    500: ("isakmp: Identity Protection (Main Mode)", "isakmp: IKE_SA_INIT MID=00 Initiator Request"),
    520: ("rip: Request", "rip: Request"),
    623: ("rmcp:asf: Presence Ping", "rmcp:ipmi_session: Session ID 0x0"),
    1194: ("openvpn: MessageType: P_CONTROL_HARD_RESET_CLIENT_V2",),
    1645: ("radius: Access-Request",),
    1701: ("l2tp: Control Message - SCCRQ",),
    1812: ("radius: Access-Request",),
    1900: ("ssdp: M-SEARCH * HTTP/1.1",),
    2049: ("rpc: V3 NULL Call",),
    2123: ("gtp: Echo request", "gtp:gtpv2: Echo Request"),
    2152: ("gtp: Echo request",),
    3478: ("stun: Binding Request",),
    4500: ("udpencap:isakmp: Identity Protection", "udpencap:isakmp: IKE_SA_INIT"),
    5060: ("sip: Request: OPTIONS",),
    5351: ("portcontrol: External Address Request", "portcontrol: Announce Request"),
    5353: ('mdns: Standard query 0x0000 PTR _services._dns-sd._udp.local, "QU" question',),
    5355: ("llmnr: Standard query 0x7c53 A localhost",),
    5683: ("coap: CON, MID:31827, GET, /.well-known/core",),
    6881: ("bt-dht: BitTorrent DHT",),
    11211: ("memcache: ",),
    17185: ("rpc: V1 proc-0 Call",),
    47808: ("bvlc:bacnet:bacapp: Confirmed-REQ   readProperty",),
}
"""What tshark calls each payload of a port: the protocols above UDP, and how its summary begins."""
UNKNOWN = {3283, 3702, 5632, 27015, 33848, 64738}
"""Ports whose protocols tshark does not dissect."""


def dissected(tshark: str, file: Path) -> dict[int, list[tuple[str, str, str]]]:
    """By port, of each payload: the protocols above UDP, what is malformed in it, the summary."""
    ports: list[int] = []
    records: list[bytes] = []
    for port, payloads in PAYLOADS.items():
        for payload in payloads:
            source = f"192.0.2.{len(ports)}"  # a conversation of its own, lest a payload is taken for a repetition
            packet = raw(IP(src=source, dst="198.51.100.1") / UDP(sport=40_000 + len(ports), dport=port) / Raw(payload))
            records.append(struct.pack("=IIII", 0, len(ports), len(packet), len(packet)) + packet)
            ports.append(port)
    file.write_bytes(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP) + b"".join(records))
    fields = ("frame.protocols", "_ws.malformed", "_ws.col.Info")
    wanted = [word for field in fields for word in ("-e", field)]
    known = ["-o", "rpc.dissect_unknown_programs:TRUE"]
    told = run(tshark, "-n", *known, "-r", str(file), "-T", "fields", *wanted).splitlines()
    found: dict[int, list[tuple[str, str, str]]] = {}
    for port, line in zip(ports, told, strict=True):
        protocols, malformed, info = line.split("\t")
        found.setdefault(port, []).append((protocols.removeprefix("raw:ip:udp:"), malformed, info))
    return found


def test_tshark_knows_every_payload(peer: Callable[[str], str], tmp_path: Path) -> None:
    found = dissected(peer("tshark"), tmp_path / "payloads.pcap")
    assert {*TOLD, *UNKNOWN} == {*PAYLOADS} == {*found}
    for port, told in found.items():
        assert not any(malformed for _, malformed, _ in told), port
        if port in UNKNOWN:
            assert {protocols for protocols, _, _ in told} == {"data"}, port
            continue
        seen = [f"{protocols.removesuffix(':data')}: {info}" for protocols, _, info in told]
        assert [one.startswith(wanted) for one, wanted in zip(seen, TOLD[port], strict=True)] == [True] * len(seen), (
            seen
        )


def test_payloads_that_tshark_does_not_know() -> None:
    assert PAYLOADS[3283] == (bytes((0, 0x14, 0, 0)),)
    assert PAYLOADS[5632] == (b"NQ", b"ST")
    assert PAYLOADS[27015] == (b"\xff\xff\xff\xffTSource Engine Query\0",)
    assert [len(payload) for payload in (*PAYLOADS[33848], *PAYLOADS[64738])] == [1, 12]
    envelope = ET.fromstring(PAYLOADS[3702][0])
    assert [part.tag.partition("}")[2] for part in envelope.iter()] == [
        "Envelope",
        "Header",
        "MessageID",
        "To",
        "Action",
        "Body",
        "Probe",
    ]


def test_the_vxworks_agent_would_take_its_call() -> None:
    """All 16-bit words behind the transaction make its checksum whole, carries included; the length is the rest's."""
    total = sum(struct.unpack(f">{(len(WDB_PING) - 4) // 2}H", WDB_PING[4:])) - 0xFFFF
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    assert total == 0xFFFF
    assert struct.unpack(">I", WDB_PING[44:48])[0] == len(WDB_PING) - 4


@pytest.mark.parametrize("port", [80, 443])
def test_a_quic_server_may_answer(port: int) -> None:
    """Version negotiation is begun by a datagram of 1,200 bytes in a version that is reserved (RFC 9000 §14.1, §15)."""
    packet = PAYLOADS[port][-1]
    assert len(packet) == 1200
    assert all(byte & 0x0F == 0x0A for byte in packet[1:5])
    assert packet[0] & 0xC0 == 0xC0
