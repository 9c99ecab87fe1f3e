"""Pause and stop, and the counters that stand still meanwhile."""

import threading
import time

import pytest

from tui_scan.engine.control import Control, ScanStopped
from tui_scan.engine.tally import Tally


def nothing() -> None:
    return None


def test_without_a_wish_the_scan_goes_on() -> None:
    called: list[str] = []
    control = Control()
    assert not control.checkpoint(lambda: called.append("paused"), lambda: called.append("resumed"))
    assert not called
    assert not control.pausing and not control.stopping


def test_a_pause_holds_until_it_is_ended() -> None:
    control, called, held = Control(), list[str](), threading.Event()

    def pausing() -> None:
        called.append("paused")
        held.set()

    def scan() -> None:
        assert control.checkpoint(pausing, lambda: called.append("resumed"))
        called.append("on")

    control.pause()
    assert control.pausing
    thread = threading.Thread(target=scan)
    thread.start()
    assert held.wait(60)
    time.sleep(0.05)
    assert called == ["paused"]
    control.resume()
    thread.join(60)
    assert called == ["paused", "resumed", "on"]


def test_stop_ends_the_scan_also_out_of_a_pause() -> None:
    control, held, stopped = Control(), threading.Event(), threading.Event()

    def scan() -> None:
        with pytest.raises(ScanStopped):
            control.checkpoint(held.set, nothing)
        stopped.set()

    control.pause()
    threading.Thread(target=scan, daemon=True).start()
    assert held.wait(60)
    control.stop()
    assert stopped.wait(60)
    with pytest.raises(ScanStopped):
        control.checkpoint(nothing, nothing)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_stands_still_in_a_pause() -> None:
    clock = Clock()
    tally = Tally(clock)
    assert tally.elapsed() == 0.0
    assert tally.snapshot(10, 0).elapsed == 0.0
    tally.start()
    clock.now += 2
    tally.pause()
    clock.now += 50
    assert tally.elapsed() == pytest.approx(2)
    tally.resume()
    clock.now += 1
    assert tally.elapsed() == pytest.approx(3)
    tally.pause()
    clock.now += 5
    tally.end()
    clock.now += 100
    assert tally.elapsed() == pytest.approx(3)


def test_a_snapshot_tells_what_was_counted() -> None:
    clock = Clock()
    tally = Tally(clock)
    tally.start()
    told = []
    for _ in range(20):
        clock.now += 0.1
        tally.sent += 50
        tally.answers += 40
        told.append(tally.snapshot(2000, tally.answers))
    last = told[-1]
    assert (last.sent, last.answers, last.cells, last.settled) == (1000, 800, 2000, 800)
    assert last.rate == pytest.approx(500, rel=0.05)
    assert last.fraction == pytest.approx(0.4)
    assert last.eta is None or last.eta >= 0
    tally.end()
    assert tally.snapshot(2000, 2000).eta == 0.0
