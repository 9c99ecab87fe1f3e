"""Frozen dataclasses as plain JSON values and back, so that a request can be written down and repeated."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints


def as_record(value: Any) -> Any:
    """A value as JSON can hold it: of a dataclass the fields that differ from their defaults, by name."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((one, getattr(value, one.name)) for one in fields(value))
        return {one.name: as_record(held) for one, held in pairs if held != _default(one)}
    if isinstance(value, Enum):
        return value.value
    return [as_record(item) for item in value] if isinstance(value, tuple) else value


def from_record(kind: Any, record: Any) -> Any:
    """The value of type ``kind`` that ``as_record`` wrote; ValueError where it is none.

    ``kind`` is a dataclass, an enum, ``tuple[X, ...]``, ``tuple[X, Y]``, a union, bool, int, float, str or None.
    """
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, record)
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), record)
    if get_origin(kind) in (Union, types.UnionType):
        return _one_of(get_args(kind), record)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(record)
    if kind is float and type(record) is int:
        return float(record)
    if type(record) is not kind:
        raise ValueError(f"{record!r} is no {getattr(kind, '__name__', kind)}")
    return record


def _default(one: Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _dataclass(kind: Any, record: Any) -> Any:
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}
    if not isinstance(record, Mapping) or not record.keys() <= known:
        raise ValueError(f"{record!r} is no {kind.__name__}")
    try:
        return kind(**{name: from_record(hints[name], item) for name, item in record.items()})
    except TypeError as error:
        raise ValueError(str(error)) from error


def _tuple(kinds: tuple[Any, ...], record: Any) -> tuple[Any, ...]:
    if not isinstance(record, list):
        raise ValueError(f"{record!r} is no list")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(record)
    if len(kinds) != len(record):
        raise ValueError(f"{record!r} has not {len(kinds)} parts")
    return tuple(from_record(kind, item) for kind, item in zip(kinds, record, strict=True))


def _one_of(kinds: tuple[Any, ...], record: Any) -> Any:
    for kind in kinds:
        try:
            return from_record(kind, record)
        except ValueError:
            continue
    raise ValueError(f"{record!r} is none of {kinds}")
