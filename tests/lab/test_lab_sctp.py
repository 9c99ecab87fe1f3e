"""A simulated host's SCTP: associations as tshark and the RFC would have them, and what a description may say of it."""

import random
import struct
import tomllib

import pytest
from scapy.layers.sctp import (
    SCTP,
    SCTPChunkAbort,
    SCTPChunkCookieAck,
    SCTPChunkCookieEcho,
    SCTPChunkInit,
    SCTPChunkInitAck,
    SCTPChunkParamStateCookie,
)

from tui_scan.lab.description import parse
from tui_scan.lab.simulated.sctp import Endpoint, is_whole, with_checksum
from tui_scan.lab.topology import HostSpec
from tui_scan.model.errors import UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique

PORT, OWN_PORT = 3868, 61000
HEAD = """
[scanner]
addresses = ["10.1.0.1/24"]
[[host]]
name = "a.lab"
addresses = ["10.1.0.2/24"]
"""


def sent(chunk: object, tag: int = 0) -> bytes:
    """A packet that scapy writes and sums."""
    return bytes(SCTP(sport=OWN_PORT, dport=PORT, tag=tag) / chunk)


def answered(endpoint: Endpoint, packet: bytes, listens: bool) -> SCTP | None:
    assert is_whole(packet)
    reply = endpoint.answer(packet, listens)
    if reply is None:
        return None
    summed = with_checksum(reply)
    assert is_whole(summed)
    read = SCTP(summed)
    assert (read.sport, read.dport) == (PORT, OWN_PORT)
    again = read.copy()
    del again.chksum
    assert bytes(again) == summed
    return read


def test_an_association_comes_to_be_by_its_cookie_alone(chance: random.Random) -> None:
    endpoint, mine = Endpoint(chance.randbytes(16)), chance.randrange(1, 1 << 32)
    ack = answered(endpoint, sent(SCTPChunkInit(init_tag=mine)), listens=True)
    assert ack is not None
    assert ack.tag == mine
    body = ack[SCTPChunkInitAck]
    assert body.init_tag != 0
    assert min(body.n_out_streams, body.n_in_streams, body.a_rwnd) > 0
    [cookie] = [p.cookie for p in body.params if isinstance(p, SCTPChunkParamStateCookie)]
    echo = answered(endpoint, sent(SCTPChunkCookieEcho(cookie=cookie), body.init_tag), listens=True)
    assert echo is not None
    assert echo.tag == mine
    assert SCTPChunkCookieAck in echo
    forged = cookie[:-1] + bytes([cookie[-1] ^ 1])
    assert answered(endpoint, sent(SCTPChunkCookieEcho(cookie=forged), body.init_tag), listens=True) is None


def test_a_closed_port_aborts_by_the_rules_for_tags(chance: random.Random) -> None:
    """RFC 9260 §8.5.1 (B): the initiate tag of an INIT, and with the T bit the tag of anything else."""
    endpoint, mine = Endpoint(chance.randbytes(16)), chance.randrange(1, 1 << 32)
    for chunk, tag, bit in ((SCTPChunkInit(init_tag=mine), 0, 0), (SCTPChunkCookieEcho(cookie=b"1234"), mine, 1)):
        reply = answered(endpoint, sent(chunk, tag), listens=False)
        assert reply is not None
        assert reply.tag == mine
        assert (reply[SCTPChunkAbort].TCB, reply[SCTPChunkAbort].len) == (bit, 4)
    assert answered(endpoint, sent(SCTPChunkAbort(), mine), listens=False) is None


def test_what_is_damaged_is_no_packet(chance: random.Random) -> None:
    packet = sent(SCTPChunkInit(init_tag=7))
    at = chance.randrange(len(packet))
    assert not is_whole(packet[:at] + bytes([packet[at] ^ 1 << chance.randrange(8)]) + packet[at + 1 :])
    assert not is_whole(packet[: chance.randrange(len(packet))])
    long = packet[:14] + struct.pack(">H", len(packet)) + packet[16:]
    assert not is_whole(with_checksum(long))


def host(text: str) -> HostSpec:
    [found] = parse(tomllib.loads(HEAD + text)).hosts
    return found


def test_the_truth_of_both_scan_types() -> None:
    described = host(
        'kind = "simulated"\nsctp = { open = "22" }\n'
        'rules = [{ protocol = "sctp", ports = "23", answer = "drop" }, '
        '{ protocol = "sctp", ports = "24", answer = "port-unreachable" }]'
    )
    rejected = (PortState.FILTERED, Reason.PORT_UNREACH)
    cases = {
        22: ((PortState.OPEN, Reason.INIT_ACK), (PortState.OPEN_FILTERED, Reason.NO_RESPONSE)),
        23: ((PortState.FILTERED, Reason.NO_RESPONSE), (PortState.OPEN_FILTERED, Reason.NO_RESPONSE)),
        24: (rejected, rejected),
        25: ((PortState.CLOSED, Reason.ABORT), (PortState.CLOSED, Reason.ABORT)),
    }
    for port, (init, cookie) in cases.items():
        assert described.seen_by(Technique.SCTP_INIT, port, 4) == init == described.expected(Protocol.SCTP, port, 4)
        assert described.seen_by(Technique.SCTP_COOKIE_ECHO, port, 6) == cookie


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "real"\nsctp = { open = "22" }', 'only a simulated host has "sctp"'),
        ('kind = "real"\nrules = [{ protocol = "sctp", ports = "1", answer = "drop" }]', "write tcp or udp"),
        ('kind = "simulated"\nrules = [{ protocol = "sctp", ports = "1", answer = "reset" }]', "SCTP has no reset"),
        ('kind = "simulated"\nrules = [{ protocol = "ip", ports = "1", answer = "drop" }]', "write tcp or udp or sctp"),
    ],
)
def test_what_a_description_may_not_say(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        host(text)
    assert said in str(caught.value)
