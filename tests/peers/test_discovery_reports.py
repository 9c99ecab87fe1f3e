"""Reports of hosts alone: valid by nmap's DTD, the same by ndiff, and line by line what nmap's grepable output says."""

import pathlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.namespaces import Link, link
from tests.peers.test_xml_nmap import check_dtd

SCAN = [sys.executable, "-m", "tui_scan", "scan"]
BEHIND = "10.99.9.2"


@pytest.fixture(scope="module")
def routed(own_namespaces: None) -> Iterator[Link]:
    """A host behind the link's other end: an address on that end's loopback is as good as one."""
    with link() as made:
        made.at_target("ip", "addr", "add", f"{BEHIND}/32", "dev", "lo")
        made.at_scanner("ip", "route", "add", "10.99.9.0/24", "via", Link.address[4])
        yield made


CASES = {
    "hosts": ["-sn", "-n", "10.99.7.1-4", BEHIND],
    "verbose": ["-sn", "-n", "-v", "10.99.7.1-4", BEHIND],
    "alone": ["-sn", "-n", Link.absent[4]],
    "list": ["-sL", "-n", "10.99.7.8/29"],
    "believed": ["-sn", "-Pn", "-n", "10.99.7.1-4"],
    "ports": ["-sS", "-n", "-p", "1-3", "10.99.7.2-4", BEHIND],
    "believed ports": ["-sS", "-n", "-Pn", "-p", "1-3", "10.99.7.2-4"],
    "traced": ["-sn", "-n", "--traceroute", "10.99.7.2", BEHIND],
    "six": ["-6", "-sn", "-n", "-v", "fd99:7::1", "fd99:7::2", "fd99:7::3"],
}


def told(program: list[str], at: Link, report: pathlib.Path, options: list[str]) -> tuple[str, list[str]]:
    """The closing line of the normal output, and the host lines of the grepable one."""
    out = at.at_scanner(*program, "-T4", *options, "-oX", str(report), "-oG", f"{report}.g", "-oN", "-")
    lines = pathlib.Path(f"{report}.g").read_text().splitlines()
    return out, sorted(re.sub(r"//[^/]*///", "///", line) for line in lines if line.startswith("Host:"))


@pytest.mark.parametrize("case", CASES)
def test_a_report_of_hosts_reads_as_nmaps(
    routed: Link, peer: Callable[[str], str], tmp_path: pathlib.Path, case: str
) -> None:
    ours, theirs = tmp_path / "ours.xml", tmp_path / "theirs.xml"
    mine, hosts = told(SCAN, routed, ours, CASES[case])
    other, others = told([peer("nmap")], routed, theirs, CASES[case])
    check_dtd(ours)
    assert hosts == others
    pattern = r"\d+ IP address(?:es)? \(\d+ hosts? up\)"
    assert re.findall(pattern, mine) == re.findall(pattern, other)
    assert ("Host seems down" in mine) == (case == "alone")
    for report in (ours, theirs):
        report.write_text(re.sub(r"<service [^>]*>|<hosthint>.*?</hosthint>", "", report.read_text(), flags=re.DOTALL))
    done = subprocess.run([peer("ndiff"), str(theirs), str(ours)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    hosts_told = [
        re.findall(r"<status [^>]*>|<hop ttl=\"\d+\" ipaddr=\"[^\"]*\"|<hosts [^>]*>", report.read_text())
        for report in (ours, theirs)
    ]
    assert hosts_told[0] == hosts_told[1]
