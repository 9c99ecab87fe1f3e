"""What the targets of a scan cover once names are resolved: ranges, typed names, notes."""

import socket
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.scope.ranges import BITS, AddressRange, address_text, merged
from tui_scan.scope.resolving import Resolver, resolve
from tui_scan.scope.targets import Block4, Block6, HostName, Target

MOST_RANGES = 1 << 18
"""More separate ranges than this are refused: each is an object, and such a scan is better done in parts."""

_LINK_LOCAL = (0xFE80 << 112, (0xFEC0 << 112) - 1)
_FAMILY_NAME = {4: "IPv4", 6: "IPv6"}


class Spread(NamedTuple):
    """What targets cover: merged ``ranges``, ``names`` typed by address, ``notes``.

    ``alone`` holds the addresses that a target named alone, and not as a part of a network or range. ``typed`` are
    the ranges as the targets named them, one after the other.
    """

    ranges: tuple[AddressRange, ...]
    names: dict[int, str]
    notes: tuple[str, ...]
    alone: frozenset[int]
    typed: tuple[AddressRange, ...] = ()


def spread_targets(targets: Sequence[Target], family: int, resolver: Resolver, interface: str | None = None) -> Spread:
    """Resolve ``targets`` and join them; of a name with several addresses the first is taken, as nmap does.

    ``interface`` is the zone of link-local IPv6 addresses that were written without one. UsageError for an
    unknown name, an interface that does not exist, and more than ``MOST_RANGES`` ranges.
    """
    ranges: list[AddressRange] = []
    names: dict[int, str] = {}
    notes: list[str] = []
    alone: set[int] = set()
    for target in targets:
        if isinstance(target, HostName):
            found = _addresses_of(target, family, resolver)
            names.setdefault(found[0].first, target.name)
            notes.extend(_note(target, found, family))
            mine: Iterable[AddressRange] = (_network(found[0], target, family),)
        else:
            mine = _pieces(target, len(ranges))
        fresh = [_zoned(item, family, interface) for item in mine]
        if len(fresh) == 1 and fresh[0].count == 1:
            alone.add(fresh[0].first)
        ranges.extend(fresh)
    return Spread(merged(ranges), names, tuple(notes), frozenset(alone), tuple(ranges))


def spread_excludes(
    excludes: Sequence[Target], family: int, resolver: Resolver, ranges: Sequence[AddressRange]
) -> tuple[AddressRange, ...]:
    """What ``excludes`` cut out of ``ranges``; those of the other family cannot matter.

    Of a name every address is left out. UsageError where a name is unknown, since scanning what was meant
    to be left out is worse than not scanning, and where one expression cuts more than ``MOST_RANGES`` holes.
    """
    holes: list[AddressRange] = []
    for target in excludes:
        if isinstance(target, HostName):
            found = resolve(target.name, family, resolver)
            if not found and not resolve(target.name, 10 - family, resolver):
                raise UsageError(
                    "The excluded name “{name}” is unknown. Write its address, or leave it out.", name=target.name
                )
            holes.extend(_network(item, target, family) for item in found)
        elif target.family == family:
            holes.extend(_cuts(target, ranges))
    return merged(holes)


def _cuts(target: Block4 | Block6, ranges: Sequence[AddressRange]) -> Iterator[AddressRange]:
    """The ranges of ``target``; where they are very many, those alone that reach into ``ranges``."""
    if target.range_count <= MOST_RANGES:
        return target.ranges()
    cuts = chain.from_iterable(target.ranges(item.first, item.last) for item in ranges)
    kept = list(islice(cuts, MOST_RANGES + 1))
    if len(kept) > MOST_RANGES:
        raise UsageError(
            "“{given}” cuts more than {most_ranges:,} holes into the targets. Exclude whole networks, or "
            "scan in parts.",
            given=target.text,
            most_ranges=MOST_RANGES,
        )
    return iter(kept)


def _pieces(target: Block4 | Block6, before: int) -> Iterator[AddressRange]:
    if before + target.range_count > MOST_RANGES:
        raise UsageError(
            "“{given}” names {range_count:,} separate ranges, more than one scan can hold ({most_ranges:,}). "
            "Scan it in parts, or write whole networks.",
            given=target.text,
            range_count=target.range_count,
            most_ranges=MOST_RANGES,
        )
    return target.ranges()


def _addresses_of(target: HostName, family: int, resolver: Resolver) -> tuple[AddressRange, ...]:
    found = resolve(target.name, family, resolver)
    if found:
        return found
    if resolve(target.name, 10 - family, resolver):
        hint = Sentence("Add -6 to scan that." if family == 4 else "Leave out -6 to scan that.")
        raise UsageError(
            "“{name}” has no {family} address, only {other}. {hint}",
            name=target.name,
            family=_FAMILY_NAME[family],
            other=_FAMILY_NAME[10 - family],
            hint=hint,
        )
    raise UsageError("The name “{name}” is unknown. Check how it is written, or write an address.", name=target.name)


def _network(address: AddressRange, target: HostName, family: int) -> AddressRange:
    if target.prefix is None:
        return address
    if target.prefix > BITS[family]:
        raise UsageError(
            "“{given}” is an {family_name} host: write /0 to /{bits}.",
            given=target.text,
            family_name=_FAMILY_NAME[family],
            bits=BITS[family],
        )
    size = 1 << (BITS[family] - target.prefix)
    first = address.first - address.first % size
    return AddressRange(first, first + size - 1, address.zone)


def _note(target: HostName, found: tuple[AddressRange, ...], family: int) -> Iterator[str]:
    if len(found) > 1:
        first, *others = (item.text(family) for item in found)
        yield f"{target.name} has {len(found)} addresses. {first} is scanned, and not {', '.join(others)}."


def _zoned(item: AddressRange, family: int, interface: str | None) -> AddressRange:
    """Give a link-local range its zone and check that the interface is there (RFC 4007, section 6)."""
    if family == 4:
        return item
    link_local = _LINK_LOCAL[0] <= item.first and item.last <= _LINK_LOCAL[1]
    zone = item.zone or (interface if link_local else None)
    if zone:
        return item._replace(zone=_zone_name(zone, item))
    if link_local:
        raise UsageError(
            "{item} is link-local, and every interface has such addresses. Write which one: {first}%{interfaces}.",
            item=item.text(6),
            first=address_text(item.first, 6),
            interfaces=_interfaces()[-1],
        )
    return item


def _zone_name(zone: str, item: AddressRange) -> str:
    names = {str(number): name for number, name in socket.if_nameindex()}
    if zone not in names and zone not in names.values():
        raise UsageError(
            "There is no interface “{zone}” for {first}. There are: {values}.",
            zone=zone,
            first=address_text(item.first, 6),
            values=", ".join(names.values()),
        )
    return names.get(zone, zone)


def _interfaces() -> list[str]:
    return [name for _, name in socket.if_nameindex()] or ["eth0"]
