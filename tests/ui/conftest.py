"""Listeners for the tests of the interface."""

from collections.abc import Iterator

import pytest

from tests.ui.listening import Listeners, listening


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    """Seven listeners in a thousand ports, on an address that no other program is likely to use."""
    with listening("127.0.0.9", 7, 1000) as made:
        yield made
