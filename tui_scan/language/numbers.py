"""Numbers as a language writes them: ``1,024`` in English; French has a space there, at which no line is broken."""

from tui_scan.language.choice import ENGLISH, chosen

SEPARATOR = "\N{NO-BREAK SPACE}"
"""Between the groups of three digits."""


def number(value: float, spec: str = ",") -> str:
    """The number by a format such as ``,`` or ``>6,.0f``, its thousands apart as in the language that is spoken."""
    told = format(value, spec)
    return told if chosen() == ENGLISH else told.replace(",", SEPARATOR)


class _Whole(int):
    def __format__(self, spec: str) -> str:
        return number(int(self), spec)


class _Real(float):
    def __format__(self, spec: str) -> str:
        return number(float(self), spec)


_KINDS = {int: _Whole, float: _Real}


def numbered(value: object) -> object:
    """A value for a place of a text: a number that formats itself as the language has it; others as they are."""
    kind = _KINDS.get(type(value))
    return kind(value) if kind else value
