"""Whole processes: exit statuses, where the words go, and that nothing heavy is loaded for little."""

import json
import os
import pathlib
import shlex
import socket
import subprocess
import sys

import pytest

from tui_scan.cli.commands import check_first
from tui_scan.model.errors import UsageError

PYTHON = [sys.executable, "-m", "tui_scan"]


def tui_scan(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [*PYTHON, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, **more)  # type: ignore[call-overload,no-any-return]


def test_version_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['tui-scan', '--version']; from tui_scan.__main__ import main; code = main();"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'numpy', 'scapy', 'textual', 'rich', 'argparse', 'pyroute2', 'socket', 'netaddr'})); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["tui_scan 0.1.0", "[]"]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["scan", "-h"], ["-sS", "-h"], ["local", "-h"]])
def test_help_is_on_standard_output(arguments: list[str]) -> None:
    done = tui_scan(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert "tui-scan" in done.stdout


@pytest.mark.parametrize(
    ("line", "status", "says"),
    [
        ("scan no-such-name.invalid", 2, "no-such-name.invalid"),
        ("scan 10.0.0.256", 2, "10.0.0.256"),
        ("scan -p 70000 127.0.0.1", 2, "70000"),
        ("scan -p 9-5 127.0.0.1", 2, "9-5"),
        (
            "scan -sS -sA 127.0.0.1",
            2,
            "two TCP scan types",
        ),
        ("scan -p '' 127.0.0.1", 2, "list of ports is empty"),
        ("matrix -p '' 127.0.0.1", 2, "list of ports is empty"),
        ("scan '' 127.0.0.1 -p 22", 2, "A target is empty"),
        ("scan -p 22 127.0.0.1 -- ''", 2, "A target is empty"),
        ("--start '' 127.0.0.1", 2, "A target is empty"),
        ("compare ''", 2, "A target is empty"),
        ("scan --exclude '' -p 22 127.0.0.1", 2, "--exclude is empty"),
        ("scna 127.0.0.1 -oX x.xml", 2, "Did you mean “tui-scan scan”?"),
        ("-- scna", 2, "needs a terminal"),
        ("localhost", 2, "needs a terminal"),
        ("-p 22 scan 127.0.0.1", 2, "Write it first: “tui-scan scan [options]”"),
        ("matrix -sV 127.0.0.1", 2, "Leave -sV out"),
        ("local state:foo", 2, "“foo” is no state of a socket"),
        ("local proto:foo", 2, "“foo” is no protocol of a socket"),
        ("scan", 2, "No target"),
        ("scan --exclude 127.0.0.1 127.0.0.1", 2, "No target is left"),
        ("scan -p 1 8.8.8.8", 3, "--authorized"),
        ("scan -p 1 224.0.0.1", 3, "multicast"),
        ("scan -p 1 --authorized 224.0.0.1", 3, "multicast"),
        ("scan -p 1 127.0.0.1 -oX /missing/report.xml", 1, "/missing/report.xml"),
        ("scan -p 1 127.0.0.1 -oX - -oG -", 2, "standard output"),
        ("scan -sT -p 1 -e no-such-if 127.0.0.1", 2, "no-such-if"),
        ("--frobnicate", 2, "--frobnicate"),
        ("127.0.0.1", 2, "needs a terminal"),
    ],
)
def test_bad_input_gets_one_sentence_and_its_exit_status(line: str, status: int, says: str) -> None:
    done = tui_scan(*shlex.split(line), stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert says in done.stderr


@pytest.mark.parametrize("language", [["--lang", "fr"], ["--lang=fr"]])
def test_the_language_may_stand_before_the_command(language: list[str]) -> None:
    before, behind = tui_scan(*language, "explain", "reset"), tui_scan("explain", *language, "reset")
    assert (before.returncode, before.stdout) == (0, behind.stdout)
    assert before.stdout != tui_scan("explain", "reset", "--lang", "en").stdout


def test_a_name_of_the_hosts_file_is_no_mistyped_command(tmp_path: pathlib.Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("192.0.2.1 labs.example labs # scans\n")
    check_first(["labs"], str(hosts))
    for word in ("scans", "Scan", "mtrix"):
        with pytest.raises(UsageError, match="is no command"):
            check_first([word], str(hosts))


def test_what_nmap_calls_aggressive_says_what_is_left_out() -> None:
    done = tui_scan("scan", "-A", "-sT", "-p", "1", "127.0.0.1")
    assert done.returncode == 0
    assert "Of -A there is --traceroute alone" in done.stderr
    assert "-A" not in tui_scan("scan", "--traceroute", "-sT", "-p", "1", "127.0.0.1").stderr
    assert "Traceback" not in done.stderr
    assert all(part.startswith("tui-scan: ") for part in done.stderr.splitlines())


def test_a_scan_tells_its_results_on_standard_output_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = tui_scan("scan", "-sT", "-n", "127.0.0.1", "-p", f"1,{port}", "--reason")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split()[:2] for line in done.stdout.splitlines() if "/tcp" in line]
    assert rows == [["1/tcp", "closed"], [f"{port}/tcp", "open"]]


def test_json_lines_on_standard_output() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = tui_scan("scan", "-sT", "-n", "127.0.0.1", "-p", f"1,{port}", "-oJ", "-")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    ports = {one["port"]: one for one in objects if one["type"] == "port"}
    assert (ports[1]["state"], ports[port]["state"]) == ("closed", "open")
    assert [step["summary"] for step in ports[1]["exchange"]] == ["connect()", "connect(): ECONNREFUSED"]
    assert "RFC 9293" in ports[port]["explanation"]
    assert objects[-1]["type"] == "end"


def test_a_reader_who_leaves_is_no_error(tmp_path: pathlib.Path) -> None:
    report = tmp_path / "x.xml"
    read, write = os.pipe()
    os.close(read)
    command = [*PYTHON, "scan", "-sT", "-n", "127.0.0.1", "-p", "1", "-oX", str(report)]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=180, check=False)
    os.close(write)
    assert done.stderr == ""
    assert report.read_text().endswith("</nmaprun>\n")
