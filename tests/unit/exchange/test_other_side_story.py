"""What is told of a sight: steps by their times from the scanner's first probe on, and only what it proves."""

from dataclasses import replace

from scapy.layers.inet import IP, TCP

from tui_scan.exchange.other_side import clocks, not_seen, other_side
from tui_scan.exchange.other_side_cases import CASES
from tui_scan.exchange.steps import Direction, Kind
from tui_scan.model.other_side import Counted, Noticed, SeenPacket, SeenSocket, Sight, Watched
from tui_scan.model.techniques import Protocol, Technique

OUT, BACK = IP(src="10.77.0.1", dst="10.77.0.2"), IP(src="10.77.0.2", dst="10.77.0.1")
ZERO = 1_700_000_000_000_000_000


def seen(at_us: int, packet: IP, *, sent: bool = False) -> SeenPacket:
    return SeenPacket(ZERO + at_us * 1000, sent, "eth0", bytes(packet).hex())


SYN = seen(30, OUT / TCP(sport=40000, dport=22, flags="S", seq=100))
SYN_ACK = seen(60, BACK / TCP(sport=22, dport=40000, flags="SA", seq=500, ack=101), sent=True)
ACK = seen(75, OUT / TCP(sport=40000, dport=22, flags="A", seq=101, ack=501))
RST = seen(90, OUT / TCP(sport=40000, dport=22, flags="R", seq=101))
ACCEPTED = Noticed(ZERO + 200_000, "accept()", 22, "10.77.0.1:40000")
TABLE = SeenSocket(ZERO + 80_000, "tcp", "ESTABLISHED", "10.77.0.2:22", "10.77.0.1:40000")
HALF = Sight(
    "linux.lab", "real", Watched(Protocol.TCP, 22, Technique.SYN), ZERO, ZERO + 10**8, (RST, SYN, SYN_ACK),
    counted=(Counted("TcpExt EmbryonicRsts", 1),), described="open",
)  # fmt: skip
WHOLE = replace(
    HALF, watched=Watched(Protocol.TCP, 22, Technique.CONNECT), packets=(SYN, SYN_ACK, ACK, RST), sockets=(TABLE,),
    noticed=(ACCEPTED,), counted=(Counted("Tcp PassiveOpens", 1),),
)  # fmt: skip


def test_steps_stand_by_their_times_and_numbers_count_from_each_sides_first() -> None:
    side = other_side(WHOLE, ZERO)
    assert [step.t_us for step in side.steps] == [30.0, 60.0, 75.0, 80.0, 90.0, 200.0]
    assert [step.summary for step in side.steps] == [
        "SYN", "SYN, ACK", "ACK", "ESTABLISHED", "RST", "accept(): ok",
    ]  # fmt: skip
    directions = [step.direction for step in side.steps if step.kind is Kind.PACKET]
    assert directions == [Direction.OUT, Direction.IN, Direction.OUT, Direction.OUT]
    assert [(step.seq_relative, step.ack_relative) for step in side.steps[:3]] == [(0, None), (0, 1), (1, 1)]


def test_a_half_open_connection_is_told_with_how_long_it_was() -> None:
    told = " ".join(other_side(HALF, ZERO).sentences)
    assert "for 0.030 ms" in told and "EmbryonicRsts +1" in told and "quieter" in told
    assert "louder" not in told and "A program" not in told


def test_a_finished_handshake_is_told_with_who_accepted_it_and_without_if_nobody_did() -> None:
    told = " ".join(other_side(WHOLE, ZERO).sentences)
    assert "connection from 10.77.0.1:40000" in told and "PassiveOpens +1" in told and "louder" in told
    waiting = " ".join(other_side(replace(WHOLE, noticed=()), ZERO).sentences)
    assert "no program had accepted the connection yet" in waiting and "louder" not in waiting


def test_nothing_is_told_of_programs_where_there_are_none() -> None:
    simulated = replace(HALF, kind="simulated", counted=())
    told = " ".join(other_side(simulated, ZERO).sentences)
    assert "is simulated" in told and "answer for the probe: open" in told
    assert "noticed" not in told and "counted" not in told and "quieter" not in told


def test_where_nothing_came_the_description_says_who_kept_it() -> None:
    kept = replace(HALF, packets=(), counted=(), described="drop (by the router before it)")
    first, second = other_side(kept, ZERO).sentences
    assert "Nothing of the probe came" in first and "by the router before it" in second


def test_every_sentence_has_its_values() -> None:
    for sight in (HALF, WHOLE, replace(WHOLE, noticed=(Noticed(ZERO, "recvfrom()", 22, "10.77.0.1:40000", 12),))):
        for sentence in other_side(sight, ZERO).sentences:
            assert "{" not in sentence and "  " not in sentence
    assert len({case.text for case in CASES}) == len(CASES)
    assert "192.0.2.1" in not_seen("192.0.2.1", in_lab=True) and "lab alone" in not_seen("192.0.2.1", in_lab=False)
    assert "one clock" in clocks()
