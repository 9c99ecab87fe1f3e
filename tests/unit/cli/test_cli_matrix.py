"""``tui-scan matrix``: its options, its table, its JSON lines and how it ends; scans go to loopback only."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.namespaces import inside, link
from tests.scans import without_raw
from tui_scan.__main__ import HELP
from tui_scan.cli.matrix import main
from tui_scan.cli.matrix_options import matrix_options
from tui_scan.engine import worker
from tui_scan.engine.matrix import TYPES
from tui_scan.model.errors import LocalError, RefusedError, TuiScanError, UsageError
from tui_scan.privilege.capabilities import can_raw

QUICK = ("--initial-rtt-timeout", "100ms", "--max-retries", "1")
ROOT = pathlib.Path(__file__).parents[3]


@pytest.fixture
def listener() -> Iterator[int]:
    """A port of 127.0.0.1 on which something listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-p 22", "No target"),
        ("10.0.0.1", "No port"),
        ("-p 22 -sS 10.0.0.1", "-sS is not known here"),
        ("-p 22 -sn 10.0.0.1", "-sn is not known here"),
        ("-p 70000 10.0.0.1", "70000"),
        ("-p U:53 10.0.0.1", "TCP"),
        ("-p 22 --json=x 10.0.0.1", "--json takes no value"),
        ("-p", "-p needs a value"),
        ("-p 22 --badsum 127.0.0.1", "--badsum keeps every real host silent"),
        ("-p 22 --spoof-mac 0 127.0.0.1", "--spoof-mac lets the target answer"),
        ("-p 22 -sI 127.0.0.2 127.0.0.1", "-sI is a scan type"),
        ("-p 22 -b 127.0.0.2 127.0.0.1", "-b is a scan type"),
        ("-p 22 -D 127.0.0.2 127.0.0.1", "-D hides who asks"),
        ("-p 22 --ttl 0 127.0.0.1", "--ttl 0"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_2(line: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        main(line.split())
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("target", ["8.8.8.8", "224.0.0.1", "10.0.0.1 2001:db8::1"])
def test_the_guard_holds_as_for_a_scan(target: str) -> None:
    with pytest.raises(TuiScanError) as caught:
        main(["-p", "22", *target.split()])
    assert caught.value.exit_code == (2 if " " in target else 3)
    assert " " in target or isinstance(caught.value, RefusedError)


def test_help_lists_the_command_and_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert "tui-scan matrix" in HELP
    assert main(["-h"]) == 0
    said = capsys.readouterr().out
    assert all(option in said for option in ("--json", "-Pn", "--max-rate", "--exclude", "--top-ports"))
    assert "--scanflags" not in said


def test_ports_may_be_chosen_by_rank() -> None:
    options = matrix_options(["--top-ports", "3", "127.0.0.1"])
    assert options is not None and options.request.top_ports == 3


def test_json_has_a_line_a_port_and_one_a_host(listener: int, capsys: pytest.CaptureFixture[str]) -> None:
    if not can_raw():
        pytest.skip("the types that write packets need raw sockets")
    assert main([*QUICK, "--json", "-p", str(listener), "127.0.0.1"]) == 0
    port, host = map(json.loads, capsys.readouterr().out.splitlines())
    assert (port["type"], port["addr"], port["port"], port["kind"]) == ("port", "127.0.0.1", listener, "none")
    assert list(port["answers"]) == [technique.value for technique in TYPES]
    assert port["answers"]["syn"] == {"state": "open", "reason": "syn-ack"}
    assert port["answers"]["ack"] == {"state": "unfiltered", "reason": "reset"}
    assert port["explanation"].endswith("RFC 9293 §3.10.7.1 and §3.10.7.2.")
    assert (host["type"], host["addr"], host["kind"]) == ("host", "127.0.0.1", "none")


def test_the_table_has_a_column_a_type(listener: int, capsys: pytest.CaptureFixture[str]) -> None:
    if not can_raw():
        pytest.skip("the types that write packets need raw sockets")
    assert main([*QUICK, "-p", str(listener), "127.0.0.1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Matrix of 127.0.0.1")
    assert lines[1].split() == [
        "PORT",
        "SYN",
        "connect",
        "ACK",
        "window",
        "NULL",
        "FIN",
        "Xmas",
        "Maimon",
        "UDP",
        "KIND",
    ]
    assert lines[2].split()[:4] == [str(listener), "open", "open", "unfiltered"] and lines[2].endswith("none")
    assert lines[3].split()[:3] == ["syn-ack", "syn-ack", "reset"]
    assert f"{listener}: none." in "\n".join(lines) and "Host: none." in "\n".join(lines)


def test_without_privileges_connect_and_udp_are_told_and_no_kind(
    listener: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with without_raw():
        assert main([*QUICK, "-p", str(listener), "127.0.0.1"]) == 0
    said = capsys.readouterr()
    assert "Only connect and UDP are run" in said.err and "sudo" in said.err
    assert "needs raw sockets" in said.out and f"{listener}: unproven." in said.out and "Host: unproven." in said.out
    row = said.out.splitlines()[2].split()
    assert (row[0], row[1], row[2]) == (str(listener), "-", "open")


def test_ctrl_c_keeps_what_was_found(own_namespaces: None) -> None:
    rules = "table inet t { chain c { type filter hook input priority 0; tcp dport 22 drop; }; }"
    with link() as made, inside(made.scanner):
        made.at_target("nft", "-f", "-", stdin=rules)
        slowly = ("--max-retries", "9", "--min-rtt-timeout", "1s")
        command = [sys.executable, "-m", "tui_scan", "matrix", "-p", "22,23", *slowly, made.address[4]]
        running = subprocess.Popen(
            command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert "Traceback" not in err
    assert "The matrix was stopped before its end." in err
    port, first, *others = out.splitlines()[4].split()
    assert (port, first) == ("23", "closed") and "untried" in others
    assert "23: unproven." in out and "Host: unproven." in out


def test_a_matrix_that_fails_says_why(
    listener: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing:
        def __init__(self, *_: object) -> None:
            pass

        def run(self) -> None:
            raise LocalError("The interface eth7 went down.")

    monkeypatch.setattr(worker, "Scanner", Failing)
    assert main([*QUICK, "-p", str(listener), "127.0.0.1"]) == 1
    said = capsys.readouterr().err
    assert said.count("The interface eth7 went down.") == 1
    assert " cells have a verdict" in said
