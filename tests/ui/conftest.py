"""Listeners for the tests of the interface."""

from collections.abc import Iterator

import pytest

from tests.ui.driven import SESSIONS
from tests.ui.listening import Listeners, listening


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    """Seven listeners in a thousand ports, on an address that no other program is likely to use."""
    with listening("127.0.0.9", 7, 1000) as made:
        yield made


@pytest.fixture(autouse=True)
def no_scan_goes_on() -> Iterator[None]:
    """A scan that a test leaves running would take the processor from all tests after it."""
    yield
    while SESSIONS:
        SESSIONS.pop().close()
