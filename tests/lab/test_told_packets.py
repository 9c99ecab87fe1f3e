"""What --packet-trace, -d and --stats-every tell of a real scan is what its own JSON report and the kernel say."""

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from tests.conftest import missing
from tui_scan.lab.obstacles import available

PROGRAM = [sys.executable, "-m", "tui_scan"]
LINE = re.compile(r"(SENT|RCVD) \(\d+\.\d{4}s\) (\w+) (\S+):(\d+) > (\S+):(\d+) ")


@pytest.fixture(scope="module", autouse=True)
def _lab_can_be_made() -> None:
    if obstacle := available():
        missing(obstacle)


def in_lab(*options: str) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "lab", "--", *PROGRAM, "scan", "-n", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)


def test_each_packet_of_the_report_is_told_once() -> None:
    done = in_lab("--packet-trace", "-oJ", "-", "-Pn", "-p", "20-30", "10.77.0.3")
    ports = [row for row in map(json.loads, done.stdout.splitlines()) if row["type"] == "port"]
    reported = Counter(
        (step["origin"] != "target", row["port"]) for row in ports for step in row["exchange"] if "origin" in step
    )
    told: Counter[tuple[bool, int]] = Counter()
    for way, protocol, source, source_port, target, port in LINE.findall(done.stderr):
        assert protocol == "TCP"
        out = way == "SENT"
        assert (target if out else source) == "10.77.0.3"
        told[(out, int(port if out else source_port))] += 1
    for row in ports:
        if row["reason"] in ("syn-ack", "reset"):
            for out in (True, False):
                assert told[(out, row["port"])] == reported[(out, row["port"])], row["port"]
    icmp = [line for line in done.stderr.splitlines() if " ICMP 10.77.0.3 > 10.77.0.1 " in line]
    assert len(icmp) >= sum("unreach" in row["reason"] or "prohibited" in row["reason"] for row in ports) > 0


def test_calls_are_told_of_a_scan_that_sees_no_packets() -> None:
    done = in_lab("--packet-trace", "-sT", "-Pn", "-p", "22,23", "10.77.0.3")
    calls = [line for line in done.stderr.splitlines() if line.startswith("CALL ")]
    assert any("10.77.0.3:23/tcp connect() ECONNREFUSED" in line for line in calls)
    assert sum("connect() sent" in line for line in calls) == 2


def test_debugging_tells_timing_and_counters() -> None:
    done = in_lab("-d", "-T4", "-oJ", "-", "-Pn", "-p", "22,23", "10.77.0.2")
    sent = json.loads(done.stdout.splitlines()[-1])["sent"]
    assert "--max-rtt-timeout 1250ms" in done.stderr
    assert "timing aggressive" in done.stderr
    assert f"{sent} probes sent in " in done.stderr
    assert "tui-scan: open 22/tcp on 10.77.0.2" in done.stderr


def test_progress_is_told_as_often_as_asked() -> None:
    done = in_lab("--stats-every", "200ms", "--scan-delay", "300ms", "-Pn", "-p", "22-25", "10.77.0.2")
    lines = [line for line in done.stderr.splitlines() if re.match(r"tui-scan: \d+\.\d %  ", line)]
    assert 3 <= len(lines) <= 12


def test_the_packets_of_discovery_are_told() -> None:
    told = in_lab("--packet-trace", "-sn", "10.77.0.2").stderr.splitlines()
    (asked, answered) = (line for line in told if " ARP " in line)
    assert re.fullmatch(r"SENT \(0\.\d{4}s\) ARP who has 10\.77\.0\.2\? tell 10\.77\.0\.1", asked)
    assert re.fullmatch(r"RCVD \(0\.\d{4}s\) ARP 10\.77\.0\.2 is at 02(:[0-9a-f]{2}){5}", answered)
    told = in_lab("--packet-trace", "-sn", "-PE", "--disable-arp-ping", "10.77.0.2").stderr.splitlines()
    assert any("SENT" in line and "10.77.0.1 > 10.77.0.2 echo request" in line for line in told)
    assert any("RCVD" in line and "10.77.0.2 > 10.77.0.1 echo reply" in line for line in told)
    told = in_lab("--packet-trace", "-sn", "-6", "fd77::2").stderr.splitlines()
    assert any("neighbour solicitation" in line for line in told)
    assert any("neighbour advertisement" in line for line in told)
