"""What the keys of step mode do: make a probe ready, send it, show what came, go back and forth, keep it back."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_scan.engine.stepping import step_request
from tui_scan.exchange.prediction import Prediction
from tui_scan.language import translate
from tui_scan.model.errors import TuiScanError
from tui_scan.model.techniques import Technique
from tui_scan.ui.permission import permitted
from tui_scan.ui.saving import save_exchange
from tui_scan.ui.screens.probing_view import ProbingView
from tui_scan.ui.session import propose
from tui_scan.ui.step_probe import Probe, Stage
from tui_scan.ui.stepping import Stepper
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.step_pane import StepPane


class StepActions(ProbingView):
    """The actions behind the keys of ``StepPane``.

    ``other`` says that the target's side is shown, ``to_other`` that it is to be scrolled to as soon as it is there.
    ``draw``, a method of the view, tells what is new.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "begin", "begin", show=False)]

    other: bool
    to_other: bool
    draw: Callable[[], None]

    @property
    def pane(self) -> StepPane:
        """What is told."""
        return self.query_one(StepPane)

    @property
    def stepper(self) -> Stepper:
        """The session's step mode."""
        if self.session.stepper is None:
            self.session.stepper = Stepper(self.session.sockets)
        return self.session.stepper

    def action_begin(self) -> None:
        """Begin with what was typed; the scan types have no use for the key."""
        self.begin()

    @on(StepPane.Asked)
    def _asked(self, event: StepPane.Asked) -> None:
        event.stop()
        if event.what == "predict":
            self._predict(event.number)
        else:
            getattr(self, f"_do_{event.what}")()
        self.draw()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.begin()

    def _do_next(self) -> None:
        """The one thing that comes next: forth in what was seen, send, show what came, or the next port."""
        stepper, probe = self.stepper, self.stepper.current
        if stepper.forth():
            return
        if probe is None:
            self.begin()
        elif probe.stage is Stage.ASKING:
            self._send(probe, None)
        elif probe.stage in (Stage.LISTENING, Stage.TOLD) and not probe.all_shown:
            stepper.reveal()
        elif not probe.worker.phase.ended:
            return
        elif stepper.left:
            self._prepare(None)

    def _predict(self, number: int) -> None:
        probe = self.stepper.shown
        if probe is not None and probe.stage is Stage.ASKING and number <= len(probe.choices):
            self._send(probe, probe.choices[number - 1])

    def _do_other(self) -> None:
        self.other = self.to_other = not self.other

    def _do_again(self) -> None:
        probe = self.stepper.shown
        if probe is None:
            self.begin()
        elif self.stepper.under_way:
            self.notify(translate("A probe is under way. Esc keeps it back."), severity="warning")
        else:
            self._prepare(probe)

    def _do_flow(self) -> None:
        self.stepper.flowing = not self.stepper.flowing

    def _do_edit(self) -> None:
        self.query_one("#step-target", Input).focus()

    def _do_back(self) -> None:
        self.stepper.back()

    def _do_forth(self) -> None:
        self.stepper.forth()

    def _do_keep(self) -> None:
        self.stepper.keep_back()

    def _do_copy(self) -> None:
        self.copy(self.pane.text)

    @work(exclusive=True, group="export")
    async def _do_save(self) -> None:
        """Ask for a file name and write the exchange there, once nothing of it is still to be seen."""
        probe = self.stepper.shown
        if probe is None or not probe.all_shown:
            self.notify(translate("There is no exchange to save before all of it is shown."), severity="warning")
            return
        await save_exchange(self.app, probe.worker.scan, 0, 0)

    @work(exclusive=True, group="step")
    async def begin(self) -> None:
        """Judge what was typed, ask where that needs a yes, and make the first port's probe ready."""
        if self.session.busy and not self.session.stepping:
            await self.notice(self.session.busy)
            return
        target, ports = (self.query_one(name, Input).value.strip() for name in ("#step-target", "#step-ports"))
        choice: Choice[Technique] = self.query_one("#step-type", Choice)
        request = step_request(self.session.request, target, ports, choice.value)
        try:
            allowed = await permitted(self.app, await asyncio.to_thread(propose, request, self.session.raw))
            if allowed is None:
                return
            await asyncio.to_thread(self.stepper.stop)
            self.stepper.begin(allowed.plan, choice.value)
            await asyncio.to_thread(self.stepper.prepare)
        except TuiScanError as error:
            await self.notice(str(error))
            return
        self.pane.focus()
        self.draw()

    @work(exclusive=True, group="step")
    async def _prepare(self, probe: Probe | None) -> None:
        """Make the next port's probe ready, or one more like ``probe``."""
        if self.session.busy:
            await self.notice(self.session.busy)
            return
        try:
            await asyncio.to_thread(self.stepper.prepare, probe)
        except TuiScanError as error:
            await self.notice(str(error))
        self.draw()

    def _send(self, probe: Probe, predicted: Prediction | None) -> None:
        if not probe.going:
            probe.going = True
            self.run_worker(lambda: probe.send(predicted), thread=True, exit_on_error=False, group="probe")
