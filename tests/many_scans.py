"""Scan after scan of one loopback port in one process: ``python -m tests.many_scans WAY COUNT`` tells what stays.

To be run in a network namespace of its own. Prints a JSON line with threads, descriptors, packet sockets, mapped
rings and resident KiB after a third of the scans and at the end.
"""

import gc
import json
import resource
import socket
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import patch

from tests.scans import prepared, until, without_raw
from tui_scan.engine.transport import uring
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import OwnSockets

WAYS = {
    "syn": (Technique.SYN, True, True),
    "udp": (Technique.UDP, True, True),
    "connect by io_uring": (Technique.CONNECT, False, True),
    "connect by epoll": (Technique.CONNECT, False, False),
    "udp unprivileged": (Technique.UDP, False, True),
}
"""Technique, whether raw sockets are to be had, and whether io_uring is."""


def held() -> dict[str, int]:
    """What this process holds now."""
    gc.collect()
    until(lambda: threading.active_count() == 1)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "threads": threading.active_count(),
        "descriptors": len([*Path("/proc/self/fd").iterdir()]),
        "packet sockets": len(Path("/proc/thread-self/net/packet").read_text().splitlines()) - 1,
        "rings": Path("/proc/self/maps").read_text().count("socket:["),
        "resident": pages * resource.getpagesize() // 1024,
    }


def scan(technique: Technique, port: int) -> PortState:
    """One scan of one port of loopback; its state."""
    worker = ScanWorker(prepared(["127.0.0.1"], [port], technique), OwnSockets())
    worker.start()
    assert worker.join(20)
    if worker.error:
        raise worker.error
    return PortState(worker.scan.ledger.state[0])


def main() -> None:
    """Scan a port that is open and one that is closed in turn, and tell what is held."""
    technique, raw, ring = WAYS[sys.argv[1]]
    count = int(sys.argv[2])
    told = []
    allowed = nullcontext() if ring else patch.object(uring, "allowed", lambda: False)
    with allowed, socket.create_server(("127.0.0.1", 0)) as listener, nullcontext() if raw else without_raw():
        listening = listener.getsockname()[1]
        for number in range(1, count + 1):
            is_open = technique is not Technique.UDP and number % 2
            state = scan(technique, listening if is_open else 9)
            if is_open and technique is Technique.CONNECT:
                listener.accept()[0].close()
            assert state is (PortState.OPEN if is_open else PortState.CLOSED), state
            if number in (count // 3, count):
                told.append(held())
    print(json.dumps(told))


if __name__ == "__main__":
    main()
