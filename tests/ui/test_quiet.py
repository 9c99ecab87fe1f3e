"""A scan that starts has the processor to itself: nothing is loaded or laid out beside its first moment."""

import asyncio
import threading
import time

import pytest

from tests.ui.driven import PATIENCE, SESSIONS, until
from tests.ui.listening import Listeners
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.quiet import quiet
from tui_scan.ui.session import Session


def burn(end: threading.Event, seconds: float = PATIENCE) -> None:
    """Use the processor until an event, or for so many seconds."""
    until_then = time.monotonic() + seconds
    while not end.is_set() and time.monotonic() < until_then:
        sum(range(1000))
    end.set()


async def waited_for_a_thread() -> bool:
    """Whether it came back when a thread that worked for a while was done."""
    end = threading.Event()
    worker = threading.Thread(target=burn, args=(end, 0.2))
    worker.start()
    await quiet()
    held = end.is_set()
    worker.join()
    return held


async def test_it_waits_for_threads_that_work() -> None:
    # On a machine with other work a thread may get nothing for a moment, and seems to rest.
    for _ in range(20):
        if await waited_for_a_thread():
            return
    raise AssertionError("it came back each time before the thread was done")


async def test_it_does_not_wait_for_ever() -> None:
    end = threading.Event()
    worker = threading.Thread(target=burn, args=(end,))
    worker.start()
    await quiet(0.1)
    assert not end.is_set(), "it came back although a thread still worked"
    end.set()
    worker.join()


async def test_a_scan_at_start_up_begins_alone(listeners: Listeners, monkeypatch: pytest.MonkeyPatch) -> None:
    beside: list[set[str]] = []
    start = ScanWorker.start

    def watched(worker: ScanWorker) -> None:
        beside.append({thread.name for thread in threading.enumerate()})
        start(worker)

    monkeypatch.setattr(ScanWorker, "start", watched)
    asked = ScanRequest((listeners.address,), ports=listeners.range, techniques=(Technique.CONNECT,))
    app = TuiScanApp(Session(asked, raw=True), start=True)
    SESSIONS.append(app.session)
    async with app.run_test(size=(160, 50)):
        await until(lambda: bool(beside))
        layouts = app.session.generation
        await until(lambda: app.session.phase.ended)
        await asyncio.sleep(0.1)
        assert app.session.generation == layouts, "the map that was shown is that of the scan"
    assert "warm scapy" not in beside[0]
