"""The tutorial's experiment in the Step view, in a real lab: a SYN and a connect to an open port, and who noticed."""

import json
import subprocess
import sys

import pytest

from tui_scan.lab.running import RunningLab

SIZES = ((80, 24), (160, 50))
Screens = dict[str, str]


@pytest.fixture(scope="module")
def screens(lab: RunningLab) -> dict[tuple[int, int], Screens]:
    """What was on the screen at each size, by what it shows."""
    commands = {size: lab.command([sys.executable, "-m", "tests.stepped_interface", *map(str, size)]) for size in SIZES}
    running = {size: subprocess.Popen(one, stdout=subprocess.PIPE, text=True) for size, one in commands.items()}
    return {size: json.loads(process.communicate(timeout=180)[0]) for size, process in running.items()}


def columns(screen: str, rule: str = "│") -> tuple[str, str]:
    """What stands left and right of the rule, each in one line."""
    rows = [line.split(rule, 1) for line in screen.splitlines() if rule in line]
    return " ".join(" ".join(row[0] for row in rows).split()), " ".join(" ".join(row[1] for row in rows).split())


@pytest.mark.parametrize("size", SIZES)
def test_the_probe_is_shown_before_it_leaves_and_a_prediction_is_asked(
    screens: dict[tuple[int, int], Screens], size: tuple[int, int]
) -> None:
    text = screens[size]["asked"]
    assert "This will be sent" in text and "> 10.77.0.2:25" in text and "raw-seq=" in text
    assert "1  SYN-ACK: open" in text and "5  silence: filtered" in text


@pytest.mark.parametrize("size", SIZES)
def test_packets_are_shown_one_by_one_and_then_the_verdict(
    screens: dict[tuple[int, int], Screens], size: tuple[int, int]
) -> None:
    sent, told = screens[size]["sent"], screens[size]["told"]
    assert "you    SYN" in sent and "SYN, ACK" not in sent and "OPEN" not in sent
    for words in ("SYN, ACK", "kernel RST", "25/tcp OPEN", "predicted 0 of 1", "It does not prove"):
        assert words in told
    assert "You predicted “RST: closed”; it was “SYN-ACK: open”." in told
    back = screens[size]["back"]
    assert "SYN, ACK" in back and "kernel RST" not in back and "OPEN" not in back


@pytest.mark.parametrize("size", SIZES)
def test_the_other_side_tells_who_noticed(screens: dict[tuple[int, int], Screens], size: tuple[int, int]) -> None:
    for name, words in (("other", "No program on linux.lab noticed"), ("connect", "A program on linux.lab noticed")):
        text = screens[size][name]
        if size == (160, 50):
            here, there = columns(text)
            assert "you SYN" in here or "connect()" in here
            assert "linux.lab saw" in there and words in there and "→ came SYN" in there
        else:
            assert "│" not in text and "linux.lab saw" in text and words in " ".join(text.split())
            assert name != "connect" or "connect()" in text.partition("linux.lab saw")[0], "one after the other"
        assert ("accept(): ok" in text) == (name == "connect")
        assert all(len(line) <= size[0] for line in text.splitlines())
