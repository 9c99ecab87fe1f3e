"""Listeners of the test's own on loopback."""

import os
import random
import socket
import time
from collections.abc import Iterator

import pytest
from listening import ADDRESS, Listeners


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    """Some random ports of a random range; TUI_SCAN_SEED repeats them."""
    seed = int(os.environ.get("TUI_SCAN_SEED", "0")) or time.time_ns() & 0xFFFF_FFFF
    print(f"TUI_SCAN_SEED={seed}")
    chance = random.Random(seed)
    low = chance.randrange(20000, 31000)
    sockets = []
    for port in chance.sample(range(low, low + 1000), 7):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((ADDRESS, port))
        except OSError:
            listening.close()
            continue
        listening.listen(64)
        sockets.append(listening)
    yield Listeners(ADDRESS, low, low + 999, tuple(sorted(s.getsockname()[1] for s in sockets)))
    for listening in sockets:
        listening.close()
