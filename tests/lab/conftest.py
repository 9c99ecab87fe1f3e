"""Fixtures that make practice labs."""

import os
import random
import shutil
from collections.abc import Callable, Iterator

import pytest

from tui_scan.lab.obstacles import available
from tui_scan.lab.running import RunningLab, running


def _missing(reason: str) -> None:
    """A missing peer or right skips a test, but fails it in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def peer() -> Callable[[str], str]:
    """The path of a program that a test needs as its peer."""

    def find(program: str) -> str:
        path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if path is None:
            _missing(f"the peer program {program} is not installed")
        assert path is not None
        return path

    return find


@pytest.fixture(scope="session")
def namespaces() -> None:
    """Namespaces can be made here."""
    obstacle = available()
    if obstacle is not None:
        _missing(obstacle)


@pytest.fixture(scope="session")
def lab(namespaces: None) -> Iterator[RunningLab]:
    """The default practice network, made once for all tests."""
    with running() as made:
        yield made


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Randomness whose seed is printed when the test fails; LAB_SEED repeats it."""
    seed = int(os.environ.get("LAB_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    print(f"LAB_SEED={seed}")
    return random.Random(seed)
