"""The FTP bounce scan: the truth of the lab as its FTP server meets it, nmap's view, and servers that refuse."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.repeated import one_good_run
from tests.scans import Seen, differences
from tests.third_party import nmap_sees, scan_in, seen_in
from tui_scan.lab.answers import DROP, OPEN
from tui_scan.lab.running import RunningLab
from tui_scan.lab.topology import HostSpec
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

_CLOSED = (PortState.CLOSED, Reason.FTP_REPLY)
_MET = {OPEN: (PortState.OPEN, Reason.FTP_REPLY), DROP: (PortState.FILTERED, Reason.NO_RESPONSE)}


def met(host: HostSpec, ports: set[int]) -> Seen:
    """What an FTP server in the same network finds: it connects, is refused, or waits."""
    return {port: _MET.get(host.answer(Protocol.TCP, port)[0], _CLOSED) for port in ports}


def test_the_servers_view_is_the_truth(lab: RunningLab, chance: random.Random) -> None:
    linux, firewall = (lab.topology.host(name) for name in ("linux.lab", "firewall.lab"))
    ports = {*linux.named_ports(Protocol.TCP), *chance.sample(range(1, 65536), 30)} - {24, 31, 32, *range(100, 104)}
    addresses = [str(host.addresses[0].ip) for host in (linux, firewall)]
    found = seen_in(lab, ports, "-T5", "-b", "me:secret@ftp.lab", *addresses)
    assert not differences(found[addresses[0]], met(linux, ports))
    assert not differences(found[addresses[1]], met(firewall, ports))


def test_a_port_that_drops_is_filtered_and_the_next_one_is_told(lab: RunningLab) -> None:
    host = lab.topology.host("firewall.lab")
    ports = {22, 23, 24, 26, 80}
    found = seen_in(lab, ports, "-T5", "-r", "-b", "ftp.lab", "10.77.0.3")["10.77.0.3"]
    assert not differences(found, met(host, ports))
    assert found[24] == _MET[DROP]


def test_nmap_sees_the_same(lab: RunningLab, peer: Callable[[str], str]) -> None:
    """One port a run: nmap 7.93 takes the second reply to one LIST for that to the next command."""
    nmap, asked = peer("nmap"), ({22}, {31})
    found = seen_in(lab, {22, 31}, "-b", "ftp.lab", "10.77.0.2")["10.77.0.2"]
    with ThreadPoolExecutor(len(asked)) as pool:
        seen = list(pool.map(lambda ports: nmap_sees(lab, nmap, ports, "-b", "10.77.0.8", "10.77.0.2"), asked))
    assert {port: state for port, (state, _) in found.items()} == seen[0] | seen[1]


@pytest.mark.parametrize(
    ("relay", "status", "words"),
    [
        ("ftp.lab:2121", 3, "does not bounce"),
        ("ftp.lab:22", 1, "cannot be reached"),
        ("nowhere.lab", 2, "no IPv4 address"),
        ("ftp.lab:0", 2, "perhaps a port"),
    ],
)
def test_a_server_that_does_not_serve_is_told(lab: RunningLab, relay: str, status: int, words: str) -> None:
    done = scan_in(lab, "-b", relay, "-p", "22", "10.77.0.2")
    assert done.returncode == status, done.stderr
    assert words in done.stderr


def test_ipv6_is_told_in_a_sentence(lab: RunningLab) -> None:
    done = scan_in(lab, "-6", "-b", "ftp.lab", "-p", "22", "fd77::2")
    assert done.returncode == 2
    assert "RFC 959" in done.stderr


@one_good_run
def test_a_host_that_had_its_time_keeps_what_was_found(lab: RunningLab) -> None:
    """Port 24 drops, and is waited for longer than the host has time."""
    words = ("-T5", "-r", "-b", "ftp.lab", "-p", "22,24,26,80", "--host-timeout", "1s", "10.77.0.3")
    done = scan_in(lab, *words)
    assert "22/tcp open" in done.stdout
    assert "No verdict: 2 of 4" in done.stdout
    assert "host time-out of 1 s" in done.stderr


def test_ports_keep_to_the_rate(lab: RunningLab) -> None:
    began = time.monotonic()
    assert scan_in(lab, "-b", "ftp.lab", "-p", "1-15", "--max-rate", "10", "10.77.0.2").returncode == 0
    assert time.monotonic() - began > 14 / 10
