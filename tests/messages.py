"""Every text that a person reads: the ids of the catalogues in ``tui_scan/language``.

A text reaches ``translate`` as a literal or a constant in its call, in that of ``Sentence`` or of an error, or as a
value of a table: ``message_tables`` names those.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from string import Formatter

import tui_scan
from tests.message_tables import TABLES, capitals
from tests.translated_calls import translated

PACKAGE = Path(tui_scan.__file__).parent

_WORDS = re.compile(r"[a-z]{2}")


def messages() -> dict[str, set[str]]:
    """The texts that are to be translated, each with the files it stands in."""
    found: dict[str, set[str]] = {}
    for file, table in TABLES.items():
        for text in filter(is_message, texts(table())):
            found.setdefault(text, set()).add(file)
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for text in filter(is_message, translated(source)):
            found.setdefault(text, set()).add(str(path.relative_to(PACKAGE)))
    for text in capitals():
        found.setdefault(text, set()).add("ui")
    return found


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
    """Whether there is anything to translate; ``SYN-ACK`` and ``RFC 792`` are the same in every language."""
    return bool(_WORDS.search(text)) or "; " in text


def places(text: str) -> set[str]:
    """The ``{name}`` places of a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
