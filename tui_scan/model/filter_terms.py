"""The words of a filter: ``port:443 state:open !addr:10. text``, all of which must hold of what is shown."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError

Thing = TypeVar("Thing")

Tests = Mapping[str, Callable[[str], Callable[[Thing], bool]]]
"""By the key of a term, what makes a test of its value; "" is the key of a bare text."""

_HEX = frozenset("0123456789abcdef")

_EQUALS = re.compile(r"(?:\w+\.)*(?P<key>[a-z]+)(?P<sign>!=|==?)(?P<value>[^=]*)", re.IGNORECASE)
"""A comparison as other programs write it: ``state=open``, ``tcp.port==22``."""

NO_OPERATOR = {
    "or": "A filter knows no “or”: all its words must hold. One word may name several ports: port:22,80",
    "||": "A filter knows no “or”: all its words must hold. One word may name several ports: port:22,80",
    "and": "All words of a filter must hold: leave out “and” between them.",
    "&&": "All words of a filter must hold: leave out “and” between them.",
    "not": "Write “!” before what must not hold, without a space: !port:22",
}
"""Words by which other programs join or turn round, and how that is written here."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter; ``key`` is empty for a bare text."""

    key: str
    value: str
    negated: bool


def parse_terms(
    text: str, of: str, examples: Mapping[str, str], checks: Mapping[str, Callable[[str], object]]
) -> tuple[Term, ...]:
    """The terms of a filter, their keys in lower case.

    ``of`` says what the keys are part of, ``examples`` has an example by each key that is known, ``checks`` what raises
    UsageError for a wrong value. Raises UsageError for an unknown key, too, and for one without a value.
    """
    found = tuple(_term(word, of, examples) for word in text.split())
    for term in found:
        if term.key in checks:
            checks[term.key](term.value)
    return found


def _term(word: str, of: str, examples: Mapping[str, str]) -> Term:
    negated = word.startswith("!") and len(word) > 1
    body = word[1:] if negated else word
    key, colon, value = body.partition(":")
    key = key.lower()
    if body.lower() in NO_OPERATOR:
        raise UsageError(NO_OPERATOR[body.lower()])
    if not colon and (other := _EQUALS.fullmatch(body)) is not None:
        raise UsageError("A filter has no “{sign}”. Write {term}", sign=other["sign"], term=_written(other, examples))
    # Hex digits before a colon are the start of an IPv6 address.
    if not colon or (key not in examples and (not key.isalpha() or _HEX.issuperset(key))):
        return Term("", body, negated)
    if key not in examples:
        raise UsageError(
            "“{key}:” is no part of {of}. Write one of {examples}.",
            key=key,
            of=Sentence(of),
            examples=", ".join(f"{name}:" for name in examples),
        )
    if not value:
        raise UsageError("“{key}:” needs a value, such as {examples}.", key=key, examples=examples[key])
    return Term(key, value, negated)


def _written(other: re.Match[str], examples: Mapping[str, str]) -> str:
    """How a comparison of another program is written here; an example where its key is unknown."""
    key, turned = other["key"].lower(), "!" if other["sign"] == "!=" else ""
    example = examples.get(key, next(iter(examples.values())))
    return f"{turned}{key}:{other['value']}" if key in examples and other["value"] else turned + example


def names_meant(value: str, known: Iterable[str], sentence: str) -> frozenset[str]:
    """The name that is the value, else those that begin with it, of the ``known``.

    Raises UsageError with ``sentence``, which has places for ``{value}`` and ``{known}``, where there is none.
    """
    names = dict.fromkeys(known)
    found = frozenset([value]) & names.keys() or frozenset(name for name in names if name.startswith(value))
    if not found:
        raise UsageError(sentence, value=value, known=", ".join(names))
    return found


def fitting(things: Iterable[Thing], terms: Iterable[Term], tests: Tests[Thing]) -> list[Thing]:
    """The things that fit all terms, in their order."""
    found = list(things)
    for term in terms:
        test = tests[term.key](term.value)
        found = [one for one in found if test(one) is not term.negated]
    return found
