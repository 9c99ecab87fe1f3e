"""The program with a face: one screen over one session."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable

from rich.console import RenderableType
from textual import events, on, work
from textual.app import App, SystemCommand
from textual.driver import Driver
from textual.screen import Screen
from textual.theme import BUILTIN_THEMES, Theme

from tui_scan.language import translate
from tui_scan.model.request import ScanRequest
from tui_scan.ui import keys
from tui_scan.ui.ending import Ending
from tui_scan.ui.frame import FrameBudget, default_fps
from tui_scan.ui.glyphs import ASCII, default_glyphs
from tui_scan.ui.no_break import keep_no_breaks
from tui_scan.ui.reporting import summary
from tui_scan.ui.screens.main import MainScreen
from tui_scan.ui.session import Session
from tui_scan.ui.typed_ahead import TypedAhead
from tui_scan.ui.widgets.confirm import Confirm

TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables=BUILTIN_THEMES["ansi-dark"].variables
    | {
        "border": "ansi_bright_black",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "input-cursor-background": "ansi_cyan",
        "input-cursor-foreground": "ansi_black",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_cyan",
        "scrollbar-active": "ansi_cyan",
        "scrollbar-background": "ansi_default",
        "scrollbar-corner-color": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)
"""The terminal's own palette and one accent colour."""


GIL_SECONDS = 0.0005
"""How long the interface may keep the scan's thread waiting for the interpreter; 5 ms, Python's own, slow it down."""


class TuiScanApp(App[str]):
    """Returns what is to be printed after the terminal is whole again."""

    TITLE = "tui_scan"
    CSS_PATH = "tui_scan.tcss"
    BINDINGS = []
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        session: Session,
        *,
        start: bool = False,
        fps: float | None = None,
        ascii_only: bool = False,
    ) -> None:
        # textual chooses how to draw without colours before it knows the theme (its app.py, __init__).
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        keep_no_breaks()
        self.session = session
        self.glyphs = ASCII if ascii_only else default_glyphs()
        self.budget = FrameBudget(fps or default_fps())
        self.ending: Ending | None = None
        self._whole = False
        self._status: int | None = None
        self._start = start
        self.typed_ahead = TypedAhead(self, super().on_event)
        self.animation_level = "none"
        self.register_theme(TERMINAL)
        self.theme = "terminal"

    def on_mount(self) -> None:
        """Draw as the terminal can; from now on a signal to end leaves it whole."""
        self.set_class(self.glyphs is ASCII, "ascii")
        if self.ending is not None:
            self.ending.attend(asyncio.get_running_loop())

    async def on_event(self, event: events.Event) -> None:
        """As any program, but a key waits until what the one before led to is done."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.typed_ahead.press(event)
        else:
            await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        """The driver that outlives its terminal."""
        from tui_scan.ui.terminal import TerminalDriver

        return TerminalDriver

    def get_default_screen(self) -> Screen[None]:
        """The one page of the program."""
        return MainScreen(self.session, self.budget, self._start)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of the table by name, and the theme."""
        for key in keys.KEYS:
            yield SystemCommand(
                translate(key.label) or key.id, f"{translate(key.tooltip)} ({key.face})", _runner(self, key)
            )
        yield SystemCommand(translate("theme"), translate("Choose another set of colours."), self.action_change_theme)

    def action_command_palette(self) -> None:
        """Show Textual's palette of commands, which asks in the language that is spoken."""
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=translate("Search for commands…"), id="--command-palette"))

    def action_help(self) -> None:
        """Show the help page."""
        from tui_scan.ui.screens.packet import PacketScreen
        from tui_scan.ui.widgets.compare_table import CompareTable
        from tui_scan.ui.widgets.exchange_pane import ExchangePane
        from tui_scan.ui.widgets.help import HelpPage
        from tui_scan.ui.widgets.matrix_table import MatrixTable
        from tui_scan.ui.widgets.packet_bytes import HexDump
        from tui_scan.ui.widgets.packet_table import PacketTable
        from tui_scan.ui.widgets.packet_tree import FieldTree
        from tui_scan.ui.widgets.port_grid import PortGrid
        from tui_scan.ui.widgets.socket_table import SocketTable
        from tui_scan.ui.widgets.step_pane import StepPane
        from tui_scan.ui.widgets.virtual_table import VirtualTable

        parts = (
            (translate("Map of ports"), PortGrid),
            (translate("Lists"), VirtualTable),
            (translate("Exchange"), ExchangePane),
            (translate("Packets"), PacketTable),
            (translate("Packet"), PacketScreen),
            (translate("Fields"), FieldTree),
            (translate("Bytes"), HexDump),
            (translate("Local view"), SocketTable),
            (translate("Compare"), CompareTable),
            (translate("Matrix"), MatrixTable),
            (translate("Step"), StepPane),
        )
        self.push_screen(HelpPage(parts))

    @work(exclusive=True, group="export")
    async def action_picture(self) -> None:
        """Ask for a file name and write the screen there as SVG."""
        from tui_scan.ui.saving import save_picture

        await save_picture(self)

    @work(exclusive=True, group="leave")
    async def action_leave(self, print_summary: bool) -> None:
        """Quit; a scan that runs is stopped after a question."""
        self.session.stop_steps()
        if self.session.busy:
            question = translate("A scan is running. Stop it and quit?")
            if not await self.push_screen_wait(Confirm(question, translate("quit"))):
                return
        self.session.close()
        self.session.stop_matrix()
        self.session.stop_comparison()
        self.exit(summary(self.session) if print_summary else "")

    def exit(self, result: str | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave; what still works on the page is stopped first, since its parts go one by one."""
        self.workers.cancel_all()
        super().exit(result, return_code, message)

    def leave(self, status: int) -> None:
        """Leave with an exit status, not before the page is whole: half a page cannot be taken apart."""
        self._status = status
        if self._whole:
            self.exit(None, status)

    @on(MainScreen.Opened)
    def _opened(self) -> None:
        self._whole = True
        if self._status is not None:
            self.exit(None, self._status)

    async def action_quit(self) -> None:
        """The same as the key q."""
        self.action_leave(False)


def _runner(app: TuiScanApp, key: keys.Key) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        await app.run_action(key.action, app.screen)

    return run


def run(
    request: ScanRequest,
    *,
    start: bool = False,
    lab: str | None = None,
    fps: float | None = None,
    mouse: bool = True,
    ascii_only: bool = False,
) -> int:
    """Open the interface with the form filled; returns the exit status.

    ``start`` begins the scan at once, ``lab`` is the title of the practice network, ``fps`` the frames a
    second at most, ``mouse`` False keeps the terminal's own mouse, ``ascii_only`` draws without Unicode.
    """
    sys.setswitchinterval(GIL_SECONDS)
    session = Session(request, lab=lab)
    app = TuiScanApp(session, start=start, fps=fps, ascii_only=ascii_only)
    app.ending = Ending(app.leave)
    # On a loop of its own, which does not wait at its end for threads that wait for a name server.
    loop = asyncio.new_event_loop()
    try:
        with app.ending:
            text = app.run(mouse=mouse, loop=loop)
    finally:
        session.close()
        session.stop_steps()
        loop.close()
    if text:
        print(text, end="")
    return app.return_code or 0
