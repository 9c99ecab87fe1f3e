"""Sentences by their English text, out of gettext's catalogues beside this file; English itself needs none."""

import os
from functools import cache
from typing import TYPE_CHECKING

from tui_scan.language.choice import ENGLISH, chosen

if TYPE_CHECKING:  # who reads English needs none
    from gettext import NullTranslations

DOMAIN = "tui_scan"
DIRECTORY = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes as long to load as all the rest


def translate(text: str, **values: object) -> str:
    """The text in the language that is spoken, its ``{name}`` places filled with ``values``.

    A text that no catalogue has, such as a term of the field or the number of an RFC, stays as it is.
    """
    language = chosen()
    told = text if language == ENGLISH or not text else _catalogue(language).gettext(text)
    return told.format(**values) if values else told


@cache
def _catalogue(language: str) -> "NullTranslations":
    from gettext import translation

    return translation(DOMAIN, DIRECTORY, [language])
