"""A host with a listener or a rule for every class of the comparison, a container behind it, and the truth of it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.answering import answering
from tests.namespaces import Link, domain, inside, link, run
from tui_scan.compare.classes import PortClass
from tui_scan.local.elsewhere import elsewhere

SECOND = {4: "10.99.7.3", 6: "fd99:7::3"}
CONTAINER = {4: "10.99.8.2", 6: "fd99:8::2"}
GATEWAY = {4: "10.99.8.1", 6: "fd99:8::1"}
LOOPBACK = {4: "127.0.0.1", 6: "::1"}

EXPOSED, LOOPBACK_ONLY, DROPPED, REJECTED, RESET, REDIRECTED, FORWARDED, ALARM, INNER, PUBLISHED, SECOND_ONLY, SIX = (
    range(8001, 8013)
)
DEVICE_ONLY = 8013
SILENT, ANSWERING, UDP_LOOPBACK, UDP_REJECTED = range(8021, 8025)
BEHIND = 7777
PORTS = "7777,8000-8030"

TRUTH = {
    ("tcp", EXPOSED): PortClass.EXPOSED,
    ("tcp", LOOPBACK_ONLY): PortClass.LOOPBACK_ONLY,
    ("tcp", DROPPED): PortClass.FIREWALLED,
    ("tcp", REJECTED): PortClass.FIREWALLED,
    ("tcp", RESET): PortClass.RESET_ELSEWHERE,
    ("tcp", REDIRECTED): PortClass.NO_LOCAL_LISTENER,
    ("tcp", FORWARDED): PortClass.NO_LOCAL_LISTENER,
    ("tcp", ALARM): PortClass.ALARM,
    ("tcp", INNER): PortClass.OTHER_NAMESPACE,
    ("tcp", PUBLISHED): PortClass.PUBLISHED,
    ("tcp", SECOND_ONLY): PortClass.RESET_ELSEWHERE,
    ("tcp", DEVICE_ONLY): PortClass.RESET_ELSEWHERE,
    ("udp", SILENT): PortClass.UNPROVEN,
    ("udp", ANSWERING): PortClass.EXPOSED,
    ("udp", UDP_LOOPBACK): PortClass.LOOPBACK_ONLY,
    ("udp", UDP_REJECTED): PortClass.FIREWALLED,
}
"""The class of each port as the kernel's own rules make it; that of SIX depends on the family."""

Key = tuple[str, int]

_NAMED = """
import socket, sys
open("/proc/self/comm", "w").write(sys.argv[1])
with socket.socket(socket.AF_INET6) as sock:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind(("::", int(sys.argv[2])))
    sock.listen()
    print("there", flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class CompareWorld:
    """The link whose target is the host; ``container`` is the namespace behind it."""

    link: Link
    container: str

    def truth(self, family: int, *, namespaces: bool = True) -> dict[Key, PortClass]:
        """The class of every port that is to be told; ``namespaces``: the list tells those of containers too."""
        found = dict(TRUTH)
        found["tcp", SIX] = PortClass.EXPOSED if family == 6 else PortClass.RESET_ELSEWHERE
        if not namespaces:
            found["tcp", INNER] = PortClass.NO_LOCAL_LISTENER
            return found
        # Other tests have namespaces of their own on this machine, and may listen at the same port by chance.
        with inside(self.link.target):
            taken = {one.local_port for one in elsewhere() if one.protocol.startswith("tcp")}
        for port in {REDIRECTED, FORWARDED} & taken:
            found["tcp", port] = PortClass.OTHER_NAMESPACE
        return found


def _ruleset() -> str:
    rows = "\n".join(
        f"""
        meta nfproto {name} tcp dport {INNER} dnat {prefix} to {_at(family, INNER)}
        meta nfproto {name} tcp dport {FORWARDED} dnat {prefix} to {_at(family, BEHIND)}"""
        for family, name, prefix in ((4, "ipv4", "ip"), (6, "ipv6", "ip6"))
    )
    return f"""
table inet compare {{
    chain in {{
        type filter hook input priority 0;
        tcp dport {DROPPED} drop
        tcp dport {REJECTED} reject with icmpx type port-unreachable
        tcp dport {RESET} reject with tcp reset
        udp dport {UDP_REJECTED} reject with icmpx type port-unreachable
    }}
    chain before {{
        type nat hook prerouting priority -100;
        iifname "vt" tcp dport {{ {REDIRECTED}, {ALARM} }} redirect to :{EXPOSED}
        {rows}
    }}
}}
"""


def _at(family: int, port: int) -> str:
    return f"{CONTAINER[4]}:{port}" if family == 4 else f"[{CONTAINER[6]}]:{port}"


def _bound(held: ExitStack, family: int, style: int, address: str, port: int) -> socket.socket:
    sock = held.enter_context(socket.socket(domain(family), style))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == 6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((address, port))
    if style == socket.SOCK_STREAM:
        sock.listen(16)
    return sock


def _dual(held: ExitStack, port: int) -> socket.socket:
    sock = held.enter_context(socket.socket(socket.AF_INET6))
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind(("::", port))
    sock.listen(16)
    sock.setblocking(False)
    return sock


def _listen(held: ExitStack) -> list[socket.socket]:
    """The host's own sockets; returns those that are to answer."""
    tcp, udp = socket.SOCK_STREAM, socket.SOCK_DGRAM
    # Three ports lead here, so that its queue would be full after a few scans by connect.
    asked = [_dual(held, EXPOSED)]
    _bound(held, 6, tcp, "::", SIX)
    for family in (4, 6):
        for port in (DROPPED, REJECTED, RESET):
            _bound(held, family, tcp, "", port)
        for port in (LOOPBACK_ONLY, ALARM):
            _bound(held, family, tcp, LOOPBACK[family], port)
        _bound(held, family, tcp, SECOND[family], SECOND_ONLY)
        apart = _bound(held, family, tcp, "", DEVICE_ONLY)
        apart.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"vc")
        for port in (SILENT, UDP_REJECTED):
            _bound(held, family, udp, "", port)
        _bound(held, family, udp, LOOPBACK[family], UDP_LOOPBACK)
        # Bound to the address, since an answer must come from the one that was asked.
        asked.append(_bound(held, family, udp, Link.address[family], ANSWERING))
    return asked


@contextmanager
def compare_world() -> Iterator[CompareWorld]:
    """The host, its container and its rules, gone when the context is left."""
    with link() as made, ExitStack() as held:
        container = f"{made.target}c"
        run("ip", "netns", "add", container)
        held.callback(subprocess.run, ["ip", "netns", "del", container], capture_output=True, check=False)
        _join(made, container)
        made.at_target("nft", "-f", "-", stdin=_ruleset())
        with inside(container):
            for family in (4, 6):
                _bound(held, family, socket.SOCK_STREAM, CONTAINER[family], BEHIND)
        with inside(made.target):
            asked = _listen(held)
        held.enter_context(answering(asked))
        held.enter_context(_program(container, "nginx", INNER))
        held.enter_context(_program(made.target, "docker-proxy", PUBLISHED))
        yield CompareWorld(made, container)


@contextmanager
def _program(namespace: str, name: str, port: int) -> Iterator[None]:
    """A process of this name that listens at a port of all addresses."""
    named = ["bash", "-c", 'exec -a "$0" "$@"', name, sys.executable]
    command = ["ip", "netns", "exec", namespace, *named, "-c", _NAMED, name, str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    assert process.stdout.readline() == b"there\n"
    try:
        yield
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def _join(made: Link, container: str) -> None:
    """Lead the target's container to its own network, and let the target hand packets on."""
    run(
        "ip",
        "link",
        "add",
        "vc",
        "index",
        "17",
        "netns",
        made.target,
        "type",
        "veth",
        "peer",
        "name",
        "vh",
        "netns",
        container,
    )
    run("ip", "-n", container, "link", "set", "lo", "up")
    ends = ((made.target, "vc", GATEWAY), (container, "vh", CONTAINER))
    for name, device, own in ends:
        run("ip", "-n", name, "addr", "add", f"{own[4]}/24", "dev", device)
        run("ip", "-n", name, "addr", "add", f"{own[6]}/64", "dev", device, "nodad")
        run("ip", "-n", name, "link", "set", device, "up")
    run("ip", "-n", container, "route", "add", "default", "via", GATEWAY[4])
    run("ip", "-n", container, "-6", "route", "add", "default", "via", GATEWAY[6])
    for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"):
        made.at_target("sysctl", "-qw", setting)
    run("ip", "-n", made.target, "addr", "add", f"{SECOND[4]}/24", "dev", made.target_device)
    run("ip", "-n", made.target, "addr", "add", f"{SECOND[6]}/64", "dev", made.target_device, "nodad")
    _settled(made)


def _settled(made: Link) -> None:
    """Wait until the container answers the target."""
    end = time.monotonic() + 60
    for family in (4, 6):
        with inside(made.target):
            while time.monotonic() < end:
                try:
                    socket.create_connection((CONTAINER[family], 1), 1).close()
                except ConnectionRefusedError:
                    break
                except OSError:
                    time.sleep(0.02)
