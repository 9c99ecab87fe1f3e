"""Sentences by their English text, out of gettext's catalogues beside this file; English itself needs none."""

import os
from functools import cache
from typing import TYPE_CHECKING, Self

from tui_scan.language.choice import ENGLISH, chosen
from tui_scan.language.numbers import numbered

if TYPE_CHECKING:  # who reads English needs none
    from gettext import NullTranslations

DOMAIN = "tui_scan"
DIRECTORY = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes as long to load as all the rest


class Sentence(str):
    """An English sentence that can still be translated: for what is kept, or written to files that programs read.

    As a string it is English, its ``{name}`` places filled with ``values``; ``translate`` says it in the language that
    is spoken. A value that is a ``Sentence`` is translated too.
    """

    text: str
    values: dict[str, object]

    def __new__(cls, text: str, **values: object) -> Self:
        """The sentence; one that is a ``Sentence`` already, without values, stays itself."""
        if isinstance(text, cls) and not values:
            return text
        made = super().__new__(cls, text.format(**values) if values else text)
        made.text, made.values = str(text), values
        return made

    def in_language(self) -> str:
        """The sentence in the language that is spoken."""
        told = {
            name: value.in_language() if isinstance(value, Sentence) else value for name, value in self.values.items()
        }
        return translate(self.text, **told)


def translate(text: str, **values: object) -> str:
    """The text in the language that is spoken, its ``{name}`` places filled with ``values``.

    A text that no catalogue has, such as a term of the field or the number of an RFC, stays as it is.
    """
    language = chosen()
    if language == ENGLISH or not text:
        told = text
    elif isinstance(text, Sentence) and text.values:
        return text.in_language()
    else:
        told = _catalogue(language).gettext(text)
        values = {name: numbered(value) for name, value in values.items()}
    return told.format(**values) if values else told


@cache
def _catalogue(language: str) -> "NullTranslations":
    from gettext import translation

    return translation(DOMAIN, DIRECTORY, [language])
