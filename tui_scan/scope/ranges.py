"""Address ranges: disjoint, sorted, as integers, so that a /8 costs as little as one host."""

import socket
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

BITS = {4: 32, 6: 128}
"""Bits of an address, by family."""

_SOCKET_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


class AddressRange(NamedTuple):
    """All addresses from ``first`` to ``last``, both inclusive, as integers.

    ``zone`` is the interface of link-local IPv6 addresses (RFC 4007), None where there is none.
    """

    first: int
    last: int
    zone: str | None = None

    @property
    def count(self) -> int:  # type: ignore[override]
        """How many addresses this is."""
        return self.last - self.first + 1

    def text(self, family: int) -> str:
        """The range as a person writes it: an address, a CIDR block, or ``first-last``."""
        size = self.count
        first = address_text(self.first, family, self.zone)
        if size == 1:
            return first
        if size & (size - 1) == 0 and self.first % size == 0:
            return f"{first}/{BITS[family] - size.bit_length() + 1}"
        return f"{first}-{address_text(self.last, family)}"


def address_text(value: int, family: int, zone: str | None = None) -> str:
    """An address as text; IPv6 in the short form of RFC 5952, with ``%zone`` where one is given."""
    text = socket.inet_ntop(_SOCKET_FAMILY[family], value.to_bytes(BITS[family] // 8, "big"))
    return f"{text}%{zone}" if zone else text


def address_value(text: str, family: int) -> int:
    """The integer of a literal without a zone; OSError where it is no address of that family."""
    return int.from_bytes(socket.inet_pton(_SOCKET_FAMILY[family], text), "big")


def merged(ranges: Iterable[AddressRange]) -> tuple[AddressRange, ...]:
    """The union of ``ranges``, disjoint and not adjacent, sorted by zone and then by address."""
    result: list[AddressRange] = []
    for item in sorted(ranges, key=_by_zone):
        if result and result[-1].zone == item.zone and item.first <= result[-1].last + 1:
            if item.last > result[-1].last:
                result[-1] = AddressRange(result[-1].first, item.last, item.zone)
        else:
            result.append(item)
    return tuple(result)


def subtracted(ranges: Iterable[AddressRange], holes: Iterable[AddressRange]) -> tuple[AddressRange, ...]:
    """What is left of ``ranges`` without ``holes``, merged.

    A hole without a zone is cut out of every zone; a hole with a zone is cut out of that zone alone.
    """
    kept = merged(ranges)
    cuts = list(holes)
    result: list[AddressRange] = []
    for zone in dict.fromkeys(item.zone for item in kept):
        here = [item for item in kept if item.zone == zone]
        mine = merged(AddressRange(cut.first, cut.last) for cut in cuts if cut.zone in (None, zone))
        result.extend(_cut(here, mine))
    return tuple(result)


def membership(ranges: Iterable[AddressRange]) -> Callable[[int], bool]:
    """A test for addresses (as integers) in ``ranges``, whatever their zone, by binary search."""
    flat = merged(AddressRange(item.first, item.last) for item in ranges)
    starts = [item.first for item in flat]

    def holds(value: int) -> bool:
        at = bisect_right(starts, value) - 1
        return at >= 0 and value <= flat[at].last

    return holds


def addresses(ranges: Iterable[AddressRange], family: int) -> Iterator[str]:
    """Every address of ``ranges``, one at a time."""
    for item in ranges:
        for value in range(item.first, item.last + 1):
            yield address_text(value, family, item.zone)


def _by_zone(item: AddressRange) -> tuple[str, int, int]:
    return (item.zone or "", item.first, item.last)


def _cut(ranges: list[AddressRange], holes: tuple[AddressRange, ...]) -> Iterator[AddressRange]:
    """Both sorted and disjoint: one walk over the two of them."""
    at = 0
    for item in ranges:
        first = item.first
        while at < len(holes) and holes[at].last < first:
            at += 1
        hole = at
        while hole < len(holes) and holes[hole].first <= item.last:
            if holes[hole].first > first:
                yield AddressRange(first, holes[hole].first - 1, item.zone)
            first = holes[hole].last + 1
            hole += 1
        if first <= item.last:
            yield AddressRange(first, item.last, item.zone)
