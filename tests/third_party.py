"""Running the program and nmap in a lab where somebody else takes part, and their views by port."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from tests.scans import Seen, ports_text
from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.running import RunningLab
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

_STATES = {state.label: state for state in PortState}
_REASONS = {reason.label: reason for reason in Reason}
PROGRAM = (sys.executable, "-m", "tui_scan", "scan")


def scan_in(lab: RunningLab, *words: str) -> subprocess.CompletedProcess[str]:
    """``tui-scan scan`` with these words in the lab, without discovery and names."""
    return lab.run([*PROGRAM, "-Pn", "-n", *words])


def seen_in(lab: RunningLab, ports: Iterable[int], *words: str) -> dict[str, Seen]:
    """State and reason by target and port, of a scan that comes to its end."""
    done = scan_in(lab, "-p", ports_text(ports), "-oJ", "-", *words)
    assert done.returncode == 0, done.stderr
    found: dict[str, Seen] = {}
    for line in map(json.loads, done.stdout.splitlines()):
        if line["type"] == "port":
            found.setdefault(line["addr"], {})[line["port"]] = _STATES[line["state"]], _REASONS[line["reason"]]
        for extra in line.get("extraports", ()):
            verdict = _STATES[extra["state"]], _REASONS[extra["reason"]]
            found.setdefault(line["addr"], {}).update(dict.fromkeys(parse_ports(extra["ports"]), verdict))
    return found


def nmap_sees(lab: RunningLab, nmap: str, ports: Iterable[int], *words: str) -> dict[int, PortState]:
    """States by port of one target as nmap reports them; with -d2 it folds no state."""
    command = [nmap, "--privileged", "-Pn", "-n", "-d2", "-oX", "-", "-p", ports_text(ports), *words]
    document = ET.fromstring(lab.run(command, check=True).stdout)
    found = {}
    for port in document.iter("port"):
        state = port.find("state")
        assert state is not None
        found[int(port.attrib["portid"])] = _STATES[state.attrib["state"]]
    return found
