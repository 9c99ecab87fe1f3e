"""The view that sends one probe a key press: what will be sent, what is predicted, what came, what the target saw."""

from collections.abc import Callable
from typing import Self

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label, Static

from tui_scan.engine.scan import Scan
from tui_scan.engine.stepping import able
from tui_scan.engine.third_party import third_party_techniques
from tui_scan.exchange.decode import warm
from tui_scan.language import translate
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.ui.glyphs import ASCII, glyphs_of
from tui_scan.ui.screens.probing_view import USUAL_PORTS
from tui_scan.ui.screens.step_actions import StepActions
from tui_scan.ui.session import Session
from tui_scan.ui.step_probe import Stage
from tui_scan.ui.widgets.exchange_ladder import BESIDE_FROM, States
from tui_scan.ui.widgets.exchange_lines import DIM, Line, wrapped
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.step_lines import probe_lines
from tui_scan.ui.widgets.step_other import target_lines
from tui_scan.ui.widgets.step_pane import StepPane
from tui_scan.ui.widgets.step_says import hint, says

EMPTY = (
    "Press Enter: the first port's probe is made ready and shown before it leaves. You say what will come back, it is "
    "sent, and each packet is shown at a key press."
)
HIGH = 30
"""Rows from which the TCP states of both ends stand below the steps."""

NAMES = {technique: info.title.removeprefix("TCP ") for technique, info in TECHNIQUES.items()}
"""The scan types in the line of choices."""


class StepView(StepActions):
    """Target, ports and scan type; below them the probe that is shown."""

    DEFAULT_CSS = """
    StepView { layout: vertical; }
    StepView #step-asked { height: 1; }
    StepView #step-types { height: 1; }
    StepView Label { color: ansi_bright_black; }
    StepView #step-target { width: 3fr; }
    StepView #step-ports { width: 2fr; margin-right: 1; }
    StepView #step-says { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    StepView #step-pane { height: 1fr; border-top: solid ansi_bright_black; }
    StepView #step-pane:focus { border-top: solid $accent; }
    """

    def __init__(
        self, session: Session, cursor: Callable[[], tuple[int, int] | None], *, id: str | None = None
    ) -> None:
        """``cursor`` gives the host's number and the column of the port that the person points at in the scan."""
        super().__init__(id=id)
        self.session = session
        self._cursor = cursor
        self.other = self.to_other = False
        self._taken: tuple[Scan | None, int, int] = (None, 0, 0)
        self._loading = warm()
        self._drawn: tuple[object, ...] = ()
        self._said = ""

    def compose(self) -> ComposeResult:
        """What is asked, how far it is, and what it tells."""
        types = self._able()
        request = self.session.request
        asked = next(iter((*third_party_techniques(request), *request.techniques)), types[0])
        with Horizontal(id="step-asked"):
            yield Label(f" {translate('Target'):<6} ")
            yield Input(next(iter(self.session.request.targets), ""), compact=True, id="step-target")
            yield Label(f" {translate('Ports')} ")
            yield Input(self.session.request.ports or USUAL_PORTS, compact=True, id="step-ports")
        with Horizontal(id="step-types"):
            yield Label(f" {translate('Type'):<6} ")
            options = [(technique, NAMES[technique]) for technique in TECHNIQUES]
            yield Choice(options, asked if asked in types else types[0], id="step-type")
        yield Static(id="step-says", markup=False)
        yield StepPane(id="step-pane")

    def on_mount(self) -> None:
        """Begin to look."""
        self.pane.border_title = translate("step by step")
        self.pull()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self.call_after_refresh(self.draw)

    def focus(self, scroll_visible: bool = True) -> Self:
        """The pane takes the keys; where no target is known yet, the target does."""
        choice: Choice[Technique] = self.query_one("#step-type", Choice)
        choice.disabled_values = set(TECHNIQUES) - set(self._able())
        self._take_cursor(choice)
        target = self.query_one("#step-target", Input)
        (self.pane if target.value else target).focus(scroll_visible)
        return self

    def key_escape(self) -> None:
        """Leave the fields for the pane."""
        self.pane.focus()

    def _able(self) -> tuple[Technique, ...]:
        """The scan types that can be chosen: the form may name third parties since the last time."""
        return able(self.session.request, self.session.raw)

    def _take_cursor(self, choice: "Choice[Technique]") -> None:
        """Ask for the port under the scan's cursor next, if it is another one than the last time."""
        scan, pointed = self.session.scan, self._cursor()
        if scan is None or pointed is None or (scan, *pointed) == self._taken:
            return
        self._taken = (scan, *pointed)
        host, column = pointed
        self.query_one("#step-target", Input).value = scan.hosts.address(host)
        self.query_one("#step-ports", Input).value = str(int(scan.columns.port[column]))
        choice.choose(scan.columns.technique(column))

    def look(self) -> None:
        """Take what is new."""
        if self.display and not self._loading.is_alive():
            self.stepper.follow()
            mark = self._mark()
            if mark != self._drawn:
                self._drawn = mark
                self.draw()

    def _mark(self) -> tuple[object, ...]:
        """What is another one whenever there is something new to show."""
        stepper, probe = self.stepper, self.stepper.shown
        told: tuple[object, ...] = ()
        if probe is not None:
            told = (probe, probe.stage, probe.shown, probe.steps, probe.complete)
            told += (probe.sight, probe.other_side_error)
        return (told, stepper.at, stepper.left, stepper.score, stepper.flowing, self.other, self.pane.size)

    def draw(self) -> None:
        """Show the probe where it is, and the other side where that is wanted."""
        if self._loading.is_alive() or not self.is_mounted:
            return
        glyphs, width = glyphs_of(self.app), max(20, self.pane.room(2 if self.other else 1))
        probe = self.stepper.shown
        self.pane.choices = len(probe.choices) if probe is not None and probe.stage is Stage.ASKING else 0
        states = self._states(width)
        if probe is None:
            here: list[Line] = [((line, DIM),) for line in wrapped(translate(EMPTY), width)]
        else:
            here = list(probe_lines(probe, glyphs, width, states))
            here += [((line, DIM),) for line in wrapped(hint(self.stepper, probe), width)]
        in_lab = self.session.lab is not None
        there = list(target_lines(probe, glyphs, width, in_lab=in_lab)) if self.other and probe is not None else []
        self.pane.show(here, there, "|" if glyphs is ASCII else "│")
        if self.to_other and probe is not None and probe.other_side is not None:
            self.to_other = False
            self.call_after_refresh(self.pane.go_below)
        sentence = says(self.stepper)
        if sentence != self._said:
            self._said = sentence
            self.query_one("#step-says", Static).update(sentence, layout=False)

    def _states(self, width: int) -> States:
        if width >= BESIDE_FROM:
            return States.BESIDE
        return States.BELOW if self.pane.size.height >= HIGH else States.HIDDEN
