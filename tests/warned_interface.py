"""The interface from its start over a scan to its end: ``python -X dev -W error -m tests.warned_interface``.

Prints what Python could not raise, such as a warning that came while an object was deleted; a warning elsewhere is
an error that ends it.
"""

import asyncio
import gc
import json
import socket
import sys
import threading

from tests.ui.driven import press, program, ready, screen_text, until
from tui_scan.engine.progress import Phase

PATIENCE = 120.0
"""Seconds: asyncio is slow in development mode, above all where the processors are busy."""


async def drive(port: int) -> None:
    """Start, scan, look at the answer and the help, and end."""
    app = program("127.0.0.1", f"{port - 20}-{port}")
    async with app.run_test(size=(160, 50)):
        await until(lambda: ready(app), PATIENCE)
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED, PATIENCE)
        await until(lambda: f"{port}/tcp OPEN" in screen_text(app), PATIENCE)
        await press(app, "question_mark")
        await until(lambda: len(app.screen_stack) > 1, PATIENCE)
        await press(app, "escape")
        await until(lambda: len(app.screen_stack) == 1, PATIENCE)
    app.session.close()


def main() -> None:
    """Drive it, and tell what was not raised."""
    told: list[str] = []
    sys.unraisablehook = lambda unraisable: told.append(repr(unraisable.exc_value))
    threading.excepthook = lambda broken: told.append(repr(broken.exc_value))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asyncio.run(drive(listener.getsockname()[1]))
    gc.collect()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
