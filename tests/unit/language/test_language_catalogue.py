"""Every text has its translation, made of the same places, and gettext reads what was written."""

import re
from gettext import GNUTranslations

import pytest

from tests.catalogue import LANGUAGES, po_file, read
from tests.messages import messages, places
from tests.translated_calls import translated
from tui_scan.language import LANGUAGES as SPOKEN


def written(language: str) -> dict[str, str]:
    """The texts of a .po file."""
    return {str(message.id): str(message.string) for message in read(language) if message.id}


def test_every_language_that_is_spoken_has_a_catalogue() -> None:
    assert {"en", *LANGUAGES} == set(SPOKEN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_just_the_texts_of_the_program(language: str) -> None:
    """Where this fails: ``python -m tests.catalogue``, then write the translations that it names."""
    found, told = set(messages()), written(language)
    assert set(told) - found == set(), "nobody says these any more"
    assert found - set(told) == set(), "these are not in the catalogue"
    assert [text for text, other in told.items() if not other.strip()] == [], "these are not translated"
    assert not any(message.fuzzy for message in read(language) if message.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_places_of_their_texts(language: str) -> None:
    for text, other in written(language).items():
        assert places(text) == places(other), text
        assert (text[-1] == ".") == (other[-1] == "."), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_gettext_reads_what_was_written(language: str) -> None:
    """Where this fails the .mo file is older than the .po file: ``python -m tests.catalogue``."""
    with po_file(language).with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    assert {text: compiled.gettext(text) for text in written(language)} == written(language)
    assert compiled.charset() == "utf-8"


def test_french_punctuation_does_not_begin_a_line() -> None:
    """A no-break space stands before it, and inside the quotation marks, which are French ones."""
    for text, told in written("fr").items():
        assert not re.search(r" [:;?!»](?![:\w])|« ", told), told
        assert not set("“”").intersection(told), told
        assert told.count("«") == told.count("»"), told
        assert text.count("“") <= told.count("«"), told


def test_texts_are_found_wherever_they_are_translated() -> None:
    source = """
NOTHING = "nothing at all"
ELSE = 3
def f(rule, few):
    told = f"{translate('in an f-string')} {word.translate('no text')}"
    return told + translate(NOTHING if few else "in two " "parts", few=few) + translate(rule.meaning) + translate(ELSE)
"""
    assert sorted(translated(source)) == ["in an f-string", "in two parts", "nothing at all"]
