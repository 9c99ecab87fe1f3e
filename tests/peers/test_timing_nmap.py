"""The timing options beside nmap's own reading of them: its debug output tells it, its list scan sends nothing."""

import re
import subprocess
from collections.abc import Callable

import pytest

from tui_scan.cli.scan_options import scan_options
from tui_scan.model.errors import UsageError
from tui_scan.model.timing import TEMPLATES, Timing

TOLD = {
    "initial_rtt_timeout": r"rtt-timeouts: init (\d+)",
    "min_rtt_timeout": r"rtt-timeouts: .*min (\d+)",
    "max_rtt_timeout": r"rtt-timeouts: .*max (\d+)",
    "max_tcp_delay": r"max-scan-delay: TCP (\d+)",
    "min_parallelism": r"parallelism: min (\d+)",
    "max_parallelism": r"parallelism: .*max (\d+)",
    "max_retries": r"max-retries: (\d+)",
    "host_timeout": r"host-timeout: (\d+)",
    "min_rate": r"min-rate: ([\d.]+)",
    "max_rate": r"max-rate: ([\d.]+)",
}
"""Our field, and where nmap's timing report tells it."""


def nmap(program: str, line: str) -> dict[str, float] | None:
    """nmap's reading by our names; None where it refuses."""
    command = [program, "-d", "-sL", "-n", *line.split(), "127.0.0.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    if "Timing report" not in done.stdout:
        assert "QUITTING" in done.stdout + done.stderr
        return None
    told = {field: re.search(pattern, done.stdout) for field, pattern in TOLD.items()}
    return {field: float(found[1]) for field, found in told.items() if found}


def ours(line: str) -> Timing | None:
    try:
        options = scan_options([*line.split(), "127.0.0.1"])
    except UsageError:
        return None
    assert options is not None
    return options.request.timing


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("number", range(6))
def test_the_templates(peer: Callable[[str], str], number: int, named: bool) -> None:
    line = f"-T {TEMPLATES[number].name.title()}" if named else f"-T{number}"
    told, timing = nmap(peer("nmap"), line), ours(line)
    assert timing == TEMPLATES[number]
    assert told is not None
    # nmap's -T0 and -T1 delay by more than the greatest delay it tells.
    told["max_tcp_delay"] = max(told["max_tcp_delay"], timing.scan_delay)
    assert {field: getattr(timing, field) or 0 for field in TOLD} == told


@pytest.mark.parametrize(
    "line",
    [
        "--initial-rtt-timeout 200ms",
        "--min-rtt-timeout 3 -T4",
        "--max-rtt-timeout 1.5s",
        "--max-rtt-timeout 50ms -T3",
        "--max-rtt-timeout 2S",
        "--min-rtt-timeout 0",
        "--max-rtt-timeout 49",
        "--host-timeout 900000ms",
        "--host-timeout 900",
        "--host-timeout 15m",
        "--host-timeout 2H",
        "--host-timeout 0 -T5",
        "--host-timeout 9999",
        "--scan-delay 2 -T4",
        "--scan-delay 0 -T4",
        "--scan-delay 99",
        "--max-scan-delay 20ms -T5",
        "--max-scan-delay 0",
        "--max-retries 0",
        "--max-retries 3 --min-rate 5 --max-rate 7.5",
        "--max-rate .5",
        "--min-parallelism 5 --max-parallelism 9",
        "--min-parallelism 9 --max-parallelism 9",
        "--max-parallelism 3 -T2",
        "--min-hostgroup 3 --max-hostgroup 3",
        "--max-hostgroup 1",
    ],
)
def test_what_nmap_takes_is_taken_alike(peer: Callable[[str], str], line: str) -> None:
    timing, told = ours(line), nmap(peer("nmap"), line)
    assert timing is not None
    assert {field: getattr(timing, field) or 0 for field in TOLD} == told


@pytest.mark.parametrize(
    "line",
    [
        "--max-rtt-timeout 50",
        "--min-rtt-timeout 100",
        "--initial-rtt-timeout 500",
        "--initial-rtt-timeout 0",
        "--max-rtt-timeout 4ms",
        "--max-rtt-timeout 2d",
        "--host-timeout 10000",
        "--scan-delay 100",
        "--max-scan-delay 100",
        "--min-rate 0",
        "--max-rate 0",
        "--min-rate 10 --max-rate 5",
        "--min-parallelism 0",
        "--max-parallelism 0",
        "--max-parallelism x",
        "--min-parallelism 10 --max-parallelism 5",
        "--min-parallelism 10 -T2",
        "--min-hostgroup 10 --max-hostgroup 5",
        "--max-hostgroup 0",
        "-T6",
        "-Tquick",
    ],
)
def test_what_nmap_refuses_is_refused(peer: Callable[[str], str], line: str) -> None:
    assert nmap(peer("nmap"), line) is None
    assert ours(line) is None
