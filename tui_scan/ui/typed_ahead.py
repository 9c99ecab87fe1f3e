"""Keys wait for what the keys before them do: a key pressed after the one that opens a dialog goes to that dialog."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

LONGEST = 2.0
"""Seconds that a key waits at most for the one before it: a program that is stuck must still take the key that ends it.
"""

STEP = 0.002
"""Seconds between two looks at whether what a key led to is done."""

Pressed = events.Key | events.Paste


class TypedAhead:
    """Gives ``deliver`` what is pressed, in order, each when what the one before led to is done.

    Textual takes a key in many steps: it goes into the queue of what has the focus, rises to its parents, and a dialog
    that it asks for is mounted and gets the focus some messages later. Meanwhile the next keys would go to what is
    behind the dialog.
    """

    def __init__(self, app: App[Any], deliver: Callable[[Pressed], Awaitable[None]]) -> None:
        self._app, self._deliver = app, deliver
        self._held: deque[Pressed] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Nothing is held, and what the last key led to is done."""
        return self._task is None

    async def press(self, event: Pressed) -> None:
        """Deliver this at once where nothing is held, else in its turn."""
        if self._task is not None:
            self._held.append(event)
            return
        self._task = asyncio.current_task()
        await self._give(event)

    async def _give(self, event: Pressed) -> None:
        """Deliver this, in the program's own turn, so that what fails there is the program's to tell."""
        target = self._target
        try:
            await self._deliver(event)
        finally:
            self._task = asyncio.create_task(self._go_on(target))

    @property
    def _target(self) -> DOMNode | None:
        stack = self._app.screen_stack
        return (stack[-1].focused or stack[-1]) if stack else None

    async def _go_on(self, target: DOMNode | None) -> None:
        """Wait until what ``target`` was given is done, then have the next one delivered, where one is held."""
        await self._settle(target)
        if not self._held or not self._app.call_later(self._give, self._held.popleft()):
            self._task = None

    async def _settle(self, target: DOMNode | None) -> None:
        end = asyncio.get_running_loop().time() + LONGEST
        await self._risen(target, end)
        while not self._open and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(STEP)
        # The focus that a widget asks for when it is mounted is given by the program itself, in its turn.
        await self._risen(self._target, end)

    async def _risen(self, target: DOMNode | None, end: float) -> None:
        """Wait until a key that was given to ``target`` has risen to the program, and what it asked for has begun."""
        rising = target.ancestors_with_self if target is not None else []
        for pump in (*rising, self._app):
            passed = asyncio.Event()
            if not pump.call_later(passed.set):
                continue
            while not passed.is_set() and pump.is_running and asyncio.get_running_loop().time() < end:
                await asyncio.sleep(0)
        await asyncio.sleep(0)

    @property
    def _open(self) -> bool:
        """The uppermost screen is there with all its parts, and has the focus where it has something to focus."""
        if not self._app.is_running or not self._app.screen_stack:
            return True
        screen = self._app.screen_stack[-1]
        if not screen.is_mounted or not all(one.is_mounted for one in screen.walk_children(Widget)):
            return False
        return screen.focused is not None or not screen.focus_chain or screen.AUTO_FOCUS == ""
