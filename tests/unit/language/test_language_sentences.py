"""Sentences that are kept: English for programs and files, in the reader's language where they are shown."""

import json
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tui_scan.cli.commands import COMMANDS
from tui_scan.language import Sentence, number, translate, use
from tui_scan.model.errors import LocalError, TuiScanError, UsageError
from tui_scan.scope.ports import parse_ports

PORTS = "“{ports}” holds no {protocol} {noun}."


@pytest.fixture(autouse=True)
def afterwards_as_before() -> Iterator[None]:
    yield
    use(None)


def test_a_sentence_is_english_and_can_be_said_in_french() -> None:
    use("fr")
    note = Sentence(PORTS, ports="T:22", protocol="UDP", noun=Sentence("port"))
    assert note == "“T:22” holds no UDP port."
    assert json.dumps([note]) == json.dumps(["“T:22” holds no UDP port."])
    assert translate(note) == "«\N{NO-BREAK SPACE}T:22\N{NO-BREAK SPACE}» ne contient aucun port UDP."
    use("en")
    assert translate(note) == str(note)


def test_values_with_braces_stay_as_they_are() -> None:
    for language in ("en", "fr"):
        use(language)
        error = UsageError("There is no process {word}. “tui-scan local --namespaces” lists namespaces.", word="{x}{")
        assert "{x}{" in str(error)
        assert str(UsageError("{not a place}")) == "{not a place}"


def test_an_error_that_tells_of_another_one_is_of_one_language() -> None:
    use("fr")
    with pytest.raises(UsageError) as caught:
        parse_ports("9-5")
    outer = UsageError("--exclude-ports: {error}", error=caught.value)
    assert outer.sentence == "--exclude-ports: The port range 9-5 is backwards. Write 5-9."
    assert str(outer) == "--exclude-ports\N{NO-BREAK SPACE}: L'intervalle de ports 9-5 est à l'envers. Écrivez 5-9."


def test_an_error_survives_pickle() -> None:
    error = LocalError("The list {file} cannot be read: {strerror}.", file="a", strerror="b")
    again = pickle.loads(pickle.dumps(error))
    use("fr")
    assert (again.sentence, str(again)) == (error.sentence, str(error))
    assert str(again).startswith("La liste a")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["scan", "224.0.0.1"], 3, "224.0.0.1 est du multicast"),
        (["scan", "-p", "70000", "127.0.0.1"], 2, "Le port 70000 dans «\N{NO-BREAK SPACE}70000\N{NO-BREAK SPACE}»"),
        (["scan", "--no-such-option", "127.0.0.1"], 2, "L'option --no-such-option n'est pas connue ici."),
        (["scan", "-sV", "127.0.0.1"], 2, "La détection de version n'existe pas ici."),
        (["compare"], 2, "Aucune cible."),
    ],
)
def test_the_command_line_refuses_in_french(arguments: list[str], status: int, says: str) -> None:
    command, *rest = arguments
    with pytest.raises(TuiScanError) as caught:
        import_module(f"tui_scan.cli.{COMMANDS[command]}").main(["--lang", "fr", *rest])
    assert caught.value.exit_code == status
    assert says in str(caught.value)
    assert says not in caught.value.sentence


def reports(language: str, directory: Path) -> tuple[dict[str, str], str]:
    """What a scan of one port writes into its reports, all but times and the command line, and what it says."""
    base = directory / "scan"
    ports = ["-p", "T:1,U:53"]  # the second is not scanned, of which there is a note
    scan = [sys.executable, "-m", "tui_scan", "scan", "-sT", "-Pn", "-n", *ports, "127.0.0.1"]
    files = ["-oA", str(base), "-oJ", f"{base}.jsonl"]
    environment = {**os.environ, "LANGUAGE": "en"}
    command = [*scan, *files, "--lang", language]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=environment)
    told = {path.suffix: path.read_text().replace(f"--lang {language}", "") for path in directory.glob("scan.*")}
    times = re.compile(r"\w{3} \w{3} [\d ]+:[\d:]+ \d{4}|[\d.]+")
    return {kind: text if kind == ".jsonl" else times.sub("", text) for kind, text in told.items()}, done.stderr


def test_reports_that_programs_read_are_of_no_language(tmp_path: Path) -> None:
    english, _ = reports("en", tmp_path)
    french, said = reports("fr", tmp_path)
    notes = [json.loads(told[".jsonl"].splitlines()[0])["notes"] for told in (english, french)]
    assert notes[0] == notes[1] == ["“T:1,U:53” holds UDP ports, but no UDP scan was asked for. Add -sU."]
    for kind in (".nmap", ".xml", ".gnmap"):
        assert french[kind] == english[kind] != ""
    what = "« T:1,U:53 » contient des ports UDP, mais aucun scan UDP n'est demandé."
    assert what in said.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "blank", "packets"), [("en", ",", "packets"), ("fr", "\N{NO-BREAK SPACE}", "paquets")]
)
def test_thousands_are_apart_as_the_language_has_them(language: str, blank: str, packets: str) -> None:
    use(language)
    assert translate("{count:,} packets", count=12345) == f"12{blank}345 {packets}"
    assert number(1234.6, ">7,.0f") == f"  1{blank}235"
    assert number(999) == "999"
    assert Sentence("{count:,} packets", count=12345) == "12,345 packets", "what is kept is English"
