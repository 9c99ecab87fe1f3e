"""The local view of 50,000 sockets beside ss: ``python -m tests.bench local [--runs N] [--sockets N]``.

All contenders read the same sockets, in turn. Times are seconds from the outside; a pause is the longest time for
which the interface's loop did not come round while somebody scrolls.
"""

import argparse
import asyncio
import gc
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from textual import events
from textual.app import App, ComposeResult

from tests.bench.local_crowd import crowd
from tests.bench.terminal import Terminal
from tests.namespaces import inside, obstacle
from tui_scan.local.owners import Owners
from tui_scan.local.sockets import read_sockets
from tui_scan.ui.app import GIL_SECONDS
from tui_scan.ui.screens.local import LocalView

TCP = ("tcp", "tcp6")
COMMAND = [sys.executable, "-m", "tui_scan"]
SCROLLS = ("pagedown",) * 60 + ("end",) + ("pageup",) * 30 + ("home",) + ("down",) * 60

BEAT = 0.002
"""Seconds that whoever feels for pauses sleeps."""

Times = dict[str, list[float]]

CONTENDERS: dict[str, Callable[[], object]] = {
    "ss -tan": lambda: _quietly("ss", "-tan"),
    "read": lambda: read_sockets(None, TCP),
    "tui-scan local -tan": lambda: _quietly(*COMMAND, "local", "-tan"),
    "ss -tanp": lambda: _quietly("ss", "-tanp"),
    "read, with owners": lambda: Owners().name(read_sockets(None, TCP)),
    "tui-scan local -tanp": lambda: _quietly(*COMMAND, "local", "-tanp"),
}

BARS = (
    ("read", "ss -tan", 1.0),
    ("read, with owners", "ss -tanp", 1.0),
    ("tui-scan local -tan", "ss -tan", None),
    ("tui-scan local -tanp", "ss -tanp", None),
    ("first picture in a terminal", "", 0.5),
    ("first picture", "", 0.5),
    ("refresh", "", 0.3),
    ("longest pause while scrolling", "", 0.05),
)
"""What is measured, by what, and the bar: a ratio where there is another, else seconds; None: only told."""


class ViewApp(App[None]):
    """The local view alone."""

    def compose(self) -> ComposeResult:
        """Nothing yet: the view comes when it is asked for."""
        return iter(())


def main(argv: list[str]) -> int:
    """Measure; 0 where all bars are kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench local", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="runs of each contender")
    parser.add_argument("--sockets", type=int, default=50_000, metavar="N")
    parser.add_argument("--seed", type=int, metavar="N")
    asked = parser.parse_args(argv)
    if reason := obstacle():
        print(f"The benchmarks cannot run: {reason}.", file=sys.stderr)
        return 1
    # As the program itself does when it starts.
    sys.setswitchinterval(GIL_SECONDS)
    gc.set_threshold(50_000, 20, 20)
    seed = asked.seed or secrets.randbelow(1 << 32) + 1
    times: Times = {name: [] for name in CONTENDERS}
    with crowd(asked.sockets, random.Random(seed)) as name, inside(name):
        count = len(read_sockets(None, TCP))
        for number in range(asked.runs):
            names = list(CONTENDERS)
            for contender in names[number % len(names) :] + names[: number % len(names)]:
                times[contender].append(_timed(CONTENDERS[contender]))
        for _ in range(3):
            times.setdefault("first picture in a terminal", []).append(_in_terminal(count))
            for measured, seconds in asyncio.run(_view(count)).items():
                times.setdefault(measured, []).extend(seconds)
    print(f"{count:,} TCP sockets; seed {seed}; load at the end {os.getloadavg()[0]:.1f}. Medians.\n")
    kept = [_tell(times, *bar) for bar in BARS]
    return 0 if all(kept) else 1


def _tell(times: Times, ours: str, theirs: str, bar: float | None) -> bool:
    """A line of the table; whether the bar is kept."""
    if not theirs:
        seconds = median(times[ours])
        kept = bar is None or seconds <= bar
        print(f"| {ours} | {seconds:.3f} s | | at most {bar:g} s | {'kept' if kept else 'MISSED'} |")
        return kept
    ratio = median(mine / other for mine, other in zip(times[ours], times[theirs], strict=True))
    kept = bar is None or ratio <= bar
    limit = "" if bar is None else f"at most {bar:g}"
    beside = f"{theirs} {median(times[theirs]):.3f} s, ratio {ratio:.2f}"
    print(f"| {ours} | {median(times[ours]):.3f} s | {beside} | {limit} | {'kept' if kept else 'MISSED'} |")
    return kept


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _quietly(*command: str) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def _in_terminal(count: int) -> float:
    """From the key to the count of sockets on the screen, in the whole program."""
    with tempfile.TemporaryDirectory() as place, Terminal(COMMAND, 160, 50, Path(place)) as terminal:
        terminal.until(b"quit", 20)
        time.sleep(1.5)
        began = time.perf_counter()
        terminal.keys(b"2")
        terminal.until(f" {count:,} sockets".encode(), 20)
        return time.perf_counter() - began


async def _view(count: int) -> Times:
    """First picture, refreshes and pauses of the view without a terminal."""
    app = ViewApp()
    async with app.run_test(size=(160, 50)):
        view = LocalView(every=1.0)
        began = time.perf_counter()
        await app.mount(view)
        while len(view.table.rows) < count:
            await asyncio.sleep(0.001)
        await _drawn(view)
        times: Times = {"first picture": [time.perf_counter() - began], "refresh": []}
        while not view.table.reading.owned or view.busy:
            await asyncio.sleep(0.01)
        for _ in range(4):
            before = view.table.reading
            began = time.perf_counter()
            view.tick()
            while view.table.reading is before:
                await asyncio.sleep(0.001)
            await _drawn(view)
            times["refresh"].append(time.perf_counter() - began)
        view.focus()
        pauses = asyncio.create_task(_longest_pause())
        for key in SCROLLS:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
            await asyncio.sleep(0.02)
        pauses.cancel()
        times["longest pause while scrolling"] = [await pauses]
    return times


async def _drawn(view: LocalView) -> None:
    seen = asyncio.Event()
    view.call_after_refresh(seen.set)
    await seen.wait()


async def _longest_pause() -> float:
    """The longest time between two turns of the loop, until it is cancelled."""
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(BEAT)
            now = time.perf_counter()
            longest, last = max(longest, now - last - BEAT), now
    except asyncio.CancelledError:
        return longest
