"""README.md stays true: its commands parse, what it links to is there, what it quotes is what the program says."""

import re
import shlex
from pathlib import Path

import pytest

from tui_scan.__main__ import main as program
from tui_scan.cli import explain, lab, local
from tui_scan.cli.compare_options import compare_options
from tui_scan.cli.matrix_options import matrix_options
from tui_scan.cli.options import interface_options
from tui_scan.cli.scan_options import scan_options
from tui_scan.ui.keys import KEYS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PROSE = re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)
LINKS = re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", TEXT)
QUOTED = (
    "tui-scan lab --list",
    "tui-scan lab --truth -p 26 | grep firewall.lab",
    "tui-scan scan 192.0.2.1",
    "tui-scan explain reset",
)
"""Commands whose whole output stands in README and is the same every time."""


def shell_lines() -> list[str]:
    """What README tells people to type."""
    lines = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
    lines += [
        line[2:] for kind, block in BLOCKS if kind == "console" for line in block.splitlines() if line[:2] == "$ "
    ]
    return lines + re.findall(r"`((?:sudo )?(?:\.venv/bin/)?tui-scan[^`]*)`", PROSE)


def commands() -> list[tuple[str, ...]]:
    """The arguments of every tui-scan command in README."""
    found = []
    for line in shell_lines():
        words = shlex.split(line, comments=True)
        while words:
            end = next((at for at, word in enumerate(words) if word in ("&&", "|")), len(words))
            command, words = words[:end], words[end + 1 :]
            if command[0] == "sudo":
                command = command[1:]
            if Path(command[0]).name == "tui-scan":
                found.append(tuple(command[1:]))
    return sorted(set(found))


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_the_options_of_every_command_parse(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("hosts.txt", "never.txt"):
        Path(name).write_text("10.0.0.7\n")
    parse(list(arguments))


def parse(arguments: list[str]) -> None:
    """Read a command line as the program does, without doing what it says."""
    if arguments[:1] == ["scan"]:
        assert scan_options(arguments[1:]) is not None
    elif arguments[:1] == ["matrix"]:
        assert matrix_options(arguments[1:]) is not None
    elif arguments[:1] == ["compare"]:
        assert compare_options(arguments[1:]) is not None
    elif arguments[:1] == ["explain"]:
        assert explain.main(arguments[1:]) == 0
    elif arguments[:1] == ["local"]:
        assert local.parser().read(arguments[1:]) is not None
    elif arguments[:1] == ["lab"]:
        split = arguments.index("--") if "--" in arguments else len(arguments)
        assert not lab._parser().parse_args(arguments[1:split]).unexpected
        if arguments[split + 1 : split + 2] == ["tui-scan"]:
            parse(arguments[split + 2 :])
    else:
        assert interface_options(arguments) is not None


def test_there_are_commands_of_every_kind() -> None:
    assert any("local" in words for words in commands())
    assert {words[0] for words in commands() if words} >= {"scan", "lab"}
    assert ".venv/bin/pytest" in [line.strip() for line in shell_lines()]


def test_links_and_pictures_exist() -> None:
    assert LINKS
    missing = [link for link in LINKS if "://" not in link and not (ROOT / link).exists()]
    assert not missing


def test_every_picture_is_shown_and_loads_nothing() -> None:
    pictures = sorted((ROOT / "screenshots").glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert f"screenshots/{picture.name}" in LINKS
        drawn = picture.read_text(encoding="utf-8")
        assert "@font-face" not in drawn
        assert not re.search(r"(?:href|src|url)\s*[=(]\s*[\"']?(?:https?:)?//", drawn)
    assert {path.stem for path in (ROOT / "screenshots").glob("*.png")} <= {path.stem for path in pictures}


@pytest.mark.parametrize("command", QUOTED)
def test_quoted_output_is_what_the_program_says(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, _, wanted = command.partition(" | grep ")
    monkeypatch.setattr("sys.argv", shlex.split(shown))
    program()
    printed = capsys.readouterr()
    said = [line for line in (printed.out + printed.err).splitlines() if wanted in line]
    (block,) = [block for _, block in BLOCKS if f"$ {command}\n" in block]
    quoted = block.partition(f"$ {command}\n")[2].partition("$ ")[0].splitlines()
    assert quoted == said


def test_every_key_is_in_the_table() -> None:
    table = TEXT.partition("## Keys")[2].partition("\n## ")[0]
    for key in KEYS:
        assert f"`{key.face}`" in table, key.id
