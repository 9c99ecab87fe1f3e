"""One of several parts of a scan, so that machines can share it: every probe belongs to just one part."""

from tui_scan.model.techniques import Protocol
from tui_scan.scope.ports import PortSelection
from tui_scan.scope.ranges import AddressRange

Part = tuple[int, int]
"""(k, n): part k, from 1, of n."""


def shard(
    ranges: tuple[AddressRange, ...], ports: PortSelection, part: Part
) -> tuple[tuple[AddressRange, ...], PortSelection]:
    """A part of the hosts, as one run of them, or every n-th port where there are fewer hosts than parts.

    ``ranges`` are disjoint; what is returned may hold no port.
    """
    number, of = part
    hosts = sum(run.count for run in ranges)
    if hosts < of and any(ports.for_protocol(protocol) for protocol in Protocol):
        return ranges, PortSelection(**{p.value: ports.for_protocol(p)[number - 1 :: of] for p in Protocol})
    return _hosts(ranges, hosts * (number - 1) // of, hosts * number // of), ports


def _hosts(ranges: tuple[AddressRange, ...], first: int, last: int) -> tuple[AddressRange, ...]:
    """The hosts with the numbers first..last-1, in the order of their ranges."""
    cut: list[AddressRange] = []
    at = 0
    for run in ranges:
        low, high = max(first, at), min(last, at + run.count)
        if low < high:
            cut.append(AddressRange(run.first + low - at, run.first + high - at - 1, run.zone))
        at += run.count
    return tuple(cut)
