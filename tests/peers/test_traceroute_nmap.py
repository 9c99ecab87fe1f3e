"""The way through three routers, beside nmap's: raw and without privileges, by every kind of probe."""

import itertools
import os
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.namespaces import inside, run
from tests.scans import until

SCAN = [sys.executable, "-m", "tui_scan", "scan"]
UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=65534", "--regid=65534", "--clear-groups"]
TARGETS = {4: "10.94.4.2", 6: "fd94:4::2"}
HOPS = {4: ["10.94.1.2", "10.94.2.2", "10.94.3.2", "10.94.4.2"], 6: [f"fd94:{n}::2" for n in range(1, 5)]}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def scanner(own_namespaces: None) -> Iterator[list[str]]:
    """Scanner, three routers and a target in a row; the command that runs another in the scanner's namespace."""
    number = f"{os.getpid()}x{next(_numbers)}"
    names = [f"tsr{number}{letter}" for letter in "sabct"]
    with ExitStack() as held:
        for name in names:
            run("ip", "netns", "add", name)
            held.callback(subprocess.run, ["ip", "netns", "del", name], capture_output=True, check=False)
            run("ip", "-n", name, "link", "set", "lo", "up")
            forwarding = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
            quick = ("net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")
            run("ip", "netns", "exec", name, "sysctl", "-qw", *(forwarding if name in names[1:4] else ()), *quick)
        for at, (near, far) in enumerate(itertools.pairwise(names), 1):
            run("ip", "link", "add", "ahead", "netns", near, "type", "veth", "peer", "name", "back", "netns", far)
            for name, device, last in ((near, "ahead", 1), (far, "back", 2)):
                run("ip", "-n", name, "addr", "add", f"10.94.{at}.{last}/24", "dev", device)
                run("ip", "-n", name, "addr", "add", f"fd94:{at}::{last}/64", "dev", device, "nodad")
                run("ip", "-n", name, "link", "set", device, "up")
        for at, name in enumerate(names, 1):
            if at < len(names) - 1:
                run("ip", "-n", name, "route", "add", "10.94.4.0/24", "via", f"10.94.{at}.2")
                run("ip", "-n", name, "route", "add", "fd94:4::/64", "via", f"fd94:{at}::2")
            if at > 1:
                run("ip", "-n", name, "route", "add", "default", "via", f"10.94.{at - 1}.1")
                run("ip", "-n", name, "route", "add", "default", "via", f"fd94:{at - 1}::1")
        for address in ("10.94.4.3/24", "fd94:4::3/64"):
            run("ip", "-n", names[-1], "addr", "add", address, "dev", "back", *(("nodad",) if ":" in address else ()))
        with inside(names[-1]):
            held.enter_context(socket.create_server(("::", 22), family=socket.AF_INET6, dualstack_ipv6=True))
        with inside(names[0]):
            assert until(lambda: all(map(reachable, TARGETS.values())))
        yield ["ip", "netns", "exec", names[0]]


def reachable(address: str) -> bool:
    """Whether the way is ready: routers ask for neighbours only when their own addresses have settled."""
    try:
        socket.create_connection((address, 22), 1).close()
    except OSError:
        return False
    return True


def hops(command: list[str]) -> list[list[str]]:
    """The hops of each host in an XML report."""
    told = run(*command, "-oX", "-")
    return [[hop.attrib["ipaddr"] for hop in trace.iter("hop")] for trace in ET.fromstring(told).iter("trace")]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("options", [["-sn"], ["-sn", "-PU"], ["-sn", "-PS"], ["-p", "22"], ["-p", "23"]])
def test_the_hops_are_nmaps(scanner: list[str], peer: Callable[[str], str], options: list[str], family: int) -> None:
    command = [*options, "-n", "--traceroute", TARGETS[family], *(["-6"] if family == 6 else [])]
    mine = hops([*scanner, *SCAN, *command])
    assert mine == [HOPS[family]]
    assert mine == hops([*scanner, peer("nmap"), "-T4", *command])


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("options", [["-sn"], ["-sn", "-PU"], ["-sT", "-p", "22"], ["-sT", "-p", "23"]])
def test_the_same_hops_without_privileges(
    scanner: list[str], peer: Callable[[str], str], options: list[str], family: int
) -> None:
    peer("setpriv")
    command = [*options, "-n", "--traceroute", TARGETS[family], *(["-6"] if family == 6 else [])]
    assert hops([*scanner, *UNPRIVILEGED, *SCAN, *command]) == [HOPS[family]]


def test_several_hosts_share_what_is_known(scanner: list[str], peer: Callable[[str], str]) -> None:
    command = ["-sn", "-n", "--traceroute", "10.94.4.2-3"]
    mine = hops([*scanner, *SCAN, *command])
    assert mine == [HOPS[4], [*HOPS[4][:3], "10.94.4.3"]]
    assert mine == hops([*scanner, peer("nmap"), "-T4", *command])


@pytest.mark.parametrize("privileged", [True, False])
def test_a_router_that_keeps_silent_leaves_a_gap(scanner: list[str], privileged: bool) -> None:
    silent = scanner[-1][:-1] + "b"
    rules = (
        "table inet mute {\n chain out {\n type filter hook output priority 0\n icmp type time-exceeded drop\n }\n}\n"
    )
    run("ip", "netns", "exec", silent, "nft", "-f", "-", stdin=rules)
    try:
        command = [*scanner, *([] if privileged else UNPRIVILEGED), *SCAN, "-sn", "-n", "--traceroute", TARGETS[4]]
        assert hops(command) == [[HOPS[4][0], *HOPS[4][2:]]]
        table = run(*command).splitlines()
        assert [line.split()[:2] for line in table if line[:1].isdigit()][1] == ["2", "..."]
    finally:
        run("ip", "netns", "exec", silent, "nft", "delete", "table", "inet", "mute")
