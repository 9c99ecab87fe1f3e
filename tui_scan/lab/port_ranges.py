"""Ports as a topology writes them: ``22,80,1000-1019``."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_scan.model.errors import UsageError

_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class PortRanges:
    """A set of ports as ascending, disjoint ranges, both ends included."""

    ranges: tuple[tuple[int, int], ...] = ()

    def __contains__(self, port: int) -> bool:
        return any(first <= port <= last for first, last in self.ranges)

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)


def parse_ports(text: str) -> PortRanges:
    """Ports written as ``22,80,1000-1019``; raises UsageError."""
    ports: set[tuple[int, int]] = set()
    for part in text.replace(" ", "").split(",") if text.strip() else []:
        match = _RANGE.fullmatch(part)
        if match is None:
            raise UsageError('"{part}" is no port; write ports as 22,80,1000-1019', part=part)
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= 65535:
            raise UsageError('"{part}" is no range of ports; ports go from 1 to 65535, the lower one first', part=part)
        ports.add((first, last))
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ports):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return PortRanges(tuple(merged))
