"""A host that accepts every connection is said to prove nothing; a host with many true services is not doubted."""

import sys
from pathlib import Path

import pytest

from tui_scan.lab.running import running

TOPOLOGY = """
title = "Too open"

[scanner]
addresses = ["10.78.0.1/24", "fd78::1/64"]

[[host]]
name = "tarpit.lab"
kind = "simulated"
addresses = ["10.78.0.2/24", "fd78::2/64"]
rules = [{ protocol = "tcp", ports = "1-65534", answer = "open" }]

[[host]]
name = "busy.lab"
kind = "real"
addresses = ["10.78.0.3/24", "fd78::3/64"]
tcp = { open = "20-50" }
"""

WINDOWS = """
[scanner]
addresses = ["10.78.1.1/24", "fd78:1::1/64"]

[[host]]
name = "always.lab"
kind = "simulated"
stack = "bsd"
addresses = ["10.78.1.2/24", "fd78:1::2/64"]
rules = [{ protocol = "tcp", ports = "1-65534", answer = "open" }]

[[host]]
name = "bsd.lab"
kind = "simulated"
stack = "bsd"
addresses = ["10.78.1.3/24", "fd78:1::3/64"]
tcp = { open = "20-50" }
"""


@pytest.mark.parametrize("option", ["-sS", "-sT"])
@pytest.mark.parametrize("family", [4, 6])
def test_only_the_tarpit_is_doubted(own_namespaces: None, tmp_path: Path, option: str, family: int) -> None:
    described = tmp_path / "open.toml"
    described.write_text(TOPOLOGY)
    tarpit, busy = ("10.78.0.2", "10.78.0.3") if family == 4 else ("fd78::2", "fd78::3")
    six = ["-6"] if family == 6 else []
    with running(described) as lab:
        program = [sys.executable, "-m", "tui_scan", "scan"]
        done = lab.run([*program, option, *six, "-n", "-p", "20-45", tarpit, busy])
    assert done.returncode == 0, done.stderr
    assert f"{tarpit} answers on 26 ports, and also on 6 random ones" in done.stderr
    assert f"{busy} answers on" not in done.stderr


def test_a_window_in_every_reset_is_doubted(namespaces: None, tmp_path: Path) -> None:
    described = tmp_path / "windows.toml"
    described.write_text(WINDOWS)
    with running(described) as lab:
        program = [sys.executable, "-m", "tui_scan", "scan"]
        done = lab.run([*program, "-sW", "-n", "-p", "20-45", "10.78.1.2", "10.78.1.3"])
    assert done.returncode == 0, done.stderr
    assert "10.78.1.2 resets with a window from 26 ports, and also from 6 random ones" in done.stderr
    assert "10.78.1.3 resets" not in done.stderr
