"""A TOML table read key by key, so that a wrong or unknown key is told with the place where it stands."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError

T = TypeVar("T")

_KIND_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class Table:
    """A TOML table whose keys are taken one by one; what is left at the end is a mistake."""

    def __init__(self, entries: Mapping[str, Any], place: str) -> None:
        self.entries = dict(entries)
        self.place = place
        self.known: list[str] = []

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        """The value of ``key``, which must be of ``kind``; without ``default`` it must be there."""
        self.known.append(key)
        if key not in self.entries:
            if default is None:
                raise UsageError('{place} has no "{key}"', place=self.place, key=key)
            return default
        return typed(self.entries.pop(key), kind, f"{self.place}: {key}")

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables in the list ``key``, which may be missing; the place of each has its number."""
        for count, entry in enumerate(self.take(key, list, []), 1):
            place = f"{self.place}: {key.removesuffix('s')} {count}"
            yield Table(typed(entry, dict, place), place)

    def finish(self) -> None:
        """Raise UsageError if a key is left that nobody took."""
        if self.entries:
            key = next(iter(self.entries))
            known = ", ".join(self.known)
            raise UsageError(
                '{place} has an unknown key "{key}"; it may have {known}', place=self.place, key=key, known=known
            )


def typed(value: Any, kind: type[T], place: str) -> T:
    """``value`` as ``kind`` (a whole number is a float too), else UsageError that names ``place``."""
    if kind is float and type(value) is int:
        value = float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        wanted = _KIND_NAMES.get(kind, "a table" if kind is dict else "a list")
        raise UsageError("{place} must be {wanted}, not {value!r}", place=place, wanted=Sentence(wanted), value=value)
    return value


def located(place: str, function: Callable[[], T]) -> T:
    """What ``function`` gives; a UsageError of it is told with ``place``."""
    try:
        return function()
    except UsageError as error:
        raise UsageError("{place}: {error}", place=place, error=error) from error


def number(table: Table, key: str, default: float, least: float, most: float) -> float:
    """A number from ``least`` to ``most``; raises UsageError."""
    value = table.take(key, float, default)
    if not least <= value <= most:
        raise UsageError(
            "{place}: {key} must be from {least:g} to {most:g}, not {value:g}",
            place=table.place,
            key=key,
            least=least,
            most=most,
            value=value,
        )
    return value
