"""What the views have in common that send probes of their own: their turns, their first target, what they say."""

import time
from collections.abc import Callable

from textual.widget import Widget

from tui_scan.language import translate
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.confirm import Notice

USUAL_PORTS = "22,80,443"
TURN, SHARE = 0.1, 5
"""Seconds between two looks at what is under way, at least; and never less than so many times what a look takes."""


class ProbingView(Widget):
    """Looks again and again, once ``pull`` was called, at what ``session`` has under way for it.

    ``look``, a method of each view, takes what is new.
    """

    session: Session
    look: Callable[[], None]

    def pull(self) -> None:
        """Look, and plan the next look by what this one cost."""
        began = time.monotonic()
        self.look()
        self.set_timer(max(TURN, SHARE * (time.monotonic() - began)), self.pull)

    def first_target(self, host: int) -> str:
        """The address of the scan's host of this number, else the first target of the scan's form; empty for none."""
        scan = self.session.scan
        if scan is not None and host < scan.hosts.count:
            return scan.hosts.address(host)
        return next(iter(self.session.request.targets), "")

    def copy(self, told: str) -> None:
        """Send what is told to the terminal's clipboard (OSC 52), which may not take it."""
        if not told:
            self.notify(translate("There is nothing to copy here."), severity="warning")
            return
        self.app.copy_to_clipboard(told)
        self.notify(translate("What is told was sent to the terminal's clipboard."))

    async def notice(self, sentence: str) -> None:
        """Have a sentence read."""
        await self.app.push_screen_wait(Notice(sentence))
