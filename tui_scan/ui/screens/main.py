"""The page that holds the views, the two lines above them and the line of keys below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer

from tui_scan.engine.progress import Phase
from tui_scan.language import translate
from tui_scan.privilege.capabilities import badge
from tui_scan.ui.frame import FrameBudget
from tui_scan.ui.keys import TYPING, Key, Place, bindings, of, of_widget
from tui_scan.ui.screens.scan_actions import ScanActions
from tui_scan.ui.screens.views import VIEWS
from tui_scan.ui.session import Session
from tui_scan.ui.widgets.header import CountsLine, TitleLine
from tui_scan.ui.widgets.status import KeyLine

if TYPE_CHECKING:  # it loads numpy, and the first picture does not need it
    from tui_scan.ui.screens.scan import ScanView

SCAN_ACTIONS = frozenset(key.action.partition("(")[0] for key in of(Place.SCAN))
"""What the keys of the scan's page run."""

OF_PORTS = frozenset({"view.toggle", "exchange.enlarge", "exchange.copy", "exchange.save", "results.filter"})
"""Keys that have nothing to do where a scan looks for hosts alone."""

STARTED_BY_ENTER = ("compare", "matrix", "step")
"""The views that Enter in one of their fields starts."""

FIRST_FRAME = 0.3
"""Seconds from the start of a scan to its first frame."""

IDLE = 0.5
"""Seconds from the page to the loading of what a person may want next."""

LEAST_FOR_COUNTS = 6
"""Rows from which one is spent on views and counts."""


class MainScreen(ScanActions, Screen[None]):
    """Pulls from the session at every frame; nothing of the engine ever calls it."""

    BINDINGS = bindings(Place.EVERYWHERE, Place.SCAN)

    class Opened(Message):
        """The page has all its parts."""

    def __init__(self, session: Session, budget: FrameBudget, start: bool) -> None:
        super().__init__()
        self.session, self.budget = session, budget
        self.here = "scan"
        self._start_at_once = start
        self._badge = badge()
        self._scan_view: ScanView | None = None
        self._wish = ""
        self._mark: tuple[object, ...] = ()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The frame alone: the views load numpy, and come after the first picture."""
        yield TitleLine(id="title")
        yield CountsLine(VIEWS.values(), id="counts")
        yield Container(id="views")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show the frame, then the views."""
        self._pull_lines()
        self.call_after_refresh(self._open_views)

    async def _open_views(self) -> None:
        await self.query_one("#views").mount(VIEWS["scan"].make(self))
        self._scan_view = self.view
        self.view.focus_face()
        if self._wish:
            await self.action_view(self._wish)
        self._next_frame()
        self.call_after_refresh(self._go)

    def _go(self) -> None:
        self.post_message(self.Opened())
        if self._start_at_once:
            self.action_start_or_stop()
        else:
            self.prepare_request()
            self.set_timer(IDLE, self._use_idle_time)

    def _use_idle_time(self) -> None:
        if not self.session.running:
            self.view.load()

    def frame(self) -> None:
        """One frame: look what is new, paint only that, and plan the next by what this one cost."""
        mark = (*self.session.mark, self.app.size, self.here, self.focused, self._next_face())
        if self.session.running or mark != self._mark:
            self._mark = mark
            self._pull_lines()
            if self._scan_view is not None and self._scan_view.display:
                self._scan_view.pull()
        self._next_frame()

    @on(ScanActions.Begun)
    def _begun(self) -> None:
        """Leave the scan the processor for a moment, since many are over by then."""
        self._pull_edges()
        self.budget.restart()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(FIRST_FRAME, self.frame)

    @on(ScanActions.Held)
    def _held(self) -> None:
        self._pull_edges()

    def on_resize(self) -> None:
        """The lines depend on the width; where rows are few the map needs them more than the counts."""
        self.query_one(CountsLine).display = self.app.size.height >= LEAST_FOR_COUNTS
        self.call_after_refresh(self._pull_lines)

    async def action_view(self, name: str) -> None:
        """Show a view, once the page is whole; it is made when it is first asked for."""
        if self._scan_view is None:
            self._wish = name
            return
        if not self.query(f"#{name}"):
            await self.query_one("#views").mount(VIEWS[name].make(self))
        self.here = name
        for view in self.query("#views > *"):
            view.display = view.id == name
        if name == "scan":
            self.view.focus_face()
        else:
            self.query_one(f"#{name}").focus()
        self._pull_lines()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The scan's keys work on the scan's page alone."""
        return self.here == "scan" or action not in SCAN_ACTIONS

    @on(CountsLine.Chosen)
    async def _view_clicked(self, event: CountsLine.Chosen) -> None:
        await self.action_view(event.view)

    def show_port(self, host: int, column: int) -> None:
        """Show a port of the scan on the scan's page."""
        self.view.visit(host, column)
        self.view.face = "map"
        self.view.share_room()
        self.call_later(self.action_view, "scan")

    def _pull_lines(self) -> None:
        if self.session.frozen:
            self._pull_keys()
            return
        self.query_one(CountsLine).pull(self.session, self.here)
        self._pull_edges()

    def _pull_edges(self) -> None:
        """The first line and the last, which tell what the person just did."""
        self.query_one(TitleLine).pull(self.session, self._badge)
        self._pull_keys()

    def _pull_keys(self) -> None:
        session = self.session
        enlarged = self._scan_view is not None and self._scan_view.face == "exchange"
        words = {
            "scan.start": translate("stop" if session.running else "start"),
            "matrix.start": translate("stop" if session.probing else "start"),
            "compare.start": translate("stop" if session.comparing else "start"),
            "scan.pause": translate("resume" if session.phase is Phase.PAUSED else "pause"),
            "view.toggle": translate(self._next_face()),
            "exchange.enlarge": translate("shrink" if enlarged else "exchange"),
            "grid.next_open": "open",
            "view.freeze": translate("thaw" if session.frozen else "freeze"),
        }
        if self.here in STARTED_BY_ENTER and "filter" not in ((self.focused and self.focused.id) or ""):
            words["typing.done"] = translate("start")
        self.query_one(KeyLine).show(self._keys_here(), words)

    def _keys_here(self) -> Sequence[Key]:
        """The keys that work where the focus is."""
        if self.focused is not None and self.focused.check_consume_key("a", "a"):
            return TYPING
        places = (Place.SCAN, Place.EVERYWHERE) if self.here == "scan" else (Place.EVERYWHERE,)
        idle = set() if self.session.running else {"scan.pause"}
        if self._scan_view is not None and self._scan_view.room.portless:
            idle |= OF_PORTS
        keys = [key for key in of(*places) if key.id not in idle]
        if self.focused is not None:
            keys += of_widget(type(self.focused))
        return keys

    def _next_face(self) -> str:
        return self._scan_view.next_face if self._scan_view is not None else "list"

    def _next_frame(self) -> None:
        self._timer = self.set_timer(self.budget.wait(self.session.running), self.frame)
