"""The SYN scan, probe by probe: SYN out, an answer in, a verdict; and all that is no answer."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.packet import Packet

from tests.engine_playbook import OTHER, PORTS, SOURCE, TARGET, Playbook, ip
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.techniques.syn import RULES
from tui_scan.model.techniques import Technique

families = pytest.mark.parametrize("family", [4, 6])
OPEN = ("open", "syn-ack")
CLOSED = ("closed", "reset")


def answer(book: Playbook, port: int, flags: str, tries: int = 1, **changed: int) -> Packet:
    """What the target sends in answer to a probe; ``changed`` fields of the segment are forged."""
    probe = book.probe(port, tries)[TCP]
    told = {"sport": probe.dport, "dport": probe.sport, "seq": 77, "ack": (probe.seq + 1) % 2**32, "flags": flags}
    return ip(book.family, book.target, book.source) / TCP(**{**told, **changed})


@families
@pytest.mark.parametrize(
    ("flags", "verdict"),
    [("SA", OPEN), ("R", CLOSED), ("RA", CLOSED), ("S", ("open", "split-handshake-syn")), ("SAE", OPEN)],
)
def test_syn_out_answer_in(family: int, flags: str, verdict: tuple[str, str], rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng)
    for port in PORTS:
        for tries in (1, 2, 16):
            assert book.verdicts(answer(book, port, flags, tries)) == [(port, tries, *verdict)]


@families
def test_the_probe_is_what_the_rules_say(family: int, rng: np.random.Generator) -> None:
    probe = Playbook(Technique.SYN, family, rng).probe(443, 3)
    assert (probe[TCP].flags, probe[TCP].window, probe[TCP].options) == ("S", 1024, [("MSS", 1460)])
    assert (probe.src, probe.dst, probe[TCP].dport) == (SOURCE[family], TARGET[family], 443)
    assert "1460" in RULES.sends and "1024" in RULES.sends


@families
def test_a_reset_may_acknowledge_the_syn_or_not_count_it(family: int, rng: np.random.Generator) -> None:
    """Some stacks acknowledge the SYN's own number."""
    book = Playbook(Technique.SYN, family, rng)
    seq = book.probe(80)[TCP].seq
    assert book.verdicts(answer(book, 80, "RA", ack=seq)) == [(80, 1, *CLOSED)]


@families
@pytest.mark.parametrize("flags", ["SA", "RA", "R"])
def test_a_forged_acknowledgement_is_no_answer(family: int, flags: str, rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng)
    seq = book.probe(80)[TCP].seq
    for ack in (seq - 1, seq + 2, 0, 1, seq ^ 0x8000_0000, int(rng.integers(2**32))):
        assert book.verdicts(answer(book, 80, flags, ack=ack % 2**32)) == []


@families
def test_what_answers_another_probe_is_no_answer(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng)
    good = answer(book, 80, "SA")
    first = good[TCP].dport
    forged = [
        answer(book, 80, "SA", sport=81),
        answer(book, 80, "SA", sport=443),
        answer(book, 80, "SA", dport=first - 1),
        answer(book, 80, "SA", dport=first + 1),
        answer(book, 80, "SA", dport=first + 16),
        ip(family, OTHER[family], book.source) / good[TCP],
        ip(family, SOURCE[family], book.target) / good[TCP],
    ]
    assert book.verdicts(*forged) == []
    assert book.verdicts(*forged, good, *forged) == [(80, 1, *OPEN)]


@families
@pytest.mark.parametrize("flags", ["", "A", "F", "FA", "PA", "U", "FPU"])
def test_segments_that_say_nothing_of_a_port(family: int, flags: str, rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng)
    assert book.verdicts(answer(book, 80, flags)) == []


@families
@given(flags=st.integers(0, 255))
def test_every_combination_of_flags(family: int, flags: int) -> None:
    """SYN, ACK and RST decide, whatever else is set; a packet with both SYN and RST is nonsense."""
    book = Playbook(Technique.SYN, family, np.random.default_rng(flags))
    packet = answer(book, 53, "")
    packet[TCP].flags = flags
    kinds = flags & 0x16
    expected = {0x12: OPEN, 0x02: ("open", "split-handshake-syn"), 0x04: CLOSED, 0x14: CLOSED}.get(kinds)
    assert book.verdicts(packet) == ([(53, 1, *expected)] if expected else [])


@families
def test_the_own_syn_seen_on_loopback_is_no_answer(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng, loopback=True)
    for port in PORTS:
        assert book.verdicts(book.probe(port)) == []
        assert book.verdicts(answer(book, port, "SA")) == [(port, 1, *OPEN)]
        assert book.verdicts(answer(book, port, "RA")) == [(port, 1, *CLOSED)]


@families
def test_the_own_kernels_reset_is_kept_and_never_judged(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng)
    probe = book.probe(22, 2)
    reset = (IP if family == 4 else IPv6)(bytes(probe))
    reset[TCP].flags, reset[TCP].seq = "R", (probe[TCP].seq + 1) % 2**32
    assert book.verdicts(reset, outgoing=True) == [(22, 2, "untried", "-")]
    reset[TCP].seq = (probe[TCP].seq + 1000) % 2**32
    assert book.verdicts(reset, outgoing=True) == []


@families
def test_what_goes_out_is_never_an_answer(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng)
    packets = [answer(book, port, flags) for port in PORTS for flags in ("SA", "RA", "R")]
    assert book.verdicts(*packets, outgoing=True) == []


class LastNumber(ProbeKeys):
    """Keys whose every sequence number is the last one there is."""

    def seq(self, cells: npt.NDArray[np.int64], tries: npt.NDArray[np.integer] | int) -> npt.NDArray[np.uint32]:
        return np.full(len(cells), 0xFFFF_FFFF, np.uint32)


@families
def test_sequence_numbers_wrap(family: int, rng: np.random.Generator) -> None:
    """The probe with the last number is acknowledged by zero."""
    book = Playbook(Technique.SYN, family, rng, keys=LastNumber)
    assert book.probe(80)[TCP].seq == 0xFFFF_FFFF
    assert book.verdicts(answer(book, 80, "SA", ack=0)) == [(80, 1, *OPEN)]
    assert book.verdicts(answer(book, 80, "SA", ack=0xFFFF_FFFF)) == [(80, 1, *OPEN)]
    assert book.verdicts(answer(book, 80, "SA", ack=1), answer(book, 80, "SA", ack=0xFFFF_FFFE)) == []


@families
def test_answers_come_with_ttl_sender_and_row(family: int, rng: np.random.Generator) -> None:
    book = Playbook(Technique.SYN, family, rng)
    noise = answer(book, 80, "SA", ack=5)
    found = book.judged([noise, answer(book, 80, "SA"), noise, answer(book, 22, "RA")])
    assert found.rows.tolist() == [1, 3]
    assert found.ttls.tolist() == [57, 57]
    assert not found.foreign.any()
    assert (found.senders == book.hosts.wire[book.host]).all()
