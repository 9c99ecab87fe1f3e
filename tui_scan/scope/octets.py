"""IPv4 expressions by octet, as in ``10.0-1.*.1,3-5``, kept as four sets and never as a list of hosts."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.scope.ranges import AddressRange

Run = tuple[int, int]

HIGHEST = (1 << 32) - 1

_PIECE = re.compile(r"(\d+)|(\d*)-(\d*)", re.ASCII)


class Octets(NamedTuple):
    """The addresses whose four octets lie in four sets; each set is sorted, disjoint runs ``(low, high)``."""

    runs: tuple[tuple[Run, ...], ...]

    @property
    def count(self) -> int:  # type: ignore[override]
        """How many addresses this is."""
        return math.prod(sum(high - low + 1 for low, high in runs) for runs in self.runs)

    @property
    def range_count(self) -> int:
        """How many ranges ``ranges`` yields."""
        head, _ = self._split()
        spread = math.prod(sum(high - low + 1 for low, high in runs) for runs in head[:-1])
        return spread * (len(head[-1]) if head else 1)

    def ranges(self, first: int = 0, last: int = HIGHEST) -> Iterator[AddressRange]:
        """The disjoint ranges that reach into ``first`` to ``last``, rising, made one at a time."""
        head, size = self._split()
        yield from _ranges(head, size, 0, first, last)

    def masked(self, prefix: int) -> "Octets":
        """The union of the networks of ``prefix`` bits that hold these addresses."""
        mask = (HIGHEST + 1 - (1 << (32 - prefix))).to_bytes(4, "big")
        return Octets(tuple(_masked(runs, bits) for runs, bits in zip(self.runs, mask, strict=True)))

    def _split(self) -> tuple[tuple[tuple[Run, ...], ...], int]:
        """The octets up to the last that is not ``*``, and how many addresses one value of it spans."""
        used = 4
        while used and self.runs[used - 1] == ((0, 255),):
            used -= 1
        return self.runs[:used], 1 << (8 * (4 - used))


def parse_octets(text: str) -> Octets:
    """An IPv4 expression without its prefix length; UsageError says what is wrong near what."""
    parts = text.split(".")
    if len(parts) != 4:
        raise UsageError(
            "“{given}” is not an IPv4 address: it has {count} of 4 parts. Write four numbers or ranges with "
            "dots between, such as 10.0.0.1 or 10.0.0.1-20.",
            given=text,
            count=len(parts),
        )
    return Octets(tuple(_parse_set(part, text) for part in parts))


def _parse_set(part: str, text: str) -> tuple[Run, ...]:
    return _joined([_parse_run(piece, text) for piece in part.split(",")])


def _parse_run(piece: str, text: str) -> Run:
    if piece == "*":
        return (0, 255)
    match = _PIECE.fullmatch(piece)
    if match is None:
        near = Sentence("near “{piece}”" if piece else "where a number is missing", piece=piece)
        raise UsageError(
            "“{given}” is not an IPv4 address, {near}. Each of the four parts is a number (0 to 255), a "
            "range 1-20, a list 1,5-9, or *.",
            given=text,
            near=near,
        )
    single, low_text, high_text = match.groups()
    low = int(single or low_text or 0)
    high = low if single else int(high_text or 255)
    if max(low, high) > 255:
        raise UsageError("“{given}” is not an IPv4 address: {low} is more than 255.", given=text, low=max(low, high))
    if low > high:
        raise UsageError(
            "The range {piece} in “{given}” is backwards. Write {high}-{low}.",
            piece=piece,
            given=text,
            high=high,
            low=low,
        )
    return (low, high)


def _joined(runs: list[Run]) -> tuple[Run, ...]:
    result: list[Run] = []
    for low, high in sorted(runs):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def _masked(runs: tuple[Run, ...], bits: int) -> tuple[Run, ...]:
    free = 255 - bits
    return _joined([(v & bits, (v & bits) | free) for low, high in runs for v in range(low, high + 1)])


def _ranges(head: tuple[tuple[Run, ...], ...], size: int, base: int, first: int, last: int) -> Iterator[AddressRange]:
    """``base`` holds the octets before ``head``; one value of the last octet in ``head`` spans ``size``."""
    if not head:
        yield AddressRange(base * size, base * size + size - 1)
        return
    span = size << (8 * (len(head) - 1))
    start = base * 256 * span
    lowest, highest = (first - start) // span, (last - start) // span
    for low, high in head[0]:
        if len(head) > 1:
            for value in range(max(low, lowest), min(high, highest) + 1):
                yield from _ranges(head[1:], size, base * 256 + value, first, last)
        elif low <= highest and high >= lowest:
            yield AddressRange(start + low * span, start + (high + 1) * span - 1)
