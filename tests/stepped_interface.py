"""The interface's step mode under Pilot inside a lab: ``python -m tests.stepped_interface WIDTH HEIGHT``.

Does the tutorial's experiment, a SYN and a connect to an open port, and prints what is on the screen as JSON; at the
end what is told, on the screen or beyond.
"""

import asyncio
import json
import sys
from collections.abc import Callable

from tests.ui.driven import at_rest, main, press, ready, screen_text, until
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.screens.step import StepView
from tui_scan.ui.session import Session
from tui_scan.ui.step_probe import Stage
from tui_scan.ui.widgets.form_choice import Choice


async def experiment(width: int, height: int) -> dict[str, str]:
    """The screens by what they show."""
    app = TuiScanApp(Session(ScanRequest(("10.77.0.2",), ports="25"), lab="The practice network"), fps=30)
    screens: dict[str, str] = {}
    async with app.run_test(size=(width, height)):
        await until(lambda: ready(app))
        await press(app, "6")
        await until(lambda: bool(main(app).query(StepView)) and main(app).query_one(StepView).has_focus_within)
        view = main(app).query_one(StepView)
        stepper = view.stepper

        async def keep(name: str, holds: Callable[[str], bool]) -> None:
            await until(lambda: holds(screen_text(app)))
            await at_rest(lambda: screen_text(app))
            screens[name] = screen_text(app)

        async def asked() -> None:
            await until(lambda: stepper.current is not None and stepper.current.stage is Stage.ASKING)
            await until(lambda: "What will come back" in screen_text(app))
            await at_rest(lambda: screen_text(app))

        async def to_the_end() -> None:
            probe = stepper.current
            assert probe is not None
            await until(lambda: probe.complete and probe.sight is not None)
            while not probe.all_shown:
                await press(app, "space")

        await press(app, "enter")
        await asked()
        screens["asked"] = screen_text(app)
        await press(app, "3")
        await keep("sent", lambda text: "0.000 ms" in text)
        await to_the_end()
        await keep("told", lambda text: "You predicted" in text)
        await press(app, "o")
        # More than a small screen holds where the half-open connection was caught too.
        await until(lambda: "quieter than" in " ".join(view.pane.text.split()))
        await keep("other", lambda text: "linux.lab saw" in text)
        await press(app, "left")
        await keep("back", lambda text: "Space shows what came next" in text)
        view.query_one("#step-type", Choice).choose(Technique.CONNECT)
        view.begin()
        await asked()
        await press(app, "1")
        await to_the_end()
        # More than a small screen holds: the packets of a handshake, and what the program noticed.
        await until(lambda: "louder than" in " ".join(view.pane.text.split()))
        screens["connect"] = view.pane.text
    return screens


if __name__ == "__main__":
    print(json.dumps(asyncio.run(experiment(*map(int, sys.argv[1:])))))
