"""Every text that the program explains with: the ids of the catalogues in ``tui_scan/language``.

A text reaches ``translate`` as a literal in its call, or as a value of a table; ``TABLES`` names the tables.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from string import Formatter

from babel.messages.extract import extract_from_dir

import tui_scan
from tui_scan.exchange import calls
from tui_scan.local import states

PACKAGE = Path(tui_scan.__file__).parent

TABLES: dict[str, Callable[[], object]] = {
    "exchange/calls.py": lambda: calls._TOLD,
    "local/states.py": lambda: (states.STATE_MEANINGS, states.UNOWNED_NOTES),
}
"""The tables of texts by the file they stand in. All strings of one count, those in records, tuples and values too."""

_WORDS = re.compile(r"[a-z]{2}")


def messages() -> dict[str, set[str]]:
    """The texts that are to be translated, each with the files it stands in."""
    found: dict[str, set[str]] = {}
    for file, table in TABLES.items():
        for text in texts(table()):
            found.setdefault(text, set()).add(file)
    for file, _, literal, *_ in extract_from_dir(PACKAGE, [("**.py", "python")], keywords={"translate": None}):
        found.setdefault(str(literal), set()).add(file)
    return {text: files for text, files in found.items() if is_message(text)}


def texts(value: object) -> Iterator[str]:
    """All strings of a table, whatever it is made of; members of enums are names and no texts."""
    if isinstance(value, Enum):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for one in value:
            yield from texts(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


def is_message(text: str) -> bool:
    """Whether there is anything to translate; ``SYN,ACK`` and ``RFC 792`` are the same in every language."""
    return bool(_WORDS.search(text))


def places(text: str) -> set[str]:
    """The ``{name}`` places of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
