"""The fields of a packet as a tree: layers, their fields, and the bytes of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui_scan.language import translate


@dataclass(frozen=True, slots=True)
class Field:
    """One field, or a layer with its fields: bytes ``start`` to ``end`` (exclusive), from the IP header on.

    ``key`` names it as scapy does (``TCP.seq``), ``name`` and ``meaning`` are for a person. A field smaller than a byte
    takes the whole byte, which it shares with others.
    """

    key: str
    name: str
    value: str
    start: int
    end: int
    meaning: str = ""
    children: tuple["Field", ...] = ()


def flattened(tree: tuple[Field, ...], depth: int = 0) -> Iterator[tuple[int, Field]]:
    """All fields with their depth, each before its own parts."""
    for field in tree:
        yield depth, field
        yield from flattened(field.children, depth + 1)


def field_at(tree: tuple[Field, ...], offset: int) -> Field | None:
    """The innermost field that takes this byte, the smallest and then the first of those that share it."""
    found = [(depth, field) for depth, field in flattened(tree) if field.start <= offset < field.end]
    return min(found, key=lambda one: (-one[0], one[1].end - one[1].start), default=(0, None))[1]


def byte_count(count: int) -> str:
    """``20 bytes``."""
    return translate("1 byte") if count == 1 else translate("{count} bytes", count=count)
