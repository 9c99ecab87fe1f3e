"""What the kernel does behind this process's back: room in its table of descriptors, and sockets that it lets go."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scans import until
from tui_scan.engine.transport import uring
from tui_scan.privilege.capabilities import can_raw
from tui_scan.privilege.release import release

ROOM = "from tui_scan.privilege.descriptors import make_room; make_room(); print(open('/proc/self/status').read())"


@pytest.mark.parametrize("limit", [256, 8192])
def test_the_table_takes_what_the_limit_allows(limit: int) -> None:
    command = f'ulimit -n {limit} && exec "$@"'
    done = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-c", ROOM], capture_output=True, text=True, check=True
    )
    size = next(line for line in done.stdout.splitlines() if line.startswith("FDSize"))
    assert int(size.split()[1]) >= min(limit, 4096), "more where the parent had more open"


def test_a_released_socket_is_gone_soon() -> None:
    if not can_raw():
        pytest.skip("this process may open no packet socket")
    if not uring.allowed():
        pytest.skip("this kernel has no io_uring for this process")
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    inode = str(os.fstat(opened.fileno()).st_ino)
    there = Path("/proc/thread-self/net/packet")
    assert inode in there.read_text().split()
    assert release(opened)
    assert opened.fileno() == -1
    assert until(lambda: inode not in there.read_text().split(), 30)
