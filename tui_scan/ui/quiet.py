"""Waiting until the interface has nothing to do, so that a scan that begins has the processor to itself."""

import asyncio
import time

LOOK_SECONDS = 0.015
"""Between two looks at what this process has used of the processor."""

QUIET_SHARE = 0.15
"""Of that time: what idle threads may take."""

PATIENCE_SECONDS = 1.0
"""To lay out and paint a page, or to load a module, takes less on any machine that is not overloaded."""


async def quiet(patience: float = PATIENCE_SECONDS) -> None:
    """Return when all threads of this process rest, or after ``patience`` seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        before = time.process_time()
        await asyncio.sleep(LOOK_SECONDS)
        if time.process_time() - before < LOOK_SECONDS * QUIET_SHARE:
            return
