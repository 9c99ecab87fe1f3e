"""IPv4 expressions by octet against plain sets, and against netaddr where it has the same form."""

import math
from itertools import product

import netaddr  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_scan.scope.octets import Octets
from tui_scan.scope.ranges import AddressRange
from tui_scan.scope.targets import Block4, parse_target

Octet = tuple[str, frozenset[int]]


@st.composite
def pieces(draw: st.DrawFn) -> Octet:
    """A number, a range, or a range open at one side; small enough to be counted out."""
    low = draw(st.integers(0, 255))
    high = draw(st.integers(low, min(255, low + 5)))
    zeros = "0" * draw(st.sampled_from([0, 0, 0, 1]))
    forms: list[Octet] = [(f"{zeros}{low}", frozenset({low})), (f"{low}-{high}", frozenset(range(low, high + 1)))]
    if high < 6:
        forms.append((f"-{high}", frozenset(range(high + 1))))
    if low > 249:
        forms.append((f"{low}-", frozenset(range(low, 256))))
    return draw(st.sampled_from(forms))


@st.composite
def octets(draw: st.DrawFn) -> Octet:
    chosen = draw(st.lists(pieces(), min_size=1, max_size=3))
    return ",".join(text for text, _ in chosen), frozenset().union(*(values for _, values in chosen))


@st.composite
def expressions(draw: st.DrawFn) -> tuple[str, frozenset[int]]:
    """An expression of at most some thousand addresses, and these as integers."""
    single = st.integers(0, 255).map(lambda value: (str(value), frozenset({value})))
    everything = st.sampled_from([("*", frozenset(range(256))), ("-", frozenset(range(256)))])
    parts = [draw(single) for _ in range(4)]
    for place in draw(st.sets(st.integers(0, 3), max_size=2)):
        parts[place] = draw(octets())
    if draw(st.booleans()) and max(len(values) for _, values in parts) < 6:
        parts[draw(st.integers(0, 3))] = draw(everything)
    text = ".".join(part for part, _ in parts)
    values = {((a * 256 + b) * 256 + c) * 256 + d for a, b, c, d in product(*(sorted(v) for _, v in parts))}
    if draw(st.booleans()) and len(values) < 40:
        prefix = draw(st.integers(26, 32))
        networks = [netaddr.IPNetwork(f"{netaddr.IPAddress(value, 4)}/{prefix}") for value in values]
        return f"{text}/{prefix}", frozenset(v for n in networks for v in range(n.first, n.last + 1))
    return text, frozenset(values)


def block4(text: str) -> Block4:
    target = parse_target(text)
    assert isinstance(target, Block4)
    return target


@settings(deadline=None)
@given(expressions())
def test_an_expression_means_its_addresses(case: tuple[str, frozenset[int]]) -> None:
    text, values = case
    target = block4(text)
    ranges = list(target.ranges())
    assert [v for item in ranges for v in range(item.first, item.last + 1)] == sorted(values)
    assert target.count == len(values) == sum(item.count for item in ranges)
    assert target.range_count == len(ranges)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 9)), min_size=4, max_size=4))
def test_octet_ranges_read_as_netaddr_reads_them(bounds: list[tuple[int, int]]) -> None:
    text = ".".join(f"{low}-{min(255, low + more)}" for low, more in bounds)
    target = block4(text)
    mine = [v for item in target.ranges() for v in range(item.first, item.last + 1)]
    assert mine == [int(address) for address in netaddr.iter_nmap_range(text)]


@given(st.lists(st.sets(st.integers(0, 255), min_size=1), min_size=4, max_size=4))
def test_a_count_is_arithmetic_at_any_size(sets: list[set[int]]) -> None:
    target = block4(".".join(",".join(map(str, values)) for values in sets))
    assert target.count == math.prod(len(values) for values in sets)


def test_the_whole_of_ipv4_is_one_range() -> None:
    for text in ("*.*.*.*", "-.-.-.-", "0-255.0-255.*.-", "1.2.3.4/0"):
        assert list(block4(text).ranges()) == [AddressRange(0, (1 << 32) - 1)]
    assert block4("*.*.*.1").count == block4("*.*.*.1").range_count == 1 << 24
    assert next(iter(block4("*.*.*.1").ranges())) == AddressRange(1, 1)


def test_octets_keep_runs_and_not_hosts() -> None:
    assert block4("10.0-1.1,3-5.-").octets == Octets((((10, 10),), ((0, 1),), ((1, 1), (3, 5)), ((0, 255),)))


@settings(deadline=None)
@given(expressions(), st.integers(0, (1 << 32) - 1), st.integers(0, 1 << 26))
def test_ranges_within_bounds_are_those_that_reach_into_them(
    case: tuple[str, frozenset[int]], first: int, more: int
) -> None:
    octets_of = block4(case[0]).octets
    somewhere = min(case[1]) + first % 4096
    for low in (first, somewhere):
        within = [item for item in octets_of.ranges() if item.first <= low + more and item.last >= low]
        assert list(octets_of.ranges(low, low + more)) == within
