"""A scan that starts has the processor to itself: nothing is loaded or laid out beside its first moment."""

import asyncio
import threading
import time

import pytest

from tests.ui.driven import SESSIONS, until
from tests.ui.listening import Listeners
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.quiet import LOOK_SECONDS, PATIENCE_SECONDS, quiet
from tui_scan.ui.session import Session


def burn(until_then: float) -> None:
    """Use the processor until a time of the monotonic clock."""
    while time.monotonic() < until_then:
        sum(range(1000))


async def test_it_waits_for_threads_that_work() -> None:
    end = time.monotonic() + 0.2
    worker = threading.Thread(target=burn, args=(end,))
    worker.start()
    await quiet()
    assert time.monotonic() >= end - LOOK_SECONDS
    worker.join()


async def test_it_does_not_wait_for_ever() -> None:
    began = time.monotonic()
    worker = threading.Thread(target=burn, args=(began + 0.6,))
    worker.start()
    await quiet(0.1)
    assert time.monotonic() - began < 0.5
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
        await until(lambda: bool(beside), PATIENCE_SECONDS + 10)
        layouts = app.session.generation
        await until(lambda: app.session.phase.ended)
        await asyncio.sleep(0.1)
        assert app.session.generation == layouts, "the map that was shown is that of the scan"
    assert "warm scapy" not in beside[0]
