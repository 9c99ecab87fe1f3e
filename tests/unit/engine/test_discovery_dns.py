"""Messages of name servers: those that are right, cut, twisted or forged."""

import random
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR

from tui_scan.engine.discovery.dns import (
    answered_name,
    configured_servers,
    pointer_name,
    query,
    question_of,
)
from tui_scan.engine.discovery.listed import listed_names

ADDRESSES = ["192.0.2.7", "2001:db8::7", "fe80::1%eth0"]


def answer(address: str, name: str, *, extra: bool = False) -> bytes:
    """A server's answer as scapy writes it, with a CNAME before it where ``extra``."""
    asked = pointer_name(address)
    records = [DNSRR(rrname=asked, type="PTR", rdata=name)]
    if extra:
        records.insert(0, DNSRR(rrname=asked, type="CNAME", rdata="other.example"))
    return bytes(DNS(id=7, qr=1, qd=DNSQR(qname=asked, qtype="PTR"), an=records))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_question_is_what_scapy_reads(address: str) -> None:
    read = DNS(query(4711, address))
    assert (read.id, read.rd, read.qdcount) == (4711, 1, 1)
    assert read.qd[0].qname.decode() == pointer_name(address) + "."
    assert (read.qd[0].qtype, read.qd[0].qclass) == (12, 1)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("extra", [False, True])
def test_an_answer_gives_the_name(address: str, extra: bool) -> None:
    message = answer(address, "host.example", extra=extra)
    assert question_of(message) == pointer_name(address)
    assert answered_name(message) == "host.example"


def test_a_compressed_name_is_followed_and_a_circle_is_not() -> None:
    message = bytearray(answer("192.0.2.7", "x.example"))
    end = message.index(b"\0", 12)
    head, question = bytes(message[:12]), bytes(message[12 : end + 5])
    record = struct.pack(">HHHIH", 0xC00C, 12, 1, 60, 2)
    assert answered_name(head + question + record + struct.pack(">H", 0xC00C)) == pointer_name("192.0.2.7")
    at = len(head + question + record)
    assert answered_name(head + question + record + struct.pack(">H", 0xC000 | at)) == ""


def test_a_name_with_control_characters_is_none() -> None:
    assert answered_name(answer("192.0.2.7", "evil\x1b[2Jhost.example")) == ""


@given(st.binary(min_size=12, max_size=200))
def test_nonsense_gives_no_name_and_no_error(message: bytes) -> None:
    question_of(message)
    answered_name(message)


def test_cut_and_twisted_answers_give_no_error(chance: random.Random) -> None:
    whole = answer("2001:db8::7", "host.example", extra=True)
    for _ in range(2000):
        twisted = bytearray(whole[: chance.randrange(12, len(whole) + 1)])
        for _ in range(chance.randrange(4)):
            twisted[chance.randrange(len(twisted))] = chance.randrange(256)
        question_of(bytes(twisted))
        answered_name(bytes(twisted))


def test_files(tmp_path: Path) -> None:
    (tmp_path / "resolv").write_text("# no\nnameserver 192.0.2.53\nsearch a b\nnameserver  2001:db8::53 # x\n")
    (tmp_path / "hosts").write_text("127.0.0.1 localhost loop\n# 1.2.3.4 no\n192.0.2.9\thost.example alias # c\n\n")
    assert configured_servers(tmp_path / "resolv") == ("192.0.2.53", "2001:db8::53")
    assert listed_names(tmp_path / "hosts") == {"127.0.0.1": "localhost", "192.0.2.9": "host.example"}
    assert configured_servers(tmp_path / "none") == ()
    assert listed_names(tmp_path / "none") == {}
