"""A packet as a tree of fields with the bytes that each one takes; scapy dissects, only what is looked at."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from tui_scan.exchange.decode import dissected
from tui_scan.exchange.field_names import FIELDS, LAYERS, OPTIONS, QUOTED, FieldName
from tui_scan.exchange.field_tree import Field, byte_count
from tui_scan.exchange.tcp_names import flag_names
from tui_scan.language import translate
from tui_scan.model.packets import Packet
from tui_scan.model.techniques import Protocol
from tui_scan.services.names import service_name

_WORDS = frozenset({"IP.ihl", "TCP.dataofs"})
"""Lengths that are counted in words of four bytes."""


_PORTS = {f"{name}.{end}": Protocol[name] for name in ("TCP", "UDP", "SCTP") for end in ("sport", "dport")}
_PLAIN = frozenset({"Raw", "Padding"})
"""Layers that have no fields."""
_QUOTED = {"IPerror": "IP", "IPerror6": "IPv6", "TCPerror": "TCP", "UDPerror": "UDP", "ICMPerror": "ICMP"}


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
        layers.append(Field("missing", translate("not kept"), byte_count(missing), len(data), len(data)))
    return tuple(layers)


def _layers(layer: Any, start: int, end: int) -> Iterator[Field]:
    """Layer after layer; ``start`` is the first byte of this one."""
    while layer and start < end:
        raw = layer.original[: end - start]
        name = _layer_name(layer)
        parts, taken = ([], len(raw)) if name in _PLAIN else _parts(layer, raw, start)
        known = LAYERS.get(name, FieldName(layer.name))
        title = translate(known.name)
        title = translate(QUOTED, name=title) if _is_quoted(layer) else title
        if taken:
            end_of = start + taken
            yield Field(name, title, byte_count(taken), start, end_of, translate(known.meaning), tuple(parts))
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
            bytes_of = raw[first - start : last - start]
            parts.append(_field(layer, f"{name}.{description.name}", description, value, first, bytes_of))
    taken = -(-_bits_read(left, raw) // 8)
    return parts, min(taken, len(raw))


def _bits_read(left: Any, raw: bytes) -> int:
    """How many bits are read: scapy leaves bytes, or bytes and the bits that are read of the first of them."""
    rest, bits = (left[0], left[1]) if isinstance(left, tuple) else (left, 0)
    return 8 * (len(raw) - len(rest)) + int(bits)


def _field(layer: Any, key: str, description: Any, value: Any, start: int, raw: bytes) -> Field:
    end = start + len(raw)
    known = FIELDS.get(key, FieldName(description.name.replace("_", " ")))
    said = _value(layer, key, description, value)
    made = Field(key, translate(known.name), said, start, end, translate(known.meaning))
    if key == "TCP.options":
        return replace(made, value=byte_count(end - start), children=tuple(_tcp_options(raw, start)))
    if isinstance(value, list) and value and all(hasattr(one, "fields_desc") for one in value):
        inner = tuple(_within(value, start, end))
        return replace(made, value=byte_count(end - start), children=inner)
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
        known = OPTIONS.get(kind)
        name = translate(known.name) if known else translate("option {kind}", kind=kind)
        meaning = translate(known.meaning) if known else ""
        value = _option_value(kind, raw[at + 2 : stop])
        yield Field(f"TCP.option.{kind}", name, value, start + at, start + stop, meaning)
        at = len(raw) if kind == 0 else stop


def _option_value(kind: int, data: bytes) -> str:
    if kind in (2, 3) and data:
        return str(int.from_bytes(data))
    if kind == 8 and len(data) == 8:
        return f"{int.from_bytes(data[:4])}, echo {int.from_bytes(data[4:])}"
    return data.hex(" ")


def _value(layer: Any, key: str, description: Any, value: Any) -> str:
    if key in _WORDS:
        return f"{value} ({byte_count(4 * value)})"
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
    return Field(key, translate(known.name), byte_count(len(data)), start, start + len(data), translate(known.meaning))


def _layer_name(layer: Any) -> str:
    """scapy's name of a layer, the same for a quoted one; all messages of ICMPv6 have one name."""
    name = type(layer).__name__
    if name.startswith("ICMPv6"):
        return "ICMPv6"
    return _QUOTED.get(name, name)


def _is_quoted(layer: Any) -> bool:
    return type(layer).__name__ in _QUOTED
