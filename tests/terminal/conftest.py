"""Terminals and listeners for the tests of the true program."""

import os
import pathlib
import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.terminal.tmux_terminal import Terminal
from tests.ui.listening import Listeners, listening


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
def listeners() -> Iterator[Listeners]:
    """Twelve listeners in two thousand ports, on an address that no other program is likely to use."""
    with listening("127.0.0.10", 12, 2000) as made:
        yield made
