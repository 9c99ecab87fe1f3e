"""Which language is spoken: the one that was asked for by ``--lang``, else the one of the environment."""

import os
from collections.abc import Mapping

LANGUAGES = ("en", "fr")
"""The languages that are spoken, the one of the message ids first."""
ENGLISH = LANGUAGES[0]

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_PLAIN = ("C", "POSIX")
"""Locales of programs that read what others write: these want it the same everywhere."""

_chosen: str | None = None


def use(language: str | None) -> None:
    """Speak this language from now on, one of ``LANGUAGES``; None leaves it to the environment, which is read anew."""
    global _chosen
    _chosen = language


def chosen() -> str:
    """The language that is spoken now."""
    global _chosen
    if _chosen is None:
        _chosen = of_environment(os.environ)
    return _chosen


def of_environment(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for, as GNU gettext reads it ("Locale Environment Variables").

    The first of LC_ALL, LC_MESSAGES and LANG that is not empty is the locale; where it is C or POSIX, English is
    spoken. LANGUAGE is a list in order of preference and goes before the locale otherwise.
    """
    locale = next((environment[name] for name in _LOCALE if environment.get(name)), "")
    if locale.partition(".")[0] in _PLAIN:
        return ENGLISH
    wishes = [*environment.get("LANGUAGE", "").split(":"), locale]
    codes = (wish.partition("_")[0].partition(".")[0].partition("@")[0] for wish in wishes)
    return next((code for code in codes if code in LANGUAGES), ENGLISH)
