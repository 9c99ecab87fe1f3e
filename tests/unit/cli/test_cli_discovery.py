"""The -P family and its neighbours, as nmap spells them."""

import shlex

import pytest

from tui_scan.cli.options import interface_options
from tui_scan.cli.scan_options import scan_options
from tui_scan.model.discovery import Aim, Asked, Ping
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest


def request(line: str) -> ScanRequest:
    options = scan_options([*shlex.split(line), "10.0.0.1"])
    assert options is not None
    return options.request


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("-PE", [Asked(Ping.ECHO)]),
        ("-PS", [Asked(Ping.SYN, 80)]),
        ("-PS22,80-82 -PA", [Asked(Ping.SYN, port) for port in (22, 80, 81, 82)] + [Asked(Ping.ACK, 80)]),
        ("-PU53 -PU", [Asked(Ping.UDP, 53), Asked(Ping.UDP, 40125)]),
        ("-PO", [Asked(Ping.PROTOCOL, number) for number in (1, 2, 4)]),
        ("-PO47 -PY36412", [Asked(Ping.SCTP, 36412), Asked(Ping.PROTOCOL, 47)]),
        ("-PP -PM -PP", [Asked(Ping.TIMESTAMP), Asked(Ping.MASK)]),
        ("", []),
    ],
)
def test_what_is_asked(line: str, asked: list[Asked]) -> None:
    assert request(line).discovery.asked == tuple(asked)


@pytest.mark.parametrize("line", ["-Pn", "-P0", "-PN"])
def test_every_host_is_taken_for_up(line: str) -> None:
    assert request(line).discovery.skip


def test_how_far_a_scan_goes() -> None:
    assert [request(line).aim for line in ("", "-sn", "-sP", "-sL")] == [Aim.PORTS, Aim.HOSTS, Aim.HOSTS, Aim.LIST]
    assert request("--traceroute").trace
    assert not request("--disable-arp-ping").discovery.link
    assert request("-PR").discovery.link
    named = request("--dns-servers 192.0.2.1,2001:db8::1 --system-dns")
    assert (named.name_servers, named.system_dns) == (("192.0.2.1", "2001:db8::1"), True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-PS70000", "-PS wants numbers from 0 to 65535"),
        ("-PO300", "-PO wants numbers from 0 to 255"),
        ("-PS9-3", "-PS wants numbers"),
        ("-PSabc", "-PS wants numbers"),
        ("-PS1-2000", "2,000 ports"),
        ("-PE80", "-PE80 is not known"),
        ("-Pn -PE", "-Pn takes every host for up"),
        ("-sn -sL", "exclude each other"),
        ("--dns-servers dns.example", "--dns-servers wants addresses"),
    ],
)
def test_what_is_wrong_is_said(line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        request(line)


@pytest.mark.parametrize("option", ["-sn", "-sL"])
def test_the_interface_takes_scans_of_hosts(option: str) -> None:
    options = interface_options([option, "10.0.0.1"])
    assert options is not None
    assert options.request.aim is not Aim.PORTS
