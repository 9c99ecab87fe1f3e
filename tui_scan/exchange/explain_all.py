"""Everything that can be explained, and how a word finds it."""

from collections.abc import Iterable, Sequence

from tui_scan.exchange import (
    explain_filters,
    explain_misconceptions,
    explain_reasons,
    explain_scans,
    explain_sockets,
    explain_states,
    explain_words,
)
from tui_scan.exchange.explain_entries import Entry, key_of

_PARTS = (
    explain_states,
    explain_reasons,
    explain_scans,
    explain_sockets,
    explain_filters,
    explain_words,
    explain_misconceptions,
)


def all_entries() -> list[Entry]:
    """Every entry, in the order in which they are listed."""
    return [entry for part in _PARTS for entry in part.entries()]


def found(entries: Iterable[Entry], word: str) -> list[Entry]:
    """The entries of a word, in any spelling; one word may be a state and a flag, and have several."""
    key = key_of(word)
    return [entry for entry in entries if key in entry.keys]


def nearest(entries: Sequence[Entry], word: str) -> list[str]:
    """At most three words that are written like this one, the likest first."""
    from difflib import get_close_matches

    names = {key: entry.word for entry in entries if not is_belief(entry) for key in entry.keys}
    names[explain_misconceptions.WORD] = explain_misconceptions.WORD
    return list(dict.fromkeys(names[key] for key in get_close_matches(key_of(word), names, 3, 0.7)))


def is_belief(entry: Entry) -> bool:
    """Whether the entry is a sentence that is told with others under one word."""
    return entry.kind == explain_misconceptions.KIND
