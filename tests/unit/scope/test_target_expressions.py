"""Target expressions against netaddr's reading of them and against plain sets."""

import netaddr  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.model.errors import UsageError
from tui_scan.scope.ranges import AddressRange
from tui_scan.scope.targets import Block4, Block6, HostName, parse_target, split_list


def block4(text: str) -> Block4:
    target = parse_target(text)
    assert isinstance(target, Block4)
    return target


@given(st.integers(0, (1 << 32) - 1), st.integers(0, 32))
def test_ipv4_networks_read_as_netaddr_reads_them(value: int, prefix: int) -> None:
    text = f"{netaddr.IPAddress(value, 4)}/{prefix}"
    network = netaddr.IPNetwork(text)
    assert list(block4(text).ranges()) == [AddressRange(network.first, network.last)]


@given(st.integers(0, (1 << 128) - 1), st.integers(0, 128), st.sampled_from(["", "%eth0", "%3"]))
def test_ipv6_networks_read_as_netaddr_reads_them(value: int, prefix: int, zone: str) -> None:
    address = netaddr.IPAddress(value, 6)
    network = netaddr.IPNetwork(f"{address}/{prefix}")
    target = parse_target(f"{address}{zone}/{prefix}")
    assert isinstance(target, Block6)
    assert target.block == AddressRange(network.first, network.last, zone[1:] or None)


@pytest.mark.parametrize(
    ("text", "name", "prefix"),
    [("localhost", "localhost", None), ("scanme.example/24", "scanme.example", 24), ("a-b.c_d.", "a-b.c_d.", None)],
)
def test_names(text: str, name: str, prefix: int | None) -> None:
    assert parse_target(text) == HostName(text, name, prefix)


def test_brackets_of_an_ipv6_literal_are_let_be() -> None:
    target = parse_target("[2001:db8::1]/64")
    assert isinstance(target, Block6)
    assert target.block.text(6) == "2001:db8::/64"


def test_a_mapped_literal_has_an_ipv6_prefix() -> None:
    target = parse_target("::ffff:10.0.0.1/120")
    assert isinstance(target, Block6)
    assert target.count == 256


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10.0.0.300", "300 is more than 255"),
        ("10.0.0.1-300", "300 is more than 255"),
        ("10.0.0", "3 of 4 parts"),
        ("10.1", "2 of 4 parts"),
        ("1.2.3.4.5", "5 of 4 parts"),
        ("3232235777", "1 of 4 parts"),
        ("0x7f000001", "1 of 4 parts"),
        ("*", "1 of 4 parts"),
        ("10.0.0.1,,3", "number is missing"),
        ("10.0.0.", "number is missing"),
        ("10.0.0.1-2-3", "near “1-2-3”"),
        ("10.0.0.9-5", "Write 5-9"),
        ("10.0.0.1/33", "/0 to /32"),
        ("10.0.0.1/", "after the slash"),
        ("10.0.0.1/x", "after the slash"),
        ("10.0.0.1/-1", "after the slash"),
        ("10.0.0.1/255.255.255.0", "after the slash"),
        ("10.0.0.1/٣", "after the slash"),
        ("::1/129", "/0 to /128"),
        ("2001:db8::1::2", "not an IPv6 address"),
        ("fe80::1%", "no zone after the %"),
        ("host:80", "-p 80"),
        ("10.0.0.1:80", "-p 80"),
        ("https://user@example.org:8443/x?y", "such as example.org"),
        ("-oX", "neither a name nor an address"),
        ("a b", "neither a name nor an address"),
        ("", "neither a name nor an address"),
        ("/24", "neither a name nor an address"),
        ("a..b", "neither a name nor an address"),
    ],
)
def test_a_bad_target_is_told_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_target(text)
    assert said in str(caught.value)


@given(st.text(st.sampled_from("0129.,-*/:%af[]x \t\0é"), max_size=20))
def test_no_text_ends_in_anything_but_a_target_or_a_sentence(text: str) -> None:
    try:
        target = parse_target(text)
    except UsageError as error:
        assert str(error).endswith((".", "]")) and "Traceback" not in str(error)
    else:
        assert isinstance(target, HostName) or target.count >= 1


@pytest.mark.parametrize(
    ("text", "expressions_in_it"),
    [
        ("10.0.0.1,localhost", ("10.0.0.1", "localhost")),
        ("10.0.0.1,3", ("10.0.0.1,3",)),
        ("10.0,2.0.1-4", ("10.0,2.0.1-4",)),
        ("10.0.0.1,3-5,::1/64, a.example,", ("10.0.0.1,3-5", "::1/64", "a.example")),
        ("10.0.0.1,10.0.0.2", ("10.0.0.1", "10.0.0.2")),
        ("10.0.0.0/24,5", ("10.0.0.0/24", "5")),
        ("localhost,5", ("localhost", "5")),
        ("", ()),
    ],
)
def test_comma_lists(text: str, expressions_in_it: tuple[str, ...]) -> None:
    assert split_list(text) == expressions_in_it
