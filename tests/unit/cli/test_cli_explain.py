"""``tui-scan explain`` and ``--lang`` as a person types them."""

import json
import os
import re
import subprocess
import sys

import pytest

from tui_scan.exchange.explain_states import STATES
from tui_scan.language import use
from tui_scan.model.states import PortState

PLAIN = {name: value for name, value in os.environ.items() if name not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")}


def tui_scan(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tui_scan", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        stdin=subprocess.DEVNULL,
        env=PLAIN | {"PYTHONUTF8": "1"} | environment,
    )


def words(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def test_reset_and_filtered_in_both_languages() -> None:
    english = tui_scan("explain", "reset", "filtered")
    assert (english.returncode, english.stderr) == (0, "")
    for part in ("reset (reason)", "RST means closed", "filtered (state of a port)", "silence means filtered", "RFC "):
        assert part in words(english.stdout)
    french = tui_scan("explain", "--lang", "fr", "reset", "filtered")
    assert (french.returncode, french.stderr) == (0, "")
    for part in ("reset (raison)", "RST signifie closed (fermé)", "filtered (état d'un port)", "pare-feu", "RFC "):
        assert part in words(french.stdout)
    assert tui_scan("explain", "reset", "filtered", LANG="fr_FR.UTF-8").stdout == french.stdout
    assert tui_scan("explain", "reset", "filtered", LANG="fr_FR.UTF-8", LC_ALL="C").stdout == english.stdout
    assert tui_scan("explain", "--lang=en", "reset", "filtered", LANG="fr_FR.UTF-8").stdout == english.stdout


def test_scan_types_may_be_written_as_options() -> None:
    done = tui_scan("explain", "-sA", "open|filtered", "misconceptions")
    assert done.returncode == 0
    assert "-sA: RST means unfiltered" in done.stdout
    assert words(STATES[PortState.OPEN_FILTERED].meaning) in words(done.stdout)
    assert "“An ACK scan finds open ports.”" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_options_are_explained_by_their_help_and_lang_stays_an_option() -> None:
    told = tui_scan("explain", "-Pn", "T4", "--badsum", "--lang", "fr", "pare-feu")
    assert told.returncode == 0 and told.stderr == ""
    assert [line.partition(" (")[0] for line in told.stdout.splitlines() if re.match(r"\S.* \(\w+\)$", line)] == [
        "-Pn, -P0, -PN",
        "-T 0-5",
        "--badsum",
        "firewall",
    ]


def test_the_words_of_every_rung_are_explained() -> None:
    for word in ("mss", "win", "window", "seq", "ack", "ttl", "len", "flags"):
        assert "(word)" in tui_scan("explain", word).stdout, word


def test_a_port_is_explained_by_its_number_and_by_its_service() -> None:
    for word in ("22", "ssh"):
        told = words(tui_scan("explain", word).stdout)
        assert told.startswith("22 (port)") and "ssh (tcp)" in told and "tui-scan scan -p 22 HOST" in told
    assert "in the protocol that is usual there" in words(tui_scan("explain", "53").stdout)
    assert "by an empty datagram" in words(tui_scan("explain", "22").stdout)
    assert tui_scan("explain", "65536").returncode == 2


def test_without_a_word_the_words_are_listed() -> None:
    done = tui_scan("explain")
    listed = set(words(done.stdout).replace(":", " ").split())
    assert {"filtered", "port-unreach", "connect", "TIME_WAIT", "strict", "exposed", "handshake"} <= listed
    assert "misconceptions" in listed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["flitered"], "Did you mean filtered"),
        (["reset", "qzxv"], "“qzxv” is not explained here"),
        (["--lang", "de", "reset"], "--lang takes en or fr"),
        (["--lang"], "--lang needs a value"),
        (["-x"], "-x is not known here"),
        (["--frob"], "--frob is not known here"),
        (["--lang", "fr", "flitered"], "Vouliez-vous dire filtered"),
    ],
)
def test_what_is_not_known_gets_a_sentence(arguments: list[str], says: str) -> None:
    done = tui_scan("explain", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.replace("\N{NO-BREAK SPACE}", " ")
    assert len(done.stderr.splitlines()) == 1


def test_a_scan_explains_in_the_language_that_is_asked_for() -> None:
    told = {}
    for language in ("en", "fr"):
        done = tui_scan("scan", "--lang", language, "-sT", "-n", "127.0.0.1", "-p", "1", "-oJ", "-")
        assert done.returncode == 0, done.stderr
        port = next(one for one in map(json.loads, done.stdout.splitlines()) if one["type"] == "port")
        assert (port["state"], port["reason"]) == ("closed", "conn-refused")
        told[language] = port["explanation"]
    assert "reads as closed" in told["en"] and "RFC 9293" in told["en"]
    assert "closed (fermé)" in told["fr"] and "Cela ne prouve pas" in told["fr"] and "RFC 9293" in told["fr"]


def test_matrix_takes_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    from tui_scan.cli.matrix_options import matrix_options
    from tui_scan.cli.options import interface_options
    from tui_scan.language import chosen

    for read in (lambda argv: matrix_options([*argv, "-p", "1", "127.0.0.1"]), interface_options):
        assert read(["--lang", "fr"]) is not None
        assert chosen() == "fr"
    use(None)
