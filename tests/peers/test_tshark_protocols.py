"""What a protocol scan and the SCTP scans put on the wire, as tshark reads it at the target."""

import pathlib
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.namespaces import Link, inside, link
from tests.scans import scanned
from tui_scan.model.techniques import Technique

ETHERNET = 1
"""LINKTYPE_ETHERNET."""
OPTIONS = ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "sctp.checksum:CRC 32c")
CHECKSUMS = ("ip", "tcp", "udp", "icmp", "igmp", "icmpv6", "sctp")
GOOD = "1"
Row = dict[str, str]


@pytest.fixture(scope="module")
def wire(own_namespaces: None) -> Iterator[Link]:
    with link() as made:
        yield made


@contextmanager
def captured(wire: Link, capture: pathlib.Path) -> Iterator[None]:
    """What arrives at the target's end meanwhile, written as a pcap file."""
    with inside(wire.target), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3)) as tap:
        tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        tap.bind((wire.target_device, 3))
        tap.setblocking(False)
        yield
        data = struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, ETHERNET)
        while True:
            try:
                frame, address = tap.recvfrom(65535)
            except BlockingIOError:
                break
            if address[2] != socket.PACKET_OUTGOING:
                data += struct.pack("=IIII", 0, 0, len(frame), len(frame)) + frame
        capture.write_bytes(data)


def read(tshark: str, capture: pathlib.Path, family: int, fields: list[str], number: str) -> list[Row]:
    """The fields of the scanner's packets; ``number`` is the field that tells their protocol."""
    own = f"ip.src=={Link.own[4]}" if family == 4 else f"ipv6.src=={Link.own[6]} and not icmpv6.type in {{135,136}}"
    command = [tshark, "-n", "-r", str(capture), "-T", "fields", "-E", "separator=;", "-E", "occurrence=f", "-Y", own]
    for option in OPTIONS:
        command += ["-o", option]
    names = [number, "_ws.malformed", *fields, *(f"{name}.checksum.status" for name in CHECKSUMS)]
    for name in names:
        command += ["-e", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
    rows = [dict(zip(names, line.split(";"), strict=True)) for line in done.stdout.splitlines()]
    assert not [row for row in rows if row["_ws.malformed"]]
    return rows


def summed(row: Row) -> bool:
    """Whether all checksums of a packet are right."""
    return all(row[f"{name}.checksum.status"] in ("", GOOD) for name in CHECKSUMS)


@pytest.mark.parametrize("family", [4, 6])
def test_every_protocol_is_sent_with_its_body(
    wire: Link, peer: Callable[[str], str], tmp_path: pathlib.Path, family: int
) -> None:
    fields = ["tcp.flags", "tcp.dstport", "udp.length", "icmp.type", "icmpv6.type", "igmp.type", "sctp.chunk_type"]
    fields += ["frame.len", "icmp.code", "icmpv6.code", "icmp.ident", "icmpv6.echo.identifier", "ip.id", "ipv6.flow"]
    number = "ip.proto" if family == 4 else "ipv6.nxt"
    with captured(wire, tmp_path / "wire.pcap"), inside(wire.scanner):
        scanned([Link.address[family]], range(256), Technique.IP_PROTOCOL)
    found = read(peer("tshark"), tmp_path / "wire.pcap", family, fields, number)
    by_number = {int(row[number]): row for row in found}
    assert set(by_number) == set(range(256))
    bodies = {6: ("tcp.flags", "0x0010"), 17: ("udp.length", "8"), 132: ("sctp.chunk_type", "1")}
    bodies |= {1: ("icmp.type", "8"), 2: ("igmp.type", "0x11")} if family == 4 else {58: ("icmpv6.type", "128")}
    head = 14 + (20 if family == 4 else 40)
    for protocol, row in by_number.items():
        if protocol in bodies:
            field, value = bodies[protocol]
            assert row[field] == value, row
            assert summed(row), row
        elif family == 4:
            assert int(row["frame.len"]) == head and summed(row), row
        else:
            assert head < int(row["frame.len"]) <= head + 45, row
    assert by_number[6]["tcp.dstport"] == "80"
    echo = by_number[1 if family == 4 else 58]
    assert echo["icmp.code" if family == 4 else "icmpv6.code"] == "0"
    assert int(echo["icmp.ident" if family == 4 else "icmpv6.echo.identifier"], 0)
    assert all(int(row["ip.id" if family == 4 else "ipv6.flow"], 0) for row in found)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(
    ("technique", "chunk", "length"), [(Technique.SCTP_INIT, "1", 32), (Technique.SCTP_COOKIE_ECHO, "10", 20)]
)
def test_every_sctp_chunk_is_whole(
    wire: Link,
    peer: Callable[[str], str],
    tmp_path: pathlib.Path,
    technique: Technique,
    chunk: str,
    length: int,
    family: int,
) -> None:
    ports = range(3000, 3200)
    with captured(wire, tmp_path / "wire.pcap"), inside(wire.scanner):
        scanned([Link.address[family]], ports, technique)
    fields = ["sctp.chunk_type", "sctp.verification_tag", "sctp.init_initiate_tag", "frame.len", "sctp.dstport"]
    number = "ip.proto" if family == 4 else "ipv6.nxt"
    found = [
        row for row in read(peer("tshark"), tmp_path / "wire.pcap", family, fields, number) if row[number] == "132"
    ]
    assert {int(row["sctp.dstport"]) for row in found} == set(ports)
    init = technique is Technique.SCTP_INIT
    for row in found:
        assert (row["sctp.chunk_type"], row["_ws.malformed"], row["sctp.checksum.status"]) == (chunk, "", GOOD), row
        assert int(row["frame.len"]) == 14 + (20 if family == 4 else 40) + length
        assert (int(row["sctp.verification_tag"], 0) == 0) is init
    tags = {row["sctp.init_initiate_tag" if init else "sctp.verification_tag"] for row in found}
    assert len(tags) == len(found)
    assert "0x00000000" not in tags
