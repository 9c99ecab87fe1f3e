"""A packet as a tree of fields with the bytes that each one takes; scapy dissects, only what is looked at."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from tui_scan.exchange.decode import dissected
from tui_scan.exchange.field_names import FIELDS, LAYERS, OPTIONS, QUOTED, FieldName
from tui_scan.exchange.tcp_names import flag_names
from tui_scan.model.packets import Packet
from tui_scan.model.techniques import Protocol
from tui_scan.services.names import service_name

_WORDS = frozenset({"IP.ihl", "TCP.dataofs"})
"""Lengths that are counted in words of four bytes."""


_PORTS = {f"{name}.{end}": Protocol[name] for name in ("TCP", "UDP", "SCTP") for end in ("sport", "dport")}
_PLAIN = frozenset({"Raw", "Padding"})
"""Layers that have no fields."""
_QUOTED = {"IPerror": "IP", "IPerror6": "IPv6", "TCPerror": "TCP", "UDPerror": "UDP", "ICMPerror": "ICMP"}


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


def fields(packet: Packet) -> tuple[Field, ...]:
    """The layers of a packet, outermost first. Bytes that cannot be read are one layer; none raise an error."""
    data = packet.data
    layers: list[Field] = []
    with suppress(Exception):  # scapy raises whatever struct, enum and socket do on damaged bytes
        layers = list(_layers(dissected(data), 0, len(data)))
    read = layers[-1].end if layers else 0
    if read < len(data):
        layers.append(_plain("Raw", read, data[read:]))
    missing = packet.wire_length - len(data)
    if missing > 0:
        layers.append(Field("missing", "not kept", f"{missing} bytes", len(data), len(data)))
    return tuple(layers)


def flattened(tree: tuple[Field, ...], depth: int = 0) -> Iterator[tuple[int, Field]]:
    """All fields with their depth, each before its own parts."""
    for field in tree:
        yield depth, field
        yield from flattened(field.children, depth + 1)


def field_at(tree: tuple[Field, ...], offset: int) -> Field | None:
    """The innermost field that takes this byte, the smallest and then the first of those that share it."""
    found = [(depth, field) for depth, field in flattened(tree) if field.start <= offset < field.end]
    return min(found, key=lambda one: (-one[0], one[1].end - one[1].start), default=(0, None))[1]


def _layers(layer: Any, start: int, end: int) -> Iterator[Field]:
    """Layer after layer; ``start`` is the first byte of this one."""
    while layer and start < end:
        raw = layer.original[: end - start]
        name = _layer_name(layer)
        parts, taken = ([], len(raw)) if name in _PLAIN else _parts(layer, raw, start)
        known = LAYERS.get(name, FieldName(layer.name))
        title = QUOTED.format(name=known.name) if _is_quoted(layer) else known.name
        if taken:
            value = f"{taken} {'byte' if taken == 1 else 'bytes'}"
            yield Field(name, title, value, start, start + taken, known.meaning, tuple(parts))
        start += taken
        layer = layer.payload


def _parts(layer: Any, raw: bytes, start: int) -> tuple[list[Field], int]:
    """The fields of one layer, by reading its bytes again field by field; and how many bytes they take."""
    left: Any = raw
    parts: list[Field] = []
    name = _layer_name(layer)
    for description in layer.fields_desc:
        if not left or (isinstance(left, tuple) and not left[0]):
            break
        before = _bits_read(left, raw)
        try:
            left, value = description.getfield(layer, left)
        except Exception:  # as in ``fields``: what was read so far stands
            break
        after = _bits_read(left, raw)
        if after > before:
            first, last = start + before // 8, start + -(-after // 8)
            parts.append(
                _field(
                    layer,
                    f"{name}.{description.name}",
                    description,
                    value,
                    first,
                    last,
                    raw[first - start : last - start],
                )
            )
    taken = -(-_bits_read(left, raw) // 8)
    return parts, min(taken, len(raw))


def _bits_read(left: Any, raw: bytes) -> int:
    """How many bits are read: scapy leaves bytes, or bytes and the bits that are read of the first of them."""
    rest, bits = (left[0], left[1]) if isinstance(left, tuple) else (left, 0)
    return 8 * (len(raw) - len(rest)) + int(bits)


def _field(layer: Any, key: str, description: Any, value: Any, start: int, end: int, raw: bytes) -> Field:
    known = FIELDS.get(key, FieldName(description.name.replace("_", " ")))
    made = Field(key, known.name, _value(layer, key, description, value), start, end, known.meaning)
    if key == "TCP.options":
        return replace(made, value=f"{end - start} bytes", children=tuple(_tcp_options(raw, start)))
    if isinstance(value, list) and value and all(hasattr(one, "fields_desc") for one in value):
        inner = tuple(_within(value, start, end))
        return replace(made, value=f"{end - start} bytes", children=inner)
    return made


def _within(items: list[Any], start: int, end: int) -> Iterator[Field]:
    """The packets that stand in a field, such as the options of an IPv4 header."""
    for item in items:
        found = list(_layers(item, start, end))
        if not found:
            return
        yield from found
        start = found[-1].end


def _tcp_options(raw: bytes, start: int) -> Iterator[Field]:
    """Kind, length, data (RFC 9293 §3.1); kinds 0 and 1 are a byte alone."""
    at = 0
    while at < len(raw):
        kind = raw[at]
        length = 1 if kind < 2 else raw[at + 1] if at + 1 < len(raw) else 1
        stop = min(len(raw), at + max(1 if kind < 2 else 2, length))
        known = OPTIONS.get(kind, FieldName(f"option {kind}"))
        yield Field(
            f"TCP.option.{kind}",
            known.name,
            _option_value(kind, raw[at + 2 : stop]),
            start + at,
            start + stop,
            known.meaning,
        )
        at = len(raw) if kind == 0 else stop


def _option_value(kind: int, data: bytes) -> str:
    if kind in (2, 3) and data:
        return str(int.from_bytes(data))
    if kind == 8 and len(data) == 8:
        return f"{int.from_bytes(data[:4])}, echo of {int.from_bytes(data[4:])}"
    return data.hex(" ")


def _value(layer: Any, key: str, description: Any, value: Any) -> str:
    if key in _WORDS:
        return f"{value} ({4 * value} bytes)"
    if key == "TCP.flags":
        return f"{int(value):#05x} ({flag_names(str(value))})"
    if isinstance(value, bytes):
        return value.decode("ascii", "backslashreplace")
    protocol = _PORTS.get(key)
    if protocol is not None:
        name = service_name(protocol, int(value))
        return f"{value} ({name})" if name else str(value)
    text = str(description.i2repr(layer, value)) or "none"
    if isinstance(value, int) and text != str(value) and not text.startswith("0x"):
        return f"{int(value)} ({text})"
    return text


def _plain(key: str, start: int, data: bytes) -> Field:
    known = LAYERS[key]
    return Field(key, known.name, f"{len(data)} bytes", start, start + len(data), known.meaning)


def _layer_name(layer: Any) -> str:
    """scapy's name of a layer, the same for a quoted one; all messages of ICMPv6 have one name."""
    name = type(layer).__name__
    if name.startswith("ICMPv6"):
        return "ICMPv6"
    return _QUOTED.get(name, name)


def _is_quoted(layer: Any) -> bool:
    return type(layer).__name__ in _QUOTED
