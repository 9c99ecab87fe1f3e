"""Fixtures of the tests in labs and namespaces: practice networks, and the two ways of connecting."""

from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tui_scan.engine.transport import uring
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


@pytest.fixture(params=["io_uring", "without io_uring"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of connecting, in turn."""
    if request.param == "without io_uring":
        monkeypatch.setattr(uring, "allowed", lambda: False)
    elif not uring.allowed():
        pytest.skip("this kernel has no io_uring for this process")
    return str(request.param)
