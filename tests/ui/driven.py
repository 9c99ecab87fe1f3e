"""The whole program under Pilot, and what a person would read off its screen."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual import events
from textual._context import active_app
from textual.app import App
from textual.geometry import Size
from textual.keys import _character_to_key as key_of
from textual.message_pump import MessagePump

from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.screens.main import MainScreen
from tui_scan.ui.screens.scan import ScanView
from tui_scan.ui.session import Session

SLOW = replace(TEMPLATES[3], scan_delay=5)
"""200 connects a second: a scan of a thousand ports lasts five seconds, and leaves the processor to the others."""
PATIENCE = 40.0
"""Seconds that a test waits for what is to come: a machine with other work is many times slower than an idle one."""
SESSIONS: list[Session] = []
"""The sessions of the running test's programs, to be closed at its end whatever came of it."""


def program(targets: str, ports: str | None = "1-100", *, slow: bool = False, raw: bool = True) -> TuiScanApp:
    """The program with its form filled for a connect scan."""
    request = ScanRequest(
        targets=tuple(targets.split()),
        ports=ports,
        techniques=(Technique.CONNECT,),
        timing=SLOW if slow else TEMPLATES[3],
    )
    app = TuiScanApp(Session(request, raw=raw), fps=30)
    SESSIONS.append(app.session)
    return app


def main(app: TuiScanApp) -> MainScreen:
    """The page below any dialog."""
    screen = app.screen_stack[0]
    assert isinstance(screen, MainScreen)
    return screen


def view(app: TuiScanApp) -> ScanView:
    """The scan's page."""
    return main(app).query_one(ScanView)


def ready(app: TuiScanApp) -> bool:
    """The empty map is there."""
    return bool(main(app).query(ScanView)) and app.session.scan is not None


async def press(app: App[Any], *keys: str) -> None:
    """Press keys as Pilot does, but without its wait for an idle processor: a scan may run beside.

    Each key is pressed when what the one before led to is done: a key goes to what has the focus when it comes.
    """
    for key in keys:
        character = key if len(key) == 1 else None
        app.post_message(events.Key(key_of(key) if character else key, character))
        await asyncio.sleep(0.02)
        await taken(app)


async def taken(app: App[Any]) -> None:
    """Wait until what was waiting in the program's queues is worked off, with what came of it, and is drawn.

    A message rises from a widget to its parents, so the deepest come first and the program comes last. A key rises from
    what has the focus, then the wish of a widget that it leads to; a focus that was asked for is given last of all.
    """
    end = time.monotonic() + PATIENCE
    while isinstance(app, TuiScanApp) and app.is_running and not app.typed_ahead.idle and time.monotonic() < end:
        await asyncio.sleep(0.001)
    for everywhere in (False, False, True):
        if not app.is_running:
            return
        screen = app.screen_stack[-1]
        rising = screen.walk_children(with_self=True) if everywhere else (app.focused or screen).ancestors_with_self
        levels: dict[int, list[MessagePump]] = {}
        for node in rising:
            levels.setdefault(len(node.ancestors), []).append(node)
        for level in sorted(levels, reverse=True):
            await worked_off(app, levels[level])
        await worked_off(app, [app])
    await worked_off(app, app.screen_stack[-1:] if app.is_running else (), drawn=True)


async def worked_off(app: App[Any], pumps: Iterable[MessagePump], *, drawn: bool = False) -> None:
    """Wait until these have handled the messages that they hold now, or are gone; ``drawn`` if also painted."""
    marks = [(pump, asyncio.Event()) for pump in pumps]
    for pump, mark in marks:
        (pump.call_after_refresh if drawn else pump.call_later)(mark.set)
    end = time.monotonic() + PATIENCE
    while not all(mark.is_set() or pump._closing for pump, mark in marks):
        if app._exit or not app.is_running or time.monotonic() > end:
            return
        await asyncio.sleep(0.001)


async def resize(app: App[Any], width: int, height: int) -> None:
    """Make the terminal another size, without waiting for an idle processor."""
    size = Size(width, height)
    app._driver._size = size  # type: ignore[union-attr]
    app.post_message(events.Resize(size, size))
    await asyncio.sleep(0.1)
    await taken(app)


async def until(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Let the program run until ``what`` holds; a program that broke says why, and one that does not, what it shows.

    What is drawn is drawn in several steps: a test that asserts two things of the screen waits for both.
    """
    end = time.monotonic() + seconds
    while not what():
        app = active_app.get(None)
        if app is not None and app._exception is not None:
            raise app._exception
        if time.monotonic() > end:
            shown = screen_text(app) if app is not None and app.is_running else "none"
            raise AssertionError(f"not within {seconds} s; the screen was:\n{shown}")
        await asyncio.sleep(0.02)


async def at_rest(what: Callable[[], object], seconds: float = 0.4) -> None:
    """Let the program run until ``what`` has been the same for so many seconds."""
    end, last, since = time.monotonic() + PATIENCE, what(), time.monotonic()
    while time.monotonic() - since < seconds:
        assert time.monotonic() < end, f"not the same for {seconds} s within {PATIENCE} s"
        await asyncio.sleep(0.02)
        if (now := what()) != last:
            last, since = now, time.monotonic()


def written(path: Path) -> bool:
    """A file is there and has what is written to it at once."""
    return path.exists() and path.stat().st_size > 0


def screen_text(app: App[Any]) -> str:
    """What is on the screen, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line)[:width].rstrip() for line in lines[:height])


def told(app: App[Any]) -> str:
    """What is on the screen in one line, so that a sentence may go over several."""
    return " ".join(screen_text(app).split())
