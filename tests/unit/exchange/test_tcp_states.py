"""The states of both ends, told as playbooks: which segments are seen, and what RFC 9293 says of them."""

import pytest

from tui_scan.exchange.steps import Direction, Kind, Step
from tui_scan.exchange.tcp_states import NO_SOCKET, TARGET, UNKNOWN, Reply, Segment, State, ends
from tui_scan.model.packets import Origin
from tui_scan.model.techniques import Protocol

FLAGS = {"SYN": "S", "SYN,ACK": "SA", "RST": "R", "RST,ACK": "RA", "ACK": "A", "FIN": "F", "FIN,ACK": "FA", "NULL": ""}
ICMP = "ICMP port-unreach (3/3)"


def step(line: str) -> Step:
    """``> SYN`` leaves, ``< RST`` comes back, ``k RST`` is the own kernel's, ``.`` is silence; a digit is the try."""
    way, _, words = line.partition(" ")
    number, way = (int(way[1:]) if len(way) > 1 else 1), way[0]
    if way == ".":
        return Step(None, Kind.SILENCE, None, Direction.NONE, "no answer", try_number=number)
    origin = {">": Origin.SCANNER, "k": Origin.KERNEL, "<": Origin.TARGET}[way]
    direction = Direction.IN if way == "<" else Direction.OUT
    if words.startswith("connect()"):
        note = "ICMP type 3 code 3" if "by ICMP" in words else ""
        summary = words.removesuffix(" by ICMP")
        return Step(None, Kind.CALL, origin, direction, summary, try_number=number, seen=False, note=note)
    seq = None if words == ICMP else 5
    return Step(None, Kind.PACKET, origin, direction, words, FLAGS.get(words, ""), seq, try_number=number)


PLAYBOOKS = {
    "an open port": (
        ("> SYN", "LISTEN → SYN-RECEIVED"),
        ("< SYN,ACK", "SYN-RECEIVED"),
        ("k RST", "SYN-RECEIVED → LISTEN"),
    ),
    "an open port whose first SYN was lost": (
        (">1 SYN", UNKNOWN),
        (">2 SYN", "LISTEN → SYN-RECEIVED"),
        ("<2 SYN,ACK", "SYN-RECEIVED"),
        ("k2 RST", "SYN-RECEIVED → LISTEN"),
    ),
    "a SYN,ACK that is sent again": (
        ("> SYN", "LISTEN → SYN-RECEIVED"),
        ("< SYN,ACK", "SYN-RECEIVED"),
        ("< SYN,ACK", "SYN-RECEIVED"),
    ),
    "a closed port": (("> SYN", "CLOSED"), ("< RST,ACK", "CLOSED")),
    "a silent port": (("> SYN", UNKNOWN), (". -", None)),
    "a rejected port": (("> SYN", UNKNOWN), (f"< {ICMP}", None)),
    "a stray ACK": (("> ACK", "LISTEN or CLOSED"), ("< RST", "LISTEN or CLOSED")),
    "a stray FIN,ACK": (("> FIN,ACK", "LISTEN or CLOSED"), ("< RST", "LISTEN or CLOSED")),
    "a FIN to a closed port": (("> FIN", "CLOSED"), ("< RST,ACK", "CLOSED")),
    "a NULL to a closed port": (("> NULL", "CLOSED"), ("< RST,ACK", "CLOSED")),
    "an answer that no state gives": (("> FIN", UNKNOWN), ("< SYN,ACK", UNKNOWN)),
}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_the_target_is_inferred_from_its_answers(name: str) -> None:
    lines, wanted = zip(*PLAYBOOKS[name], strict=True)
    told = ends(Protocol.TCP, [step(line) for line in lines])
    assert [one and one.target for one in told] == list(wanted)
    assert {one.scanner for one in told if one} == {NO_SOCKET}


CALLS = {
    "accepted": ("ok", "SYN-SENT → ESTABLISHED", "LISTEN → SYN-RECEIVED", "SYN-RECEIVED → ESTABLISHED"),
    "refused by RST": ("ECONNREFUSED", "SYN-SENT → CLOSED", "CLOSED", "CLOSED"),
    "refused by an ICMP error": ("ECONNREFUSED by ICMP", "SYN-SENT → CLOSED", UNKNOWN, UNKNOWN),
    "no way": ("EHOSTUNREACH by ICMP", "SYN-SENT → CLOSED", UNKNOWN, UNKNOWN),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_tells_the_own_socket_and_the_target(name: str) -> None:
    result, own, first, last = CALLS[name]
    told = ends(Protocol.TCP, [step("> connect()"), step(f"< connect(): {result}")])
    assert told == [("CLOSED → SYN-SENT", first), (own, last)]


def test_other_protocols_and_third_parties_have_no_states() -> None:
    steps = [step("> SYN"), step("< RST,ACK")]
    assert ends(Protocol.SCTP, steps) == [None, None]
    zombie = Step(None, Kind.PACKET, Origin.THIRD_PARTY, Direction.IN, "RST", "R", 5, try_number=1)
    assert ends(Protocol.TCP, [steps[0], zombie]) == [None, None]


def test_the_machine_says_something_for_every_segment_of_a_half_open_connection() -> None:
    for state in (State.CLOSED, State.LISTEN, State.SYN_RECEIVED):
        for segment in Segment:
            after, reply = TARGET[state, segment]
            assert reply is Reply.NOTHING or segment is not Segment.RST, "a RST is never answered (RFC 9293 §3.10.7)"
            assert after is state or segment in (Segment.SYN, Segment.ACK, Segment.RST)
