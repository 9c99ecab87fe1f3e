"""Two network namespaces joined by a veth pair, made with ``ip netns``, and a way into them for one thread."""

import ctypes
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.impaired_wire import Wire, carried

CLONE_NEWNET = 0x4000_0000
_numbers = count()
_libc = ctypes.CDLL(None, use_errno=True)
SYSCTLS = (
    "net.ipv4.icmp_ratelimit=0",
    "net.ipv6.icmp.ratelimit=0",
    "net.ipv4.icmp_msgs_per_sec=1000000",
    "net.ipv4.icmp_msgs_burst=1000000",
    "net.ipv4.tcp_syncookies=0",
    "net.ipv4.tcp_max_syn_backlog=65536",
    "net.core.somaxconn=65536",
)
"""A target that tells what it is at full speed, so that its peers' views come quickly."""


@dataclass(frozen=True, slots=True)
class Link:
    """A scanner's and a target's namespace on one link. ``absent`` are addresses on the link that nobody has."""

    scanner: str
    target: str
    scanner_device: str
    target_device: str

    own = {4: "10.99.7.1", 6: "fd99:7::1"}
    address = {4: "10.99.7.2", 6: "fd99:7::2"}
    absent = {4: "10.99.7.77", 6: "fd99:7::77"}

    def at_target(self, *command: str, stdin: str = "") -> str:
        """Run a command in the target's namespace; its standard output."""
        return run("ip", "netns", "exec", self.target, *command, stdin=stdin)

    def at_scanner(self, *command: str, stdin: str = "") -> str:
        """Run a command in the scanner's namespace; its standard output."""
        return run("ip", "netns", "exec", self.scanner, *command, stdin=stdin)


def run(*command: str, stdin: str = "", timeout: float = 120) -> str:
    """Run a command that must succeed; its standard output."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


def obstacle() -> str:
    """Why root cannot make namespaces here; empty where it can."""
    for program in ("ip", "nft", "sysctl"):
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            return f"the program {program} is not installed"
    name = f"tst{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return "the kernel lets this process make no network namespace"
    run("ip", "netns", "del", name)
    return ""


@contextmanager
def link(wire: Wire | None = None) -> Iterator[Link]:
    """A fresh pair of namespaces, gone when the context is left; ``wire`` are the faults of what joins them."""
    number = f"{os.getpid()}x{next(_numbers)}"
    made = Link(f"tss{number}", f"tst{number}", "vs", "vt")
    middle = f"tsm{number}"
    names = (made.scanner, made.target, *((middle,) if wire else ()))
    try:
        for name in names:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        if wire is None:
            _cable((made.scanner, made.scanner_device), (made.target, made.target_device))
        else:
            _cable((made.scanner, made.scanner_device), (middle, "ms"))
            _cable((made.target, made.target_device), (middle, "mt"))
            run("ip", "netns", "exec", middle, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
            for device in ("ms", "mt"):
                run("ip", "-n", middle, "link", "set", device, "up")
        for name, device, own in (
            (made.scanner, made.scanner_device, Link.own),
            (made.target, made.target_device, Link.address),
        ):
            run("ip", "-n", name, "addr", "add", f"{own[4]}/24", "dev", device)
            run("ip", "-n", name, "addr", "add", f"{own[6]}/64", "dev", device, "nodad")
            run("ip", "-n", name, "link", "set", device, "up")
        for setting in SYSCTLS:
            made.at_target("sysctl", "-qw", setting)
        with ExitStack() as held:
            if wire:
                held.enter_context(carried(middle, "ms", "mt", wire))
            settled(made)
            yield made
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _cable(first: tuple[str, str], second: tuple[str, str]) -> None:
    """Join two namespaces, each with the name of its end."""
    pair = ("type", "veth", "peer", "name", second[1], "netns", second[0])
    # Ends with equal numbers would be told of their carrier up to a second later (net/core/link_watch.c).
    run("ip", "link", "add", first[1], "index", "7", "netns", first[0], *pair)


def settled(made: Link, addresses: dict[int, str] = Link.address) -> None:
    """Wait until the target refuses a connection, which it does when both ends know each other's link address."""
    end = time.monotonic() + 60
    for address in addresses.values():
        with inside(made.scanner):
            while _fails_otherwise(address) and time.monotonic() < end:
                time.sleep(0.02)


def _fails_otherwise(address: str) -> bool:
    try:
        socket.create_connection((address, 1), 1).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return False


@contextmanager
def inside(name: str) -> Iterator[None]:
    """This thread, and threads it starts meanwhile, live in the named namespace."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(Path("/run/netns") / name, os.O_RDONLY)
    try:
        _setns(there)
        yield
    finally:
        _setns(home)
        os.close(there)
        os.close(home)


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def domain(family: int) -> socket.AddressFamily:
    """The socket family of IP version 4 or 6."""
    return socket.AF_INET if family == 4 else socket.AF_INET6
