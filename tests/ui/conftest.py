"""Listeners for the tests of the interface."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.driven import SESSIONS, press, taken
from tests.ui.listening import Listeners, listening


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    """Seven listeners in a thousand ports, on an address that no other program is likely to use."""
    with listening("127.0.0.9", 7, 1000) as made:
        yield made


@pytest.fixture(autouse=True)
def pilots_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pilot takes an idle processor for a program that has done all: where others use it, that is not so."""

    async def pressed(pilot: Pilot[Any], *keys: str) -> None:
        await press(pilot.app, *keys)

    async def waited(pilot: Pilot[Any], timeout: float = 0.0) -> bool:
        await taken(pilot.app)
        return True

    monkeypatch.setattr(Pilot, "press", pressed)
    monkeypatch.setattr(Pilot, "_wait_for_screen", waited)


@pytest.fixture(autouse=True)
def no_scan_goes_on() -> Iterator[None]:
    """A scan that a test leaves running would take the processor from all tests after it."""
    yield
    while SESSIONS:
        SESSIONS.pop().close()
