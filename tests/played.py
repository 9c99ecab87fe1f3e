"""A test file run as a program in a network namespace of its own: how it is run, and what it begins with."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.conftest import missing

INSIDE = ("unshare", "-rn")


def played(file: str, peers: tuple[str, ...], *words: str) -> Any:
    """What a file prints as JSON that is run in namespaces of its own; skips where a peer program is missing."""
    for peer in (INSIDE[0], *peers):
        if not shutil.which(peer):
            missing(f"the peer program {peer} is not installed")
    if subprocess.run([*INSIDE, "true"], capture_output=True, check=False).returncode:
        missing("network namespaces cannot be made here")
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])}
    command = [*INSIDE, sys.executable, file, *words]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=180, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return json.loads(done.stdout)


def lay_interfaces(*addresses: str) -> None:
    """Set the loopback up, and a veth pair whose one end has these addresses."""
    for command in (
        "ip link set lo up",
        "ip link add d0 type veth peer name d1",
        *(f"ip address add {address} dev d0{' nodad' if ':' in address else ''}" for address in addresses),
        "ip link set d0 up",
        "ip link set d1 up",
    ):
        subprocess.run(command.split(), check=True)


def settle(at_rest: Callable[[list[list[str]]], bool]) -> None:
    """Wait until the rows of TCP in /proc, as words, are at rest."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        lines = (Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()).splitlines()
        rows = [line.split() for line in lines if ":" in line]
        if at_rest(rows):
            return
        time.sleep(0.05)
    raise SystemExit(f"the sockets did not come to rest: {rows}")


def listener(address: str, port: int, backlog: int = 16, v6only: bool | None = None) -> socket.socket:
    """A TCP socket that listens."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if v6only is not None:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    made.bind((address, port))
    made.listen(backlog)
    return made


def datagram(address: str, port: int, v6only: bool = False) -> socket.socket:
    """A bound UDP socket."""
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    if v6only:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind((address, port))
    return made
