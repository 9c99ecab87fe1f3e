"""What programs say of each port, read from their own reports, and how that differs from the truth."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

Verdicts = dict[tuple[str, int], str]
"""State by address and port."""


def from_xml(report: Path) -> Verdicts:
    """nmap's XML, ports that are only counted too."""
    said: Verdicts = {}
    for _, host in ET.iterparse(report):
        if host.tag == "host":
            address = host.find("address")
            assert address is not None
            said.update(_of_host(address.attrib["addr"], host))
            host.clear()
    return said


def _of_host(address: str, host: ET.Element) -> Iterator[tuple[tuple[str, int], str]]:
    for extra in host.iter("extraports"):
        for reason in extra.iter("extrareasons"):
            for port in _ports(reason.attrib["ports"]):
                yield (address, port), extra.attrib["state"]
    for listed in host.iter("port"):
        state = listed.find("state")
        assert state is not None
        yield (address, int(listed.attrib["portid"])), state.attrib["state"]


def _ports(expression: str) -> Iterator[int]:
    for part in expression.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def from_masscan(report: Path) -> Verdicts:
    """masscan's list: ``open tcp 80 198.19.0.1 1700000000`` a line."""
    lines = (line.split() for line in report.read_text().splitlines() if line.startswith("open "))
    return {(address, int(port)): "open" for _, _, port, address, _ in lines}


def from_zmap(report: Path, port: int) -> Verdicts:
    """zmap's list: an address a line."""
    return {(address, port): "open" for address in report.read_text().split()}


def only_open(truth: Verdicts) -> Verdicts:
    """What a program can say that tells of open ports alone."""
    return {port: state for port, state in truth.items() if state == "open"}


def wrong(said: Verdicts, truth: Verdicts) -> Counter[tuple[str, str]]:
    """How many ports are really the first state and were said to be the second."""
    if said == truth:
        return Counter()
    return Counter(
        pair
        for port in {*said, *truth}
        if (pair := (truth.get(port, "not scanned"), said.get(port, "not told")))[0] != pair[1]
    )
