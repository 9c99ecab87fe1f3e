"""Hundreds of scans in one process leave no thread, descriptor, ring or memory behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.many_scans import WAYS
from tui_scan.engine.transport import uring
from tui_scan.privilege.rings import SLOT, SLOTS

COUNTS = {"syn": 300, "udp": 300}
USUAL = 1000
GROWTH = SLOT * SLOTS[SLOT] // 2 // 1024
"""KiB that the last two thirds of the scans may add: half a ring, and what threads leave in the allocator."""
IN_NAMESPACE = (
    "ip link set lo up && sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=1000000 "
    'net.ipv4.icmp_msgs_burst=1000000 && exec "$@"'
)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_left(own_namespaces: None, way: str) -> None:
    if way == "connect by io_uring" and not uring.allowed():
        pytest.skip("this kernel has no io_uring for this process")
    command = [sys.executable, "-m", "tests.many_scans", way, str(COUNTS.get(way, USUAL))]
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", IN_NAMESPACE, "sh", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    early, late = json.loads(done.stdout)
    grown = late.pop("resident") - early.pop("resident")
    assert late == early
    assert (late["threads"], late["packet sockets"], late["rings"]) == (1, 0, 0)
    assert grown < GROWTH
