"""The XML report beside nmap's own: valid by its DTD, and the same by its ndiff."""

import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack

import pytest
from defusedxml.ElementTree import parse

from tests.conftest import missing
from tests.scans import until

DTD = pathlib.Path("/usr/share/nmap/nmap.dtd")
SCAN = [sys.executable, "-m", "tui_scan", "scan"]
SILENT_NETWORK = (
    "off=/proc/sys/net/ipv6/conf/all/disable_ipv6; [ ! -e $off ] || echo 1 > $off; ip link set lo up && "
    "ip link add d0 type veth peer name d1 && ip link set d0 arp off up && ip link set d1 arp off up && "
    'ip addr add 198.19.0.1/24 dev d0 && ip route add default dev d0 && exec "$@"'
)
"""A network where 198.19.0.1 answers and nothing else does."""


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            missing(f"{program} is not installed")


def check_dtd(report: pathlib.Path) -> None:
    needs("xmllint")
    if not DTD.exists():
        missing(f"nmap's DTD is not at {DTD}")
    done = subprocess.run(
        ["xmllint", "--noout", "--nonet", "--dtdvalid", str(DTD), str(report)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def in_silent_network(*command: str) -> list[str]:
    needs("unshare", "ip")
    trial = subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False)
    if trial.returncode:
        missing("user and network namespaces cannot be made here")
    return ["unshare", "-rn", "sh", "-c", SILENT_NETWORK, "sh", *command]


def verdicts(report: pathlib.Path) -> dict[tuple[str, str], tuple[str, str]]:
    """State and reason by (address, port); counted ports too, from the ranges of their extraports."""
    found = {}
    for host in parse(report).iter("host"):
        address = host.find("address").get("addr")
        for port in host.iter("port"):
            state = port.find("state")
            found[(address, port.get("portid"))] = (state.get("state"), state.get("reason"))
        for extra in host.iter("extraports"):
            for reason in extra.iter("extrareasons"):
                for part in reason.get("ports").split(","):
                    low, _, high = part.partition("-")
                    for number in range(int(low), int(high or low) + 1):
                        found[(address, str(number))] = (extra.get("state"), reason.get("reason"))
    return found


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_connect_scan_reads_as_nmaps_does(address: str, tmp_path: pathlib.Path) -> None:
    """All but the service names, which each program takes from a list of its own."""
    needs("nmap", "ndiff")
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    first = chance.randrange(20000, 30000)
    with ExitStack() as listeners:
        wanted = set()
        for port in chance.sample(range(first, first + 400), chance.randrange(1, 40)):
            try:
                listeners.enter_context(socket.create_server((address, port), family=family))
            except OSError:
                continue
            wanted.add(str(port))
        options = ["-sT", "-n", "-p", f"{first}-{first + 399}", address]
        if family == socket.AF_INET6:
            options.insert(0, "-6")
        ours, theirs = tmp_path / "ours.xml", tmp_path / "theirs.xml"
        subprocess.run([*SCAN, *options, "-oX", str(ours)], check=True, capture_output=True, timeout=180)
        subprocess.run(["nmap", *options, "-oX", str(theirs)], check=True, capture_output=True, timeout=180)
    check_dtd(ours)
    read = verdicts(ours)
    assert {port for (_, port), (state, _) in read.items() if state == "open"} == wanted, f"seed {seed}"
    assert read == verdicts(theirs), f"seed {seed}"
    for report in (ours, theirs):
        report.write_text(re.sub(r"<service [^>]*>", "", report.read_text()))
    done = subprocess.run(["ndiff", str(theirs), str(ours)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}{done.stderr}"


def test_silent_hosts_and_their_counts_are_valid(tmp_path: pathlib.Path) -> None:
    report = tmp_path / "x.xml"
    options = ["-sT", "-n", "-Pn", "-p", "1-40", "--max-retries", "0", "--initial-rtt-timeout", "100ms", "198.19.0.1-2"]
    options += ["--max-rtt-timeout", "100ms"]
    command = in_silent_network(*SCAN, *options, "-oX", str(report))
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    check_dtd(report)
    read = verdicts(report)
    for port in range(1, 41):
        assert read[("198.19.0.1", str(port))] == ("closed", "conn-refused")
        assert read[("198.19.0.2", str(port))] == ("filtered", "no-response")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_scan_leaves_whole_reports(how: signal.Signals, tmp_path: pathlib.Path) -> None:
    base = tmp_path / "report"
    options = ["-sT", "-n", "-Pn", "-p", "1-2000", "-r", "198.19.0.1-9", "-oA", str(base), "-oJ", f"{base}.json"]
    command = in_silent_network(*SCAN, *options)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert until(pathlib.Path(f"{base}.json").exists)
        time.sleep(0.7)
        began = time.monotonic()
        process.send_signal(how)
        process.send_signal(how)
        out, err = process.communicate(timeout=180)
    assert process.returncode == 130, err
    assert time.monotonic() - began < 30
    assert "Traceback" not in err
    assert "stopped before its end" in err
    report = pathlib.Path(f"{base}.xml")
    check_dtd(report)
    finished = parse(report).find("runstats/finished")
    assert finished.get("exit") == "error"
    assert "of 18,000 ports have a verdict" in finished.get("errormsg")
    assert ("198.19.0.1", "1") in verdicts(report), "what was found before the stop is kept"
    for ending in (".nmap", ".gnmap"):
        assert "# tui_scan done at" in pathlib.Path(f"{base}{ending}").read_text().splitlines()[-1]
    assert '"phase": "stopped"' in pathlib.Path(f"{base}.json").read_text().splitlines()[-1]
    assert out.splitlines()[-1].startswith("# tui_scan done at")


def run_and_count(*command: str) -> tuple[int, int, str]:
    """Exit status, packets that left through the silent network's one interface, and standard error."""
    count = """$(awk '$1 == "d0:" {print $11}' /proc/net/dev)"""
    script = f'before={count}; "$@"; echo "$? $(({count} - before))"'
    inside = in_silent_network("sh", "-c", script, "sh", *command)
    done = subprocess.run(inside, capture_output=True, text=True, timeout=180, check=False)
    status, packets = done.stdout.splitlines()[-1].split()
    return int(status), int(packets), done.stderr


def test_not_one_packet_leaves_for_a_refused_target() -> None:
    command = [*SCAN, "-sT", "-n", "-Pn", "-p", "1-5", "--max-retries", "0", "--max-rtt-timeout", "100ms", "8.8.8.8"]
    status, packets, said = run_and_count(*command)
    assert (status, packets) == (3, 0), said
    status, packets, said = run_and_count(*command, "--authorized")
    assert status == 0, said
    assert packets >= 5, "the counter must be able to count"
