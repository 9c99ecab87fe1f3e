"""What packets prove of hosts: every kind of answer, and what only looks like one."""

import numpy as np
import pytest
from scapy.layers.inet import ICMP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoReply
from scapy.packet import Packet, Raw

from tests.engine_playbook import FIRST_PORT, OTHER, ROUTER, SOURCE, TARGET, hosts_of, ip, rows, wire
from tui_scan.engine.discovery.probes import Probes
from tui_scan.engine.discovery.reading import Reader
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.wire.crc32c import crc32c
from tui_scan.model.discovery import Asked, Ping
from tui_scan.model.reasons import Reason

ASKED = (
    Asked(Ping.ECHO),
    Asked(Ping.SYN, 443),
    Asked(Ping.ACK, 80),
    Asked(Ping.TIMESTAMP),
    Asked(Ping.UDP, 40125),
    Asked(Ping.SCTP, 80),
    Asked(Ping.PROTOCOL, 2),
    Asked(Ping.PROTOCOL, 4),
    Asked(Ping.MASK),
)
TRY = 2
PORT = FIRST_PORT + TRY - 1
Told = tuple[int, int, bool, str]
"""Probe number, try, up?, reason."""


class Table:
    """Probes to a target, and their reader."""

    def __init__(self, family: int) -> None:
        self.family = family
        asked = tuple(one for one in ASKED if family == 4 or one.ping not in (Ping.TIMESTAMP, Ping.MASK))
        hosts = hosts_of(OTHER[family], TARGET[family])
        sources = wire(SOURCE[family], SOURCE[family])
        self.probes = Probes(hosts, asked, ProbeKeys(77, FIRST_PORT), sources)
        self.reader = Reader(self.probes)
        self.host = np.array([hosts.index(TARGET[family])])

    def number(self, ping: Ping, port: int = 0) -> int:
        return next(n for n, one in enumerate(self.probes.asked) if one.ping is ping and port in (0, one.port))

    def key(self, number: int, tries: int = TRY) -> int:
        return int(self.probes.key(self.host, number, tries)[0])

    def sent(self, number: int) -> bytes:
        return bytes(self.probes.build(self.host, number, TRY)[0])

    def reply(self, payload: Packet, sender: str = "") -> bytes:
        return bytes(ip(self.family, sender or TARGET[self.family], SOURCE[self.family]) / payload)

    def error(self, quoted: bytes, code: int, sender: str = "") -> bytes:
        head = ICMP(type=3, code=code) if self.family == 4 else ICMPv6DestUnreach(code=code)
        return self.reply(head / Raw(quoted), sender)

    def read(self, *packets: bytes) -> list[Told]:
        proof = self.reader.read(rows(packets))
        assert (proof.hosts == self.host[0]).all()
        columns = (proof.numbers, proof.tries, proof.up, proof.reasons)
        return [
            (number, tries, up, Reason(reason).label)
            for number, tries, up, reason in zip(*(column.tolist() for column in columns), strict=True)
        ]


@pytest.fixture(params=[4, 6])
def table(request: pytest.FixtureRequest) -> Table:
    return Table(request.param)


def test_echo(table: Table) -> None:
    number = table.number(Ping.ECHO)
    key = table.key(number) & 0xFFFF

    def answer(identifier: int, sequence: int) -> Packet:
        if table.family == 4:
            return ICMP(type=0, id=identifier, seq=sequence)
        return ICMPv6EchoReply(id=identifier, seq=sequence)

    assert table.read(table.reply(answer(PORT, key))) == [(number, TRY, True, "echo-reply")]
    assert not table.read(table.reply(answer(PORT, key ^ 1)), table.reply(answer(PORT + 20, key)))


@pytest.mark.parametrize(
    ("ping", "kind", "reason"), [(Ping.TIMESTAMP, 14, "timestamp-reply"), (Ping.MASK, 18, "addressmask-reply")]
)
def test_icmp_queries(ping: Ping, kind: int, reason: str) -> None:
    table = Table(4)
    number = table.number(ping)
    told = table.read(table.reply(ICMP(type=kind, id=PORT, seq=table.key(number) & 0xFFFF)))
    assert told == [(number, TRY, True, reason)]
    assert not table.read(table.reply(ICMP(type=kind, id=PORT, seq=table.key(number, 1) & 0xFFFF)))


@pytest.mark.parametrize(("flags", "reason"), [("SA", "syn-ack"), ("RA", "reset")])
def test_answers_to_a_syn_acknowledge_its_key(table: Table, flags: str, reason: str) -> None:
    number = table.number(Ping.SYN)
    key = table.key(number)
    told = table.read(table.reply(TCP(sport=443, dport=PORT, flags=flags, ack=(key + 1) % (1 << 32))))
    assert told == [(number, TRY, True, reason)]
    assert not table.read(table.reply(TCP(sport=443, dport=PORT, flags=flags, ack=(key + 7) % (1 << 32))))
    assert not table.read(table.reply(TCP(sport=444, dport=PORT, flags=flags, ack=(key + 1) % (1 << 32))))


def test_a_reset_to_an_ack_carries_its_key(table: Table) -> None:
    number = table.number(Ping.ACK)
    key = table.key(number)
    assert table.read(table.reply(TCP(sport=80, dport=PORT, flags="R", seq=key))) == [(number, TRY, True, "reset")]
    assert not table.read(
        table.reply(TCP(sport=80, dport=PORT, flags="R", seq=key ^ 1)),
        table.reply(TCP(sport=80, dport=PORT, flags="A", seq=key)),
    )


def test_udp(table: Table) -> None:
    number = table.number(Ping.UDP)
    told = table.read(table.reply(UDP(sport=40125, dport=PORT) / Raw(b"here")))
    assert told == [(number, TRY, True, "udp-response")]
    assert not table.read(table.reply(UDP(sport=40126, dport=PORT)), table.reply(UDP(sport=40125, dport=PORT + 30)))


@pytest.mark.parametrize(("chunk", "reason"), [(2, "init-ack"), (6, "abort")])
def test_sctp_answers_carry_the_tag(table: Table, chunk: int, reason: str) -> None:
    number = table.number(Ping.SCTP)

    def answer(tag: int) -> bytes:
        head = (80).to_bytes(2) + PORT.to_bytes(2) + tag.to_bytes(4) + bytes(4) + bytes((chunk, 0, 0, 4))
        packet = ip(table.family, TARGET[table.family], SOURCE[table.family])
        setattr(packet, "proto" if table.family == 4 else "nh", 132)
        return bytes(packet / Raw(head))

    assert table.read(answer(table.key(number))) == [(number, TRY, True, reason)]
    assert not table.read(answer(table.key(number) ^ 1))


def test_any_packet_of_a_protocol_answers_for_it() -> None:
    table = Table(4)
    packet = ip(4, TARGET[4], SOURCE[4])
    packet.proto = 2
    assert table.read(bytes(packet / Raw(bytes(8)))) == [(table.number(Ping.PROTOCOL, 2), 0, True, "proto-response")]


@pytest.mark.parametrize(
    ("sender", "kind", "up"),
    [(TARGET, "port", True), (TARGET, "proto", True), (TARGET, "host", False), (ROUTER, "port", False)],
)
def test_an_error_proves_a_host_only_where_the_host_sent_it(
    table: Table, sender: dict[int, str], kind: str, up: bool
) -> None:
    codes = {"port": {4: 3, 6: 4}, "proto": {4: 2}, "host": {4: 1, 6: 3}}[kind]
    if table.family not in codes:
        return  # ICMPv6 says in another way that a protocol is not spoken
    reason = f"{kind}-unreach"
    for number, asked in enumerate(table.probes.asked):
        if table.family == 6 and asked.ping is Ping.PROTOCOL:
            continue
        told = table.read(table.error(table.sent(number), codes[table.family], sender[table.family]))
        tries = 0 if asked.ping is Ping.PROTOCOL else TRY
        assert told == [(number, tries, up, reason)], asked


def test_an_error_that_quotes_another_scan_proves_nothing(table: Table) -> None:
    other = Probes(table.probes.hosts, table.probes.asked, ProbeKeys(78, FIRST_PORT), table.probes.sources)
    keyed = [n for n, one in enumerate(table.probes.asked) if one.ping in (Ping.ECHO, Ping.SYN, Ping.ACK)]
    code = 3 if table.family == 4 else 4
    for number in keyed:
        assert not table.read(table.error(other.build(table.host, number, TRY)[0].tobytes(), code))


def test_crc32c_is_that_of_the_standard() -> None:
    """The check value of CRC-32C, and the first example of RFC 3720 B.4."""
    digits = np.frombuffer(b"123456789", np.uint8)[None, :]
    zeros = np.zeros((1, 32), np.uint8)
    assert crc32c(digits)[0] == 0xE3069283
    assert crc32c(zeros)[0] == 0x8A9136AA
