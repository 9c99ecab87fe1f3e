"""The tree of a packet's fields: each takes the bytes that tshark gives it, and no byte breaks it."""

import pathlib
import random
import struct
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator

import pytest
from scapy.layers.dns import DNS, DNSQR
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_RR
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6
from scapy.layers.sctp import SCTP, SCTPChunkAbort, SCTPChunkInit

from tui_scan.exchange.field_tree import Field, field_at, flattened
from tui_scan.exchange.fields import fields
from tui_scan.model.packets import Origin, Packet

RAW_IP = 101
NAMES = {
    "IP": "ip",
    "IP.version": "ip.version",
    "IP.ihl": "ip.hdr_len",
    "IP.tos": "ip.dsfield",
    "IP.len": "ip.len",
    "IP.id": "ip.id",
    "IP.flags": "ip.flags",
    "IP.frag": "ip.frag_offset",
    "IP.ttl": "ip.ttl",
    "IP.proto": "ip.proto",
    "IP.chksum": "ip.checksum",
    "IP.src": "ip.src",
    "IP.dst": "ip.dst",
    "IPv6": "ipv6",
    "IPv6.version": "ip.version",
    "IPv6.plen": "ipv6.plen",
    "IPv6.nh": "ipv6.nxt",
    "IPv6.hlim": "ipv6.hlim",
    "IPv6.src": "ipv6.src",
    "IPv6.dst": "ipv6.dst",
    "TCP": "tcp",
    "TCP.sport": "tcp.srcport",
    "TCP.dport": "tcp.dstport",
    "TCP.seq": "tcp.seq",
    "TCP.ack": "tcp.ack",
    "TCP.dataofs": "tcp.hdr_len",
    "TCP.flags": "tcp.flags",
    "TCP.window": "tcp.window_size_value",
    "TCP.chksum": "tcp.checksum",
    "TCP.urgptr": "tcp.urgent_pointer",
    "TCP.options": "tcp.options",
    "TCP.option.1": "tcp.options.nop",
    "TCP.option.2": "tcp.options.mss",
    "TCP.option.3": "tcp.options.wscale",
    "TCP.option.4": "tcp.options.sack_perm",
    "TCP.option.8": "tcp.options.timestamp",
    "UDP": "udp",
    "UDP.sport": "udp.srcport",
    "UDP.dport": "udp.dstport",
    "UDP.len": "udp.length",
    "UDP.chksum": "udp.checksum",
    "ICMP.type": "icmp.type",
    "ICMP.code": "icmp.code",
    "ICMP.chksum": "icmp.checksum",
    "ICMPv6.type": "icmpv6.type",
    "ICMPv6.code": "icmpv6.code",
    "ICMPv6.cksum": "icmpv6.checksum",
    "SCTP.sport": "sctp.srcport",
    "SCTP.dport": "sctp.dstport",
    "SCTP.tag": "sctp.verification_tag",
    "SCTP.chksum": "sctp.checksum",
    "SCTPChunkInit.type": "sctp.chunk_type",
    "SCTPChunkInit.len": "sctp.chunk_length",
    "SCTPChunkInit.init_tag": "sctp.init_initiate_tag",
    "SCTPChunkInit.a_rwnd": "sctp.init_credit",
    "SCTPChunkInit.init_tsn": "sctp.init_initial_tsn",
    "DNS": "dns",
    "DNS.id": "dns.id",
    "DNS.qdcount": "dns.count.queries",
    "DNSQR.qname": "dns.qry.name",
    "DNSQR.qtype": "dns.qry.type",
    "DNSQR.qclass": "dns.qry.class",
}
"""tshark's names of fields by scapy's."""

WIDER = {"IPv6.version", "IP.version", "IPv6"}
"""Fields smaller than a byte of which tshark gives the word around them, and what it counts extensions into."""


def many(chance: random.Random) -> dict[str, Packet]:
    """Packets of every kind that scans see, by name."""
    options = [
        ("MSS", 1460),
        ("SAckOK", b""),
        ("Timestamp", (chance.randrange(1 << 32), 5)),
        ("NOP", None),
        ("WScale", 7),
    ]
    four, six = IP(src="10.0.0.1", dst="10.0.0.2"), IPv6(src="fd00::1", dst="fd00::2")
    back, back6 = IP(src="10.0.0.9", dst="10.0.0.1"), IPv6(src="fd00::9", dst="fd00::1")
    ports = {"sport": chance.randrange(40000, 50000), "dport": chance.randrange(1, 1024)}
    probe = TCP(**ports, flags="S", seq=chance.randrange(1 << 32), options=options)
    quoted = bytes(four / probe)[:28]
    layers = {
        "TCP with options": four / probe,
        "TCP with data": four / TCP(**ports, flags="PA") / chance.randbytes(chance.randrange(1, 40)),
        "TCP without options": four / TCP(**ports, flags="R"),
        "TCP behind IPv4 options": IP(dst="10.0.0.2", options=IPOption_RR(routers=["0.0.0.0"] * 2)) / probe,
        "TCP over IPv6": six / probe,
        "UDP": four / UDP(sport=ports["sport"], dport=9) / chance.randbytes(10),
        "UDP with a question": four / UDP(sport=ports["sport"], dport=53) / DNS(qd=DNSQR(qname="www.example")),
        "ICMP error": back / ICMP(type=3, code=13) / four / probe,
        "ICMP error that quotes eight bytes": back / ICMP(type=3, code=1) / quoted,
        "ICMP error about UDP": back / ICMP(type=3, code=3) / four / UDP(sport=ports["sport"], dport=9) / b"0123",
        "ICMPv6 error": back6 / ICMPv6DestUnreach(code=1) / six / probe,
        "SCTP": four / SCTP(sport=ports["sport"], dport=3868) / SCTPChunkInit(init_tag=7, a_rwnd=9, init_tsn=3),
        "SCTP abort": four / SCTP(sport=3868, dport=ports["sport"]) / SCTPChunkAbort(),
    }
    made = {name: bytes(layer) for name, layer in layers.items()}
    return {
        name: Packet(number * 1000, Origin.TARGET, data, len(data)) for number, (name, data) in enumerate(made.items())
    }


def pdml(path: str, packets: list[Packet], folder: pathlib.Path) -> list[ElementTree.Element]:
    """What tshark says of each packet, with the place of every field."""
    capture = folder / "fields.pcap"
    data = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP)
    for packet in packets:
        data += struct.pack("=IIII", 0, packet.time_ns // 1000, len(packet.data), packet.wire_length) + packet.data
    capture.write_bytes(data)
    command = [path, "-n", "-r", str(capture), "-T", "pdml"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180).stdout
    return ElementTree.fromstring(text).findall("packet")


def places(packet: ElementTree.Element) -> Iterator[tuple[str, int, int]]:
    """Name, first byte and end of every field and layer."""
    for part in packet.iter():
        if part.tag in ("proto", "field") and part.get("size") is not None:
            first = int(part.get("pos", "0"))
            yield part.get("name", ""), first, first + int(part.get("size", "0"))


def test_every_field_takes_the_bytes_that_tshark_gives_it(
    peer: Callable[[str], str], chance: random.Random, tmp_path: pathlib.Path
) -> None:
    packets = many(chance)
    read = pdml(peer("tshark"), list(packets.values()), tmp_path)
    compared = set()
    for (name, packet), one in zip(packets.items(), read, strict=True):
        known = set(places(one))
        for _, field in flattened(fields(packet)):
            theirs = {(first, end) for theirs, first, end in known if theirs == NAMES.get(field.key)}
            if field.key not in NAMES or field.key in WIDER:
                continue
            assert (field.start, field.end) in theirs, (name, field, theirs)
            compared.add(field.key)
    assert compared == NAMES.keys() - WIDER, NAMES.keys() - WIDER - compared


@pytest.mark.parametrize("name", sorted(many(random.Random(1))))
def test_the_layers_take_all_bytes_and_the_fields_all_of_their_layer(name: str, chance: random.Random) -> None:
    packet = many(chance)[name]
    tree = fields(packet)
    assert [layer.start for layer in tree[1:]] == [layer.end for layer in tree[:-1]]
    assert (tree[0].start, tree[-1].end) == (0, len(packet.data))
    for layer in tree:
        covered = {at for part in layer.children for at in range(part.start, part.end)}
        assert covered == set(range(layer.start, layer.end)) or not layer.children
    for offset in range(len(packet.data)):
        found = field_at(tree, offset)
        assert found is not None and found.start <= offset < found.end
        assert not found.children or all(not part.start <= offset < part.end for part in found.children)


def shown(name: str) -> dict[str, str]:
    return {field.name: field.value for _, field in flattened(fields(many(random.Random(1))[name]))}


def test_values_are_said_as_a_person_says_them() -> None:
    said = shown("TCP with options")
    assert said["flags"] == "0x002 (SYN)"
    assert said["data offset"] == "10 (40 bytes)"
    assert said["maximum segment size"] == "1460"
    assert said["protocol"] == "6 (tcp)"
    assert shown("UDP with a question")["destination port"] == "53 (domain)"
    assert shown("ICMP error")["code"].startswith("13 (")
    assert "quoted: Internet Protocol version 4" in shown("ICMP error")
    assert shown("SCTP")["chunk INIT"] == "20 bytes"


def test_what_was_not_kept_is_said() -> None:
    whole = many(random.Random(1))["TCP with data"]
    tree = fields(Packet(0, Origin.TARGET, whole.data[:41], whole.wire_length))
    assert tree[-1].value == f"{whole.wire_length - 41} bytes" and tree[-1].name == "not kept"


def test_no_bytes_break_it(chance: random.Random) -> None:
    packets = list(many(chance).values())
    for _ in range(400):
        data = bytearray(chance.choice(packets).data[: chance.randrange(80)])
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        tree: tuple[Field, ...] = fields(Packet(0, Origin.TARGET, bytes(data), len(data)))
        covered = {at for layer in tree for at in range(layer.start, layer.end)}
        assert covered == set(range(len(data))), bytes(data).hex()
        assert all(0 <= one.start <= one.end <= len(data) for _, one in flattened(tree)), bytes(data).hex()
