"""The scanner's own machine in the lab: its services and connections are real, and described like the rest."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.test_lab_lifetime import gone, lab_processes
from tui_scan.lab.description import load
from tui_scan.lab.running import RunningLab, running
from tui_scan.model.errors import LocalError, UsageError

_SCANNER = '[scanner]\naddresses = ["10.1.0.1/24"]\n'
_HOST = '[[host]]\nname = "a.lab"\nkind = "real"\naddresses = ["10.1.0.2/24"]\ntcp = { open = "22" }\n'


@pytest.fixture(autouse=True)
def ss(peer: Callable[[str], str]) -> None:
    """All tests here may ask ss."""
    peer("ss")


def sockets(lab: RunningLab) -> set[tuple[str, str, str]]:
    """Protocol, local address and port, and state of all sockets, as ss tells them."""
    told = lab.run(["ss", "-H", "-a", "-n", "-t", "-u"]).stdout
    return {(words[0], words[4], words[1]) for words in (line.split() for line in told.splitlines())}


def test_the_services_are_those_that_the_topology_describes(lab: RunningLab) -> None:
    expected = set()
    for service in lab.topology.services:
        state = {"tcp": "LISTEN", "udp": "UNCONN"}[service.protocol]
        addresses = ["0.0.0.0", "[::]"] if service.address is None else [str(service.address)]
        for address in addresses:
            shown = f"[{address}]" if ":" in address and "[" not in address else address
            expected |= {(str(service.protocol), f"{shown}:{port}", state) for port in service.ports}
    assert expected
    assert {found for found in sockets(lab) if found[2] != "ESTAB"} == expected


def test_the_connection_reaches_its_host(lab: RunningLab) -> None:
    (wanted,) = lab.topology.connections
    at_host = lab.run(["ss", "-H", "-t", "-n", "state", "established"], host=wanted.host).stdout.split()
    assert at_host[2] == f"10.77.0.2:{wanted.port}"
    assert at_host[3] in {local for _, local, state in sockets(lab) if state == "ESTAB"}


def test_the_local_command_tells_them_with_their_owner(lab: RunningLab) -> None:
    told = lab.run([sys.executable, "-m", "tui_scan", "local", "-a", "-t", "-u", "-n", "--json"]).stdout
    rows = [json.loads(line) for line in told.splitlines()]
    assert len(rows) == len(sockets(lab))
    assert {row["program"] for row in rows} == {"lab:scanner"}


def test_they_end_with_the_lab(namespaces: None) -> None:
    with running() as made:
        children = lab_processes(made.pid)
        assert len(children) == len(made.hosts) + 1
    assert gone(children)


@pytest.mark.parametrize(
    ("scanner", "sentence"),
    [
        ('services = [{ protocol = "sctp", ports = "1" }]', 'service 1: no protocol is called "sctp"'),
        ('services = [{ protocol = "tcp", ports = "0" }]', '"0" is no range of ports'),
        ('services = [{ protocol = "tcp", ports = "1", address = "here" }]', '"here" is no address'),
        ('services = [{ protocol = "tcp", ports = "1", address = "10.1.0.2" }]', "is no address of the scanner"),
        ('services = [{ protocol = "tcp", port = "1" }]', 'service 1 has no "ports"'),
        ('connections = [{ host = "b.lab", port = 22 }]', '"b.lab", which is no host'),
        ('connections = [{ host = "a.lab", port = 70000 }]', "70000 is no port"),
        ('connections = ["a.lab:22"]', "connection 1 must be a table"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, scanner: str, sentence: str) -> None:
    file = tmp_path / "lab.toml"
    file.write_text(f"{_SCANNER}{scanner}\n{_HOST}")
    with pytest.raises(UsageError, match=sentence.replace("[", r"\[")):
        load(file)


def test_a_connection_that_is_refused_is_told(namespaces: None, tmp_path: Path) -> None:
    file = tmp_path / "lab.toml"
    file.write_text(f'{_SCANNER}connections = [{{ host = "a.lab", port = 23 }}]\n{_HOST}')
    with pytest.raises(LocalError, match=r"no connection to a.lab port 23: .*refused"), running(file):
        pass
