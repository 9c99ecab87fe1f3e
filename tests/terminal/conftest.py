"""Terminals and listeners for the tests of the true program."""

import os
import pathlib
import random
import shutil
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from tmux_terminal import ADDRESS, Terminal


@pytest.fixture
def terminal(tmp_path: pathlib.Path) -> Iterator[Callable[[int, int], Terminal]]:
    """Makes terminals of a size; skips where there is no tmux, but fails in CI."""
    tmux = shutil.which("tmux")
    if tmux is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("the peer program tmux is not installed")
    made: list[Terminal] = []

    def make(width: int, height: int) -> Terminal:
        home = tmp_path / str(len(made))
        home.mkdir()
        made.append(Terminal(str(tmux), home, width, height))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def open_ports() -> Iterator[tuple[int, ...]]:
    """Listeners on twelve random ports of ``ADDRESS``; TUI_SCAN_SEED repeats them."""
    seed = int(os.environ.get("TUI_SCAN_SEED", "0")) or time.time_ns() & 0xFFFF_FFFF
    print(f"TUI_SCAN_SEED={seed}")
    sockets = [socket.socket() for _ in range(12)]
    ports = random.Random(seed).sample(range(20000, 27000), 12)
    for listening, port in zip(sockets, ports, strict=True):
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen(64)
    yield tuple(sorted(ports))
    for listening in sockets:
        listening.close()
