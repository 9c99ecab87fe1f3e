"""Whole processes: exit statuses, where the words go, and that nothing heavy is loaded for little."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import pytest

PYTHON = [sys.executable, "-m", "tui_scan"]


def tui_scan(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [*PYTHON, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)  # type: ignore[call-overload,no-any-return]


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
        ("scan -sS -sT 127.0.0.1", 2, "two TCP scan types"),
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
    done = tui_scan(*line.split(), stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    assert says in done.stderr
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
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(write)
    assert done.stderr == ""
    assert report.read_text().endswith("</nmaprun>\n")
