"""``tui-scan compare`` as a command: what is wrong is a sentence, what is checked is an exit status."""

import io
import json
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tui_scan.__main__ import main as program
from tui_scan.cli.compare_options import classes, compare_options
from tui_scan.compare.classes import PortClass
from tui_scan.engine import worker
from tui_scan.engine.control import ScanStopped
from tui_scan.model.errors import UsageError

ADDRESS = "127.0.0.13"


class Done(NamedTuple):
    """What a run left behind."""

    returncode: int
    stdout: str
    stderr: str


Compare = Callable[..., Done]


@pytest.fixture
def compare(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Runs the command in this process."""

    def run(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr("sys.argv", ["tui-scan", "compare", *arguments])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("latin-1"))))
        capsys.readouterr()
        status = program()
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def port() -> Iterator[int]:
    """A port of ADDRESS on which something listens."""
    with socket.socket() as sock:
        sock.bind((ADDRESS, 0))
        sock.listen()
        yield int(sock.getsockname()[1])


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        ("", 2, "No target"),
        ("--ssh web1 --import x 127.0.0.1", 2, "Choose one"),
        ("--import /missing/list 127.0.0.1", 2, "/missing/list cannot be read"),
        ("--import /dev/null 127.0.0.1", 2, "/dev/null"),
        ("--fail-on alert 127.0.0.1", 2, "“alert” is no class"),
        ("--fail-on , 127.0.0.1", 2, "needs one or more"),
        ("--expect /missing/file 127.0.0.1", 2, "/missing/file cannot be read"),
        ("--ssh -oProxyCommand=x 127.0.0.1", 2, "--ssh needs a value"),
        ("--ssh=-oProxyCommand=x 127.0.0.1", 2, "is no host for ssh"),
        ("--ssh-command '' --ssh web1 127.0.0.1", 2, "--ssh-command"),
        ("--ssh web1 --ssh-command /missing/ssh 127.0.0.1", 1, "/missing/ssh"),
        ("--from=-x", 2, "is no host for ssh"),
        ("--from web1 127.0.0.1", 2, "loopback"),
        ("-sY 127.0.0.1", 2, "TCP and UDP"),
        ("-sn 127.0.0.1", 2, "-sn"),
        ("10.0.0.0/24", 2, "16 at most"),
        ("-p 1 8.8.8.8", 3, "--authorized"),
        ("-p 1 224.0.0.1", 3, "multicast"),
        ("-p 99999 127.0.0.1", 2, "99999"),
    ],
)
def test_bad_input_gets_a_sentence_and_its_exit_status(compare: Compare, line: str, status: int, says: str) -> None:
    done = compare(*shlex.split(line))
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert says in done.stderr and "Traceback" not in done.stderr
    assert all(part.startswith("tui-scan: ") for part in done.stderr.splitlines())


def test_the_own_list_beside_a_scan_of_the_own_address(compare: Compare, port: int) -> None:
    done = compare("-sT", "-p", str(port), "--json", ADDRESS)
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (row["addr"], row["port"], row["class"]) == (ADDRESS, port, "loopback-only")
    assert (row["remote"]["state"], row["remote"]["view"]) == ("open", "self")
    assert row["local"]["address"] == ADDRESS and row["local"]["pid"]
    assert "summary" not in done.stdout and "loopback-only=1" in done.stderr.splitlines()[-1]


def test_fail_on_and_expectations_decide_the_exit_status(compare: Compare, port: int, tmp_path: Path) -> None:
    run = ("-sT", "-p", str(port), ADDRESS)
    assert compare("--fail-on", "loopback-only", *run).returncode == 1
    assert compare("--fail-on", "alarm,no-local-listener", *run).returncode == 0
    expected = tmp_path / "expected.toml"
    for text, status, words in (
        (f"[[open]]\ntcp = {port}", 0, f"As {expected} expects."),
        ('[[open]]\nfrom = "10.0.0.0/8"\ntcp = 22', 1, f"+ {ADDRESS} {port}/tcp is open and not allowed from"),
    ):
        expected.write_text(text)
        done = compare("--expect", str(expected), *run)
        assert done.returncode == status, done.stderr
        assert words in done.stdout
        assert done.stdout.splitlines()[-1].startswith("# ports=1 ")
    done = compare("--expect", str(expected), "--json", *run)
    assert done.returncode == 1 and f"+ {ADDRESS} {port}/tcp" in done.stderr
    assert [(json.loads(line)["port"], json.loads(line)["expected"]) for line in done.stdout.splitlines()] == [
        (port, False)
    ]


def test_a_required_port_that_is_shut_fails(compare: Compare, tmp_path: Path) -> None:
    with socket.socket() as sock:
        sock.bind((ADDRESS, 0))
        port = sock.getsockname()[1]
        expected = tmp_path / "expected.toml"
        expected.write_text(f"[[open]]\ntcp = {port}\nrequired = true\n")
        done = compare("--expect", str(expected), "-sT", "-p", str(port), ADDRESS)
    assert done.returncode == 1, done.stderr
    assert f"- {ADDRESS} {port}/tcp is closed and required" in done.stdout


def test_a_saved_list_of_another_time_is_read_from_standard_input(compare: Compare, port: int) -> None:
    line = f'\xe9\ntcp LISTEN 0 5 {ADDRESS}:{port} 0.0.0.0:* users:(("web",pid=7,fd=3))\n'
    done = compare("--import", "-", "-sT", "-p", str(port), "--json", ADDRESS, stdin=line)
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (row["local"]["program"], row["local"]["pid"], row["local"]["taken_at"]) == ("web", 7, None)


def test_options_are_read() -> None:
    options = compare_options(["--ssh", "root@web1", "-p", "22", "--json", "--fail-on", "alarm,exposed"])
    assert options is not None
    assert (options.ssh, options.request.targets, options.as_json) == ("root@web1", ("web1",), True)
    assert options.fail_on == {PortClass.ALARM, PortClass.EXPOSED}
    assert compare_options(["-h"]) is None
    with pytest.raises(UsageError):
        classes("none")


def test_little_is_loaded_for_the_help() -> None:
    code = (
        "import sys; from tui_scan.cli.compare import main; main(['-h']);"
        "print({name.partition('.')[0] for name in sys.modules} & {'numpy', 'scapy', 'textual'}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stderr, "--fail-on" in done.stdout) == ("set()\n", True)


def test_a_comparison_that_was_stopped_says_so(compare: Compare, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped:
        def __init__(self, *_: object) -> None:
            pass

        def run(self) -> None:
            raise ScanStopped

    monkeypatch.setattr(worker, "Scanner", Stopped)
    done = compare("-sT", "-Pn", "-p", str(port), ADDRESS)
    assert done.returncode == 130
    assert "The scan was stopped before its end. 0 of " in done.stderr
