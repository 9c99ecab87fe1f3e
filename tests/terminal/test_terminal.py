"""The true program in a true terminal: started, driven by keys, ended; and the terminal is whole."""

import os
import re
import signal
import subprocess
from collections.abc import Callable

import pytest

from tests.terminal.tmux_terminal import Terminal
from tests.ui.listening import Listeners

Make = Callable[[int, int], Terminal]


def rows(text: str) -> list[int]:
    """The ports in the list of the results, from the top."""
    return [int(port) for port in re.findall(r"^ *(\d+) tcp .*open", text, re.M)]


def test_a_whole_session_at_80x24(terminal: Make, listeners: Listeners) -> None:
    seen = terminal(80, 24)
    seen.start(f"-sT -p {listeners.range} {listeners.address}")
    seen.until(lambda text: "READY" in text and "2,000 probes" in text and "? help  q quit" in text.splitlines()[-1])
    seen.keys("s")
    counts = ("DONE", f"open {len(listeners.ports)}", f"closed {2000 - len(listeners.ports):,}")
    seen.until(lambda text: all(one in text for one in counts))
    seen.until(lambda text: f"{listeners.ports[0]}/tcp OPEN" in text and "connect()" in text)
    seen.keys("n")
    seen.until(lambda text: f"{listeners.ports[1]}/tcp OPEN" in text)
    seen.keys("v")
    seen.until(lambda text: "State" in text and "results" in text)
    seen.until(lambda text: len(rows(text)) > 5 and rows(text) == list(listeners.ports)[: len(rows(text))])
    seen.keys("2")
    seen.until(lambda text: "LISTEN" in text and "Recv-Q" in text)
    seen.keys("1")
    seen.until(lambda text: "exchange" in text)
    seen.keys("q")
    seen.assert_whole()


def test_open_ports_are_shown_while_the_scan_runs_at_160x50(terminal: Make, listeners: Listeners) -> None:
    seen = terminal(160, 50)
    seen.start(f"-sT -p {listeners.range} --scan-delay 12ms --start {listeners.address}")
    seen.until(lambda text: "RUN" in text and bool(re.search(r"open [1-9]", text)) and "Target" in text)
    seen.keys("q")
    seen.until(lambda text: "A scan is running" in text)
    seen.keys("n")
    seen.until(lambda text: "A scan is running" not in text)
    seen.keys("s")
    seen.until(lambda text: "STOPPED" in text)
    seen.keys("Q")
    text = seen.assert_whole()
    assert f"Scan report for {listeners.address}" in text


@pytest.mark.parametrize("size", [(40, 10), (20, 3)])
def test_a_small_terminal_is_bearable(terminal: Make, size: tuple[int, int]) -> None:
    seen = terminal(*size)
    seen.start("-sT -p 1-100 127.0.0.10")
    seen.until(lambda text: "READY" in text and "·" in text)
    seen.keys("s")
    seen.until(lambda text: "DONE" in text)
    seen.keys("q")
    seen.until(lambda text: "DONE" not in text)
    seen.line("")
    seen.until(lambda text: "all-is-over" in text)


def test_ascii_has_only_ascii(terminal: Make, listeners: Listeners) -> None:
    seen = terminal(80, 24)
    seen.start(f"--ascii -sT -p {listeners.range} --start {listeners.address}")
    text = seen.until(lambda text: "DONE" in text and "#" in text)
    assert text.partition("exchange")[0].isascii(), "sentences may have quotes, but what is drawn has not"
    seen.keys("q")
    seen.assert_whole()


def test_a_signal_leaves_the_terminal_whole(terminal: Make) -> None:
    seen = terminal(80, 24)
    seen.start("-sT -p 1-100 127.0.0.10")
    seen.until(lambda text: "READY" in text and "·" in text)
    shell = seen.told("pane_pid")
    child = subprocess.run(["ps", "-o", "pid=", "--ppid", shell], capture_output=True, text=True, check=True).stdout
    os.kill(int(child.split()[0]), signal.SIGTERM)
    seen.assert_whole(status=143)


def test_without_colours_nothing_is_painted(terminal: Make, listeners: Listeners) -> None:
    seen = terminal(80, 24)
    seen.line("export NO_COLOR=1")
    seen.start(f"-sT -p {listeners.range} --start {listeners.address}")
    seen.until(lambda text: "DONE" in text)
    painted = re.findall(r"\x1b\[[\d;]*m", seen.run("capture-pane", "-e", "-p", "-t", "t"))
    codes = {int(code) for one in painted for code in one[2:-1].split(";") if code}
    assert not codes & {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}
    seen.keys("q")
    seen.assert_whole()
