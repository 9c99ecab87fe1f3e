"""Range algebra against plain sets, and the spelling of ranges against netaddr."""

from itertools import pairwise

import netaddr  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.scope.ranges import AddressRange, addresses, membership, merged, subtracted

Host = tuple[str | None, int]


@st.composite
def small_ranges(draw: st.DrawFn) -> list[AddressRange]:
    """Ranges among few addresses and zones, so that they overlap and touch."""
    spans = st.tuples(st.integers(0, 60), st.integers(0, 12), st.sampled_from([None, "a", "b"]))
    return [AddressRange(first, first + more, zone) for first, more, zone in draw(st.lists(spans, max_size=8))]


def hosts(ranges: list[AddressRange] | tuple[AddressRange, ...]) -> set[Host]:
    return {(item.zone, value) for item in ranges for value in range(item.first, item.last + 1)}


def assert_canonical(ranges: tuple[AddressRange, ...]) -> None:
    """Sorted, disjoint and not adjacent within a zone: each set of hosts has one form."""
    for left, right in pairwise(ranges):
        assert (left.zone or "") <= (right.zone or "")
        assert left.zone != right.zone or left.last + 1 < right.first
    assert sum(item.count for item in ranges) == len(hosts(ranges))


@given(small_ranges())
def test_merging_keeps_the_hosts(ranges: list[AddressRange]) -> None:
    result = merged(ranges)
    assert hosts(result) == hosts(ranges)
    assert_canonical(result)


@given(small_ranges(), small_ranges())
def test_exclusion_is_set_subtraction(ranges: list[AddressRange], holes: list[AddressRange]) -> None:
    result = subtracted(ranges, holes)
    cut = hosts(holes)
    assert hosts(result) == {host for host in hosts(ranges) if host not in cut and (None, host[1]) not in cut}
    assert_canonical(result)


@given(small_ranges(), st.integers(-1, 80))
def test_membership_is_membership_of_the_set(ranges: list[AddressRange], value: int) -> None:
    assert membership(ranges)(value) == (value in {number for _, number in hosts(ranges)})


@given(st.sampled_from([4, 6]), st.data())
def test_text_names_the_range_and_nothing_else(family: int, data: st.DataObject) -> None:
    top = (1 << (32 if family == 4 else 128)) - 1
    first = data.draw(st.integers(0, top))
    last = data.draw(st.integers(first, min(top, first + 600)))
    text = AddressRange(first, last).text(family)
    if "-" in text:
        low, high = (int(netaddr.IPAddress(part)) for part in text.split("-"))
    else:
        network = netaddr.IPNetwork(text)
        low, high = network.first, network.last
    assert (low, high) == (first, last)


def test_whole_networks_are_spelled_as_networks() -> None:
    assert AddressRange(10 << 24, (11 << 24) - 1).text(4) == "10.0.0.0/8"
    assert AddressRange(0, (1 << 128) - 1).text(6) == "::/0"
    assert AddressRange(0xFE80 << 112, 0xFE80 << 112, "eth0").text(6) == "fe80::%eth0"


def test_addresses_come_one_at_a_time() -> None:
    everything = addresses([AddressRange(0, (1 << 128) - 1)], 6)
    assert [next(everything), next(everything)] == ["::", "::1"]
