"""What the exchange says of packets that options changed: fragments, and wrong checksums."""

import random

import pytest
from scapy.compat import raw
from scapy.layers.inet import IP, TCP, fragment
from scapy.packet import Raw

from tests.unit.exchange.test_exchange_story import every_verdict
from tui_scan.exchange.decode import decode
from tui_scan.exchange.explain import explain
from tui_scan.exchange.text import step_words
from tui_scan.exchange.trace import ends
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.verdict import Verdict


def test_each_fragment_says_which_piece_it_is(chance: random.Random) -> None:
    size, data = 8 * chance.randrange(1, 9), chance.randbytes(chance.randrange(80, 300))
    whole = IP(src="10.0.0.9", dst="10.0.0.1", ttl=33) / TCP(sport=40000, dport=80, flags="S") / Raw(data)
    pieces = [raw(piece) for piece in fragment(whole, fragsize=size)]
    first = 0
    for number, piece in enumerate(pieces):
        step = decode(Packet(0, Origin.SCANNER, piece, len(piece), 1), 0.0)
        last = first + len(piece) - 20 - 1
        assert step.summary == f"IP fragment of IP protocol 6 (tcp), bytes {first} to {last}"
        assert step.note == ("the last" if number == len(pieces) - 1 else "more follow")
        assert (step.ttl, step.sender, step.seq) == (33, "10.0.0.9", None)
        assert "ttl=33" in step_words(step)
        ports = (":40000", ":80") if not number else ("", "")
        assert ends(piece) == f"TCP 10.0.0.9{ports[0]} > 10.0.0.1{ports[1]}"
        first = last + 1
    assert first == 20 + len(data)


def test_what_is_no_fragment_is_read_as_before() -> None:
    whole = raw(IP(src="10.0.0.9", dst="10.0.0.1", flags="DF") / TCP(dport=80, flags="S"))
    assert decode(Packet(0, Origin.SCANNER, whole, len(whole), 1), 0.0).summary == "SYN"


@pytest.mark.parametrize(("technique", "state", "reason"), every_verdict())
def test_wrong_sums_are_told_of_every_answer_and_of_silence(
    technique: Technique, state: PortState, reason: Reason
) -> None:
    verdict = Verdict("10.0.0.1", TECHNIQUES[technique].protocol, 80, state, reason, 2, None, None, None)
    plain, told = explain(technique, verdict), explain(technique, verdict, bad_sums=True)
    if technique is Technique.CONNECT or TECHNIQUES[technique].third_party:  # nobody spoils those packets
        assert told == plain
        return
    assert "--badsum" in told.meaning
    assert "nothing of the port" in told.meaning
    assert "RFC 1122" in told.source
    assert told.answer == plain.answer
    if reason is Reason.NO_RESPONSE:
        assert "as is to be expected" in told.meaning
    elif reason not in ICMP_REASONS:
        assert "does not check" in told.meaning
