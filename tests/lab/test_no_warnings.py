"""Every technique and the interface under Python's development mode: no warning, and nothing left open."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

STRICT = [sys.executable, "-X", "dev", "-W", "error", "-m"]
UNPRIVILEGED = ["setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw", "--ambient-caps", "-all"]
COMPLAINTS = ("Warning", "Traceback", "Exception ignored")


DIRECT = [technique for technique, info in TECHNIQUES.items() if not info.third_party]


def in_namespace(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a network namespace of its own that has loopback."""
    return subprocess.run(
        ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
        cwd=Path(__file__).parents[2],
    )


def quiet(done: subprocess.CompletedProcess[str]) -> None:
    """It came to its end and complained of nothing."""
    assert done.returncode == 0, done.stderr
    for word in COMPLAINTS:
        assert word not in done.stdout + done.stderr, done.stderr


@pytest.mark.parametrize("technique", DIRECT)
def test_a_scan_by_each_technique(own_namespaces: None, technique: Technique, tmp_path: Path) -> None:
    info = TECHNIQUES[technique]
    ports = "1,6,17" if info.protocol is Protocol.IP else "1-12"
    files = ["-oA", f"{tmp_path}/told", "-oJ", f"{tmp_path}/told.jsonl"]
    scan = ["scan", info.option, "-n", "-p", ports, "--max-wait", "1s", "--reason", *files, "127.0.0.1", "127.0.0.2"]
    quiet(in_namespace(*STRICT, "tui_scan", *scan))
    assert (tmp_path / "told.xml").read_text().count("<host ") == 2


@pytest.mark.parametrize("technique", [t for t in DIRECT if not TECHNIQUES[t].needs_raw])
@pytest.mark.parametrize("target", ["127.0.0.1", "::1"])
def test_a_scan_without_privilege(
    own_namespaces: None, peer: Callable[[str], str], technique: Technique, target: str
) -> None:
    peer("setpriv")
    six = ["-6"] if ":" in target else []
    scan = ["scan", TECHNIQUES[technique].option, *six, "-n", "-p", "1-12", "--max-wait", "1s", target]
    quiet(in_namespace(*UNPRIVILEGED, *STRICT, "tui_scan", *scan))


def test_what_is_wrong_is_told_without_a_warning(own_namespaces: None) -> None:
    done = in_namespace(*STRICT, "tui_scan", "scan", "-sS", "-n", "-p", "1-12", "10.98.0.1")
    assert done.returncode != 0
    assert "no route" in done.stderr
    for word in COMPLAINTS:
        assert word not in done.stderr


def test_the_interface(own_namespaces: None) -> None:
    done = in_namespace(*STRICT, "tests.warned_interface")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []
    for word in COMPLAINTS:
        assert word not in done.stderr, done.stderr
