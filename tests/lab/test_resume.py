"""An interrupted scan that goes on: the same verdicts as one that was not interrupted, and no port probed twice."""

import json
import pathlib
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.namespaces import Link, inside, link
from tests.overheard import Probe, overheard
from tests.scans import ports_text, until

ROOT = pathlib.Path(__file__).parents[2]
Verdicts = dict[tuple[str, str, int], tuple[str, str]]
MORE = [f"10.99.7.{number}" for number in (20, 21, 22)]
FIREWALL = """
table ip wall {{
 chain in {{
  type filter hook input priority 0
  tcp dport {{ {dropped} }} drop
  tcp dport {{ {rejected} }} reject with icmp admin-prohibited
  udp dport {{ {dropped} }} drop
 }}
}}
"""


@pytest.fixture(scope="module")
def target(own_namespaces: None) -> Iterator[Link]:
    """A target with four addresses, on which some ports are dropped, some rejected, a few open."""
    with link() as made:
        for address in MORE:
            made.at_target("ip", "addr", "add", f"{address}/24", "dev", made.target_device)
        wall = FIREWALL.format(dropped="40-90, 700-710", rejected="200-240")
        made.at_target("nft", "-f", "-", stdin=wall)
        yield made


def begun(target: Link, *arguments: str) -> subprocess.Popen[str]:
    command = ["ip", "netns", "exec", target.scanner, sys.executable, "-m", "tui_scan", "scan", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(target: Link, *arguments: str) -> tuple[int, str]:
    """Exit status and standard error."""
    process = begun(target, *arguments)
    _, told = process.communicate(timeout=180)
    return process.returncode, told


def interrupted(target: Link, enough: Callable[[list[Probe]], bool], *arguments: str) -> str:
    """Begin a scan and interrupt it as soon as ``enough`` probes arrived; its standard error."""
    with overheard(target.target, target.target_device) as probes:
        process = begun(target, *arguments)
        assert until(lambda: enough(probes))
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=180)
    assert process.returncode == 130, told
    return told


def lines_of(path: pathlib.Path) -> list[dict[str, Any]]:
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    assert (lines[0]["type"], lines[-1]["type"]) == ("scan", "end")
    return lines


def verdicts(path: pathlib.Path) -> Verdicts:
    """Every verdict of a report, listed or counted."""
    found: Verdicts = {}
    for line in lines_of(path):
        if line["type"] == "port":
            found[line["addr"], line["proto"], line["port"]] = line["state"], line["reason"]
        for extra in line.get("extraports", ()):
            for address in [line["addr"]] if "addr" in line else _between(line["addrs"]):
                for run in extra["ports"].split(","):
                    low, _, high = run.partition("-")
                    for port in range(int(low), int(high or low) + 1):
                        found[address, extra["proto"], port] = extra["state"], extra["reason"]
    return found


def _between(runs: list[list[str]]) -> list[str]:
    ends = [[int(address.rpartition(".")[2]) for address in run] for run in runs]
    return [f"10.99.7.{number}" for low, high in ends for number in range(low, high + 1)]


@pytest.mark.parametrize(
    ("technique", "targets"),
    [("-sS", [Link.address[4]]), ("-sS", [Link.address[4], *MORE]), ("-sT", [Link.address[4], *MORE])],
)
def test_the_rest_is_scanned_and_nothing_twice(
    target: Link, technique: str, targets: list[str], tmp_path: pathlib.Path, chance: random.Random
) -> None:
    ports = ports_text(chance.sample(range(1, 1500), 900))
    size = 900 * len(targets)
    scan = [technique, "-n", "-Pn", "-T4", "-p", ports, *targets]
    whole, first, second, xml = (tmp_path / name for name in ("whole", "first.jsonl", "second.jsonl", "second.xml"))
    assert ended(target, *scan, "-oJ", str(whole))[0] == 0
    enough = chance.randint(size // 4, size // 2)
    told = interrupted(target, lambda seen: len(seen) > enough, "--max-rate", str(size), *scan, "-oJ", str(first))
    assert f"tui-scan scan --resume {first}" in told
    had = verdicts(first)
    assert size // 8 < len(had) < size
    with overheard(target.target, target.target_device) as probes:
        status, told = ended(target, "--resume", str(first), "-oJ", str(second), "-oX", str(xml))
    assert status == 0, told
    assert f"{len(had):,} of {size:,} ports have their verdict from it" in told
    again = {(probe.address, "tcp", probe.port) for probe in probes} & had.keys()
    assert not again, f"seed and ports: {sorted(again)[:9]}"
    assert verdicts(second) == verdicts(whole)
    assert len(verdicts(second)) == size
    assert xml.read_text().rstrip().endswith("</nmaprun>")


def test_a_resumed_scan_can_be_interrupted_and_resumed(target: Link, tmp_path: pathlib.Path) -> None:
    """Also between the techniques; the reports of the second and third hold what the first one found."""
    scan = ["-sSU", "-n", "-Pn", "-T4", "-p", "T:1-400,U:1-60", Link.address[4], MORE[0]]
    paths = [tmp_path / name for name in ("whole", "1", "2", "3")]
    assert ended(target, *scan, "-oJ", str(paths[0]))[0] == 0
    interrupted(target, lambda seen: len(seen) > 300, "--max-rate", "800", *scan, "-oJ", str(paths[1]))
    udp = {(address, port) for address in (Link.address[4], MORE[0]) for port in range(1, 61)}
    interrupted(
        target,
        lambda seen: sum((one.address, one.port) in udp for one in seen) > 60,
        "--resume",
        str(paths[1]),
        "-oJ",
        str(paths[2]),
    )
    had = verdicts(paths[2])
    assert verdicts(paths[1]).items() <= had.items()
    with overheard(target.target, target.target_device) as probes:
        status, told = ended(target, "--resume", str(paths[2]), "-oJ", str(paths[3]))
    assert status == 0, told
    tcp = {key for key in had if key[1] == "tcp"}
    if len(tcp) == 800:
        assert not {(one.address, "tcp", one.port) for one in probes if one.port > 60} & tcp
    assert verdicts(paths[3]) == verdicts(paths[0])


def test_exchanges_and_down_hosts_are_kept(target: Link, tmp_path: pathlib.Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    absent = Link.absent[4]
    with inside(target.target):
        served = [socket.create_server((Link.address[4], port)) for port in (21, 22)]
    try:
        scan = ["-sS", "-n", "--max-rate", "1500", "-p", "1-3000", Link.address[4], absent]
        interrupted(target, lambda seen: len(seen) > 900, *scan, "-oJ", str(first))
        status, told = ended(target, "--resume", str(first), "-oJ", str(second))
    finally:
        for server in served:
            server.close()
    assert status == 0, told
    unlisted = [line for line in lines_of(first) if line["type"] == "unlisted"]
    assert [(line["addrs"], line["state"]) for line in unlisted] == [([[absent, absent]], "down")]
    assert lines_of(second)[-1]["hosts_down"] == 1
    hosts = [[line for line in lines_of(path) if line["type"] == "host"] for path in (first, second)]
    for name in ("addr", "mac", "state", "reason", "reason_ttl"):
        assert [line[name] for line in hosts[0]] == [line[name] for line in hosts[1]]
    kept = {line["port"]: line for line in lines_of(first) if line["type"] == "port" and line["state"] == "open"}
    assert kept.keys() == {21, 22}
    for line in lines_of(second):
        if line["type"] == "port" and line["port"] in kept:
            assert line == kept[line["port"]]


def test_hosts_are_not_looked_for_again(target: Link, tmp_path: pathlib.Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    scan = ["-sS", "-n", "--disable-arp-ping", "-PS4321", "-p", "1-300", "--max-rate", "400", Link.address[4], MORE[0]]
    with overheard(target.target, target.target_device) as asked:
        interrupted(target, lambda seen: len(seen) > 300, *scan, "-oJ", str(first))
    with overheard(target.target, target.target_device) as again:
        status, told = ended(target, "--resume", str(first), "-oJ", str(second))
    assert status == 0, told
    assert 4321 in {probe.port for probe in asked}
    assert 4321 not in {probe.port for probe in again}
    assert lines_of(second)[-1]["hosts_up"] == 2


@pytest.fixture(scope="module")
def report(target: Link, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of an interrupted scan's report."""
    path = tmp_path_factory.mktemp("resume") / "report"
    scan = ["-sS", "-n", "-Pn", "--max-rate", "1000", "-p", "1-3000", Link.address[4]]
    interrupted(target, lambda seen: len(seen) > 300, *scan, "-oJ", str(path))
    return path.read_text().splitlines()


def changed(lines: list[str], number: int, **fields: object) -> str:
    """The report with other fields in one line; None takes a field out."""
    line = json.loads(lines[number]) | fields
    made = lines.copy()
    made[number] = json.dumps({name: value for name, value in line.items() if value is not None})
    return "\n".join(made)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: "", "is no JSON report of this program"),
        (lambda lines: "<?xml version='1.0'?>\n<nmaprun/>", "does not hold JSON lines"),
        (lambda lines: '{"type": "scan"}\n', "is no JSON report of this program"),
        (lambda lines: "[1]\n", "does not hold JSON lines"),
        (lambda lines: "\n".join(lines[:-1]), "breaks off before its end"),
        (lambda lines: "\n".join(lines)[:-20], "does not hold JSON lines, or is cut off"),
        (lambda lines: changed(lines, -1, phase="finished"), "came to its end: nothing is left to resume"),
        (lambda lines: changed(lines, 0, request=None), "kept no request"),
        (lambda lines: changed(lines, 0, request={"target": 1}), "Line 1 of"),
        (lambda lines: changed(lines, 0, request={"timing": {"max_rate": "x"}}), "Line 1 of"),
        (lambda lines: changed(lines, 0, techniques=[{"proto": "tcp", "ports": "1-70000"}]), "are no ports"),
        (lambda lines: changed(lines, 1, addr="10.9.9.9"), "10.9.9.9 is no target of this scan"),
        (lambda lines: changed(lines, 1, state="purple"), "Line 2 of"),
        (lambda lines: changed(lines, 1, type="guest"), "Line 2 of"),
        (lambda lines: changed(lines, 0, request={"targets": ["8.8.8.8"]}), "--authorized"),
    ],
)
def test_what_cannot_be_resumed_is_said(
    report: list[str], spoil: Callable[[list[str]], str], says: str, target: Link, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "spoiled"
    path.write_text(spoil(report))
    with overheard(target.target, target.target_device) as probes:
        status, told = ended(target, "--resume", str(path))
    assert says in told
    assert "Traceback" not in told
    assert status == (3 if says == "--authorized" else 2)
    assert not probes


def test_the_report_of_a_finished_scan_holds_nothing_for_resume(target: Link, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "report"
    status, told = ended(target, "-n", "-p", "1-30", Link.address[4], Link.absent[4], "-oJ", str(path))
    assert status == 0
    assert "--resume" not in told
    assert not [line for line in lines_of(path) if line["type"] == "unlisted"]
