"""Shared fixtures: a seed that is printed when a test fails, and peer programs that must not be missing in CI."""

import os
import random
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from tests.compare_world import CompareWorld, compare_world
from tests.namespaces import obstacle
from tests.target_world import World, world

if TYPE_CHECKING:
    from tests.ssh_server import SshServer

os.environ["LANGUAGE"] = "en"  # whoever runs the tests in another language would find other words

settings.register_profile(
    "tui_scan", max_examples=60, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tui_scan")

# A shell starts what it puts in the background with Ctrl+C ignored, and so would everything be that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def missing(reason: str) -> None:
    """Skip for want of a program or a right; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def peer() -> Callable[[str], str]:
    """The path of a program that a test compares with."""

    def find(program: str) -> str:
        path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if path is None:
            missing(f"the peer program {program} is not installed")
        assert path is not None
        return path

    return find


@pytest.fixture(scope="session")
def own_namespaces() -> None:
    """Network namespaces can be made by ``ip netns`` here. That a plain user may not is no fault of the machine."""
    if os.geteuid():
        pytest.skip("making network namespaces with ip netns needs root")
    reason = obstacle()
    if reason:
        missing(reason)


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of this run, printed where a test fails; TUI_SCAN_SEED repeats a run."""
    return int(os.environ.get("TUI_SCAN_SEED", "0")) or secrets.randbelow(1 << 32) + 1


@pytest.fixture
def chance(seed: int) -> random.Random:
    """Randomness by the seed."""
    print(f"TUI_SCAN_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def rng(seed: int) -> np.random.Generator:
    """numpy's randomness by the seed."""
    print(f"TUI_SCAN_SEED={seed}")
    return np.random.default_rng(seed)


@pytest.fixture(scope="session")
def random_world(own_namespaces: None, seed: int) -> Iterator[World]:
    """A target whose ports were drawn by lot from the seed, for all tests of a run."""
    with world(seed) as made:
        yield made


@pytest.fixture(scope="module")
def compared_world(own_namespaces: None) -> Iterator[CompareWorld]:
    """The host with a listener or a rule for every class of the comparison."""
    with compare_world() as made:
        yield made


@pytest.fixture(scope="module")
def compared_server(compared_world: CompareWorld) -> Iterator["SshServer"]:
    """Its sshd."""
    from tests.ssh_server import ssh_server  # it needs this module, to skip where there is no sshd

    with ssh_server(compared_world.link) as made:
        yield made
