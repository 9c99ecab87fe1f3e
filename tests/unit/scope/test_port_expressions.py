"""Port expressions against a plain model of their grammar."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import Protocol
from tui_scan.scope.ports import HIGHEST, HIGHEST_PROTOCOL, PREFIXES, parse_ports, ports_text

NAMES = {
    (Protocol.TCP, "http"): (80,),
    (Protocol.UDP, "http"): (80,),
    (Protocol.TCP, "http*"): (80, 443),
    (Protocol.TCP, "ssh"): (22,),
    (Protocol.UDP, "syslog"): (514,),
    (Protocol.TCP, "*"): (22, 80, 443),
    (Protocol.UDP, "*"): (80, 514),
    (Protocol.SCTP, "http*"): (80,),
    (Protocol.SCTP, "*"): (80, 3868),
    (Protocol.IP, "icmp*"): (1, 58),
    (Protocol.IP, "*"): (1, 6, 17),
}


def names(name: str, protocol: Protocol) -> Iterable[int]:
    return NAMES.get((protocol, name), ())


@st.composite
def pieces(draw: st.DrawFn) -> tuple[str, frozenset[int]]:
    low = draw(st.integers(0, HIGHEST))
    high = draw(st.integers(low, min(HIGHEST, low + 40)))
    return draw(
        st.sampled_from(
            [
                (str(low), frozenset({low})),
                (f"{low:06}", frozenset({low})),
                (f"{low}-{high}", frozenset(range(low, high + 1))),
                (f"-{high + 1 if high < HIGHEST else high}", frozenset(range(1, min(high + 1, HIGHEST) + 1))),
                (f"{low}-", frozenset(range(low, HIGHEST + 1))),
                ("-", frozenset(range(1, HIGHEST + 1))),
            ]
        )
    )


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["", "", "T:", "U:", " T:", "T:U:", "S:"]), pieces()), min_size=1, max_size=6)
)
def test_an_expression_selects_what_the_model_selects(parts: list[tuple[str, tuple[str, frozenset[int]]]]) -> None:
    model: dict[str, set[int]] = {"T": set(), "U": set(), "S": set()}
    holds = "TUS"
    for prefix, (_, ports) in parts:
        holds = prefix.strip(": ")[-1:] or holds
        for letter in holds:
            model[letter] |= ports
    selection = parse_ports(",".join(prefix + text for prefix, (text, _) in parts), names)
    for letter, wanted in model.items():
        assert list(selection.for_protocol(PREFIXES[letter])) == sorted(wanted)
    assert not selection.ip


@given(st.sets(st.integers(0, HIGHEST), min_size=1, max_size=30))
def test_the_text_of_a_selection_selects_it(ports: set[int]) -> None:
    text = ports_text(sorted(ports))
    assert list(parse_ports(text).tcp) == sorted(ports)


@pytest.mark.parametrize(
    ("text", "tcp", "udp", "sctp", "ip"),
    [
        ("http", (80,), (80,), (), ()),
        ("ssh,U:syslog", (22,), (514,), (), ()),
        ("syslog", (), (514,), (), ()),
        ("T:http*", (80, 443), (), (), ()),
        ("http*", (80, 443), (), (80,), ()),
        ("[1-100],T:5", (5, 22, 80), (80,), (80,), ()),
        ("22,", (22,), (22,), (22,), ()),
        ("1, 2", (1, 2), (1, 2), (1, 2), ()),
        ("0", (0,), (0,), (0,), ()),
        ("S:22,P:47,T:1", (1,), (), (22,), (47,)),
        ("[80-,T:-100]", (22, 80, 443), (80, 514), (80, 3868), ()),
        ("[T:20-30],5", (5, 22), (5,), (5,), ()),
        ("P:icmp*,253-,[2-6]", (), (), (), (1, 6, 58, 253, 254, 255)),
    ],
)
def test_names_and_forms(text: str, tcp: object, udp: object, sctp: object, ip: object) -> None:
    found = parse_ports(text, names)
    assert tuple(tuple(found.for_protocol(protocol)) for protocol in Protocol) == (tcp, udp, sctp, ip)


@given(st.integers(0, HIGHEST_PROTOCOL), st.integers(0, HIGHEST_PROTOCOL))
def test_of_ip_protocols_there_are_256_and_0_is_one(one: int, other: int) -> None:
    low, high = sorted((one, other))
    every = list(range(HIGHEST_PROTOCOL + 1))
    for text, ports in ((f"{low}-{high}", every[low : high + 1]), (f"-{high}", every[: high + 1]), ("-", every)):
        for found in (parse_ports(f"P:{text}"), parse_ports(text, unprefixed=(Protocol.IP,))):
            assert list(found.ip) == ports and not (found.tcp or found.udp or found.sctp)


def test_all_ports_are_1_to_65535() -> None:
    assert parse_ports("T:-").tcp == range(1, 65536)


def test_text_by_protocol() -> None:
    selection = parse_ports("T:1-3,5,U:7")
    assert (selection.text(Protocol.TCP), selection.text(Protocol.UDP)) == ("1-3,5", "7")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("70000", "Port 70000"),
        ("65535-65536", "Port 65536"),
        ("-70000", "Port 70000"),
        ("9-5", "Write 5-9"),
        ("-0", "backwards"),
        ("abc", "neither a port nor a known service name"),
        ("²", "neither a port nor a known service name"),
        ("22-ssh", "neither a port nor a known service name"),
        ("1-2-3", "neither a port nor a known service name"),
        ("", "empty"),
        ("  ", "empty"),
        (",", "missing"),
        ("1,,2", "missing"),
        ("T:", "missing"),
        ("T:80 U:53", "neither a port nor a known service name"),
        ("t:22", "“t:”"),
        ("X:22", "Write T: for TCP, U: for UDP, S: for SCTP or P: for IP protocols"),
        ("P:256", "IP protocol 256 in “256” is too high. IP protocols are 0 to 255."),
        ("P:1,250-300", "IP protocol 300"),
        ("P:ssh", "neither a port nor a known service name"),
        ("[22", "bracket is missing"),
        ("22]", "do not fit"),
        ("[1,[2]]", "do not fit"),
        ("[]", "do not fit"),
        ("[1-5]7", "comma is missing"),
        ("T:syslog", "neither a port nor a known service name"),
    ],
)
def test_a_bad_expression_is_told_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_ports(text, names)
    assert said in str(caught.value)


@given(st.text(st.sampled_from("0195-,TUSPx:*[] \n²"), max_size=14))
def test_no_text_ends_in_anything_but_ports_or_a_sentence(text: str) -> None:
    try:
        selection = parse_ports(text, names)
    except UsageError as error:
        assert str(error)
    else:
        assert all(0 <= port <= HIGHEST for port in (*selection.tcp, *selection.udp, *selection.sctp))
        assert all(0 <= number <= HIGHEST_PROTOCOL for number in selection.ip)
