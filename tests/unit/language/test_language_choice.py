"""Which language is spoken, and that English costs nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.catalogue import read
from tui_scan.language import LANGUAGES, chosen, translate, use
from tui_scan.language.choice import of_environment


@pytest.fixture(autouse=True)
def afterwards_as_before() -> Iterator[None]:
    yield
    use(None)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr"}, "fr"),
        ({"LANG": "fr_BE@euro"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_CH.UTF-8"}, "fr"),
        ({"LC_ALL": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "fr"),
        ({"LC_ALL": "", "LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8", "LANGUAGE": "de:fr:en"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANGUAGE": "fr"}, "fr"),
        ({"LC_ALL": "C", "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "fr"}, "en"),
        ({"LANG": "POSIX", "LANGUAGE": "fr"}, "en"),
    ],
)
def test_the_environment_is_read_as_gettext_reads_it(environment: dict[str, str], language: str) -> None:
    assert of_environment(environment) == language


def test_what_was_asked_for_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    monkeypatch.setenv("LANGUAGE", "fr")
    use(None)
    assert chosen() == "fr"
    use("en")
    assert chosen() == "en"


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_texts_are_those_of_the_catalogue(language: str) -> None:
    use(language)
    told = {str(message.id): str(message.string) for message in read(language) if message.id and message.string}
    assert told
    for english, other in told.items():
        assert translate(english) == other
    assert translate("RFC 792") == "RFC 792"
    assert translate("") == ""


def test_values_take_their_places() -> None:
    use("en")
    assert translate("{tries} of {tries}, {who}", tries=3, who="{not a place}") == "3 of 3, {not a place}"


def test_english_reads_no_file_and_loads_no_gettext() -> None:
    code = (
        "import sys; from tui_scan.language import translate; before = set(sys.modules);"
        "sys.addaudithook(lambda event, _: event == 'open' and sys.exit('a file was opened'));"
        "assert translate('closed') == 'closed'; assert set(sys.modules) == before; assert 'gettext' not in before"
    )
    environment = {**os.environ, "LANGUAGE": "en"}
    subprocess.run([sys.executable, "-S", "-c", code], check=True, env=environment)
