"""Fixtures that make practice labs."""

from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tui_scan.lab.obstacles import available
from tui_scan.lab.running import RunningLab, running


@pytest.fixture(scope="session")
def namespaces() -> None:
    """Namespaces can be made here."""
    obstacle = available()
    if obstacle is not None:
        missing(obstacle)


@pytest.fixture(scope="session")
def lab(namespaces: None) -> Iterator[RunningLab]:
    """The default practice network, made once for all tests."""
    with running() as made:
        yield made


@pytest.fixture
def fresh_lab(namespaces: None) -> Iterator[RunningLab]:
    """A practice network for one test: no kernel in it has spent anything of its budget of ICMP errors."""
    with running() as made:
        yield made
