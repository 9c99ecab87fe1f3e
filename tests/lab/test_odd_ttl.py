"""A router that resets in a host's name is betrayed by the TTL of its answers."""

import sys
from pathlib import Path

import pytest

from tui_scan.lab.running import running

TOPOLOGY = """
title = "A router that answers for others"

[scanner]
addresses = ["10.78.0.1/24", "fd78::1/64"]

[[host]]
name = "router.lab"
kind = "router"
addresses = ["10.78.0.254/24", "fd78::fe/64"]
inside = ["10.78.1.254/24", "fd78:1::fe/64"]

[[host]]
name = "inner.lab"
kind = "real"
behind = "router.lab"
addresses = ["10.78.1.2/24", "fd78:1::2/64"]
tcp = { open = "22,80" }
rules = [{ protocol = "tcp", ports = "25,110", answer = "reset", at = "router" }]

[[host]]
name = "plain.lab"
kind = "real"
addresses = ["10.78.0.2/24", "fd78::2/64"]
tcp = { open = "22,80" }
"""


@pytest.mark.parametrize("family", [4, 6])
def test_answers_with_another_ttl_are_named(own_namespaces: None, tmp_path: Path, family: int) -> None:
    described = tmp_path / "router.toml"
    described.write_text(TOPOLOGY)
    inner, plain = ("10.78.1.2", "10.78.0.2") if family == 4 else ("fd78:1::2", "fd78::2")
    six = ["-6"] if family == 6 else []
    with running(described) as lab:
        done = lab.run([sys.executable, "-m", "tui_scan", "scan", "-sS", *six, "-n", "-p", "20-120", inner, plain])
    assert done.returncode == 0, done.stderr
    assert f"{inner}: the answers from 25/tcp, 110/tcp came with TTL 64, its others with 63." in done.stderr
    assert plain not in done.stderr
