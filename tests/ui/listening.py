"""Listeners of the test's own on loopback, in a range of ports where nothing else listens."""

import os
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LISTEN = "0A"


@dataclass(frozen=True)
class Listeners:
    """The TCP ports in ``low``..``high`` of ``address`` that accept, as the kernel was told."""

    address: str
    low: int
    high: int
    ports: tuple[int, ...]

    @property
    def range(self) -> str:
        """The range as ``-p`` takes it."""
        return f"{self.low}-{self.high}"


def taken() -> set[int]:
    """Every port that something of this machine listens on (proc(5), /proc/net/tcp)."""
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == LISTEN}


@contextmanager
def listening(address: str, count: int, size: int) -> Iterator[Listeners]:
    """``count`` listeners at random in a random range of ``size`` ports; TUI_SCAN_SEED repeats them."""
    seed = int(os.environ.get("TUI_SCAN_SEED", "0")) or time.time_ns() & 0xFFFF_FFFF
    print(f"TUI_SCAN_SEED={seed}")
    chance, others = random.Random(seed), taken()
    low = next(
        low
        for low in (chance.randrange(1100, 31000 - size) for _ in range(1000))
        if not others & set(range(low, low + size))
    )
    ports = sorted(chance.sample(range(low, low + size), count))
    sockets = [socket.socket() for _ in ports]
    try:
        for one, port in zip(sockets, ports, strict=True):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((address, port))
            one.listen(64)
        yield Listeners(address, low, low + size - 1, tuple(ports))
    finally:
        for one in sockets:
            one.close()
