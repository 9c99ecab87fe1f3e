"""What the keys of the scan's page do: start, stop, hold, edit, filter, copy, export."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.screen import Screen

from tui_scan.language import translate
from tui_scan.model.errors import TuiScanError
from tui_scan.model.request import ScanRequest
from tui_scan.ui.permission import permitted
from tui_scan.ui.quiet import quiet
from tui_scan.ui.reporting import WRITERS, write_report
from tui_scan.ui.saving import ask_and_write, save_exchange
from tui_scan.ui.screens.form import FormScreen
from tui_scan.ui.session import Proposal, Session, propose
from tui_scan.ui.widgets.confirm import Notice
from tui_scan.ui.widgets.form import ScanForm
from tui_scan.ui.widgets.form_values import field_of

if TYPE_CHECKING:
    from tui_scan.ui.screens.scan import ScanView


REPORT_WRITTEN = "The report was written to {path}."


class ScanActions(Screen[None]):
    """The actions behind the keys of ``Place.SCAN``."""

    session: Session

    class Begun(Message):
        """A scan was started."""

    class Held(Message):
        """The view was frozen, or let go."""

    @property
    def view(self) -> "ScanView":
        """The scan's page."""
        from tui_scan.ui.screens.scan import ScanView

        return self.query_one(ScanView)

    @work(exclusive=True, group="start")
    async def action_start_or_stop(self) -> None:
        """Stop the scan that runs, else start the one that the form asks for."""
        if self.session.running:
            self.session.stop()
            return
        if self.session.busy:
            await self.app.push_screen_wait(Notice(self.session.busy))
            return
        request = await self._asked()
        proposal = await self._propose(request) if request is not None else None
        if proposal is None:
            return
        if proposal.warning:
            self.view.take(proposal)
        allowed = await permitted(self.app, proposal)
        if allowed is not None:
            await self._begin(allowed)

    @work(exclusive=True, group="propose")
    async def prepare_request(self) -> None:
        """Count what the request would send, and show its empty map; the form tells what is wrong with it."""
        request = self.session.request
        if not request.targets or self.view.room.wide:
            return
        try:
            proposal = await asyncio.to_thread(propose, request, self.session.raw)
        except TuiScanError:
            proposal = None
        if request == self.session.request:
            self.view.take(proposal)

    def action_pause(self) -> None:
        """Hold the scan, or let it go on."""
        self.session.toggle_pause()

    def action_settle(self) -> None:
        """Guess what limited hosts have not answered yet."""
        if not self.session.settle():
            self.notify(translate("No host is waited for because of a limit."), severity="warning")

    def action_freeze(self) -> None:
        """Hold the view, or let it follow again."""
        self.session.frozen = not self.session.frozen
        self.post_message(self.Held())

    def action_toggle_list(self) -> None:
        """Show the next of map, list and hosts."""
        self.view.turn()

    def action_enlarge(self) -> None:
        """Give the exchange the whole page, or the map its place back."""
        if self.session.scan is not None and not self.view.room.portless:
            self.view.enlarge()

    def action_host(self, by: int) -> None:
        """Show another host."""
        self.view.go_host(self.view.host + by)

    def action_filter(self) -> None:
        """Ask which results to show."""
        if self.view.room.portless:
            self.notify(translate("There are no ports to choose from: this scan looks for hosts."), severity="warning")
            return
        from tui_scan.ui.widgets.results import Results

        self.view.show_face("list")
        self.view.query_one(Results).ask_filter()

    @work(exclusive=True, group="edit")
    async def action_edit(self) -> None:
        """Edit the request: in the panel where there is one, else in a dialog."""
        panel = self.query("#form-panel")
        if panel:
            panel.first(ScanForm).focus_first()
            return
        request = await self.app.push_screen_wait(FormScreen(self.session.request, self.session.raw))
        if request is not None and request != self.session.request:
            self.session.request, self.session.proposal = request, None
            self.prepare_request()

    def action_copy(self) -> None:
        """Send the exchange's text to the terminal's clipboard (OSC 52), which may not take it."""
        from tui_scan.ui.widgets.exchange_pane import ExchangePane

        text = self.view.query_one(ExchangePane).text
        if not text:
            self.notify(translate("There is no exchange to copy here."), severity="warning")
            return
        self.app.copy_to_clipboard(text)
        self.notify(translate("The exchange was sent to the terminal's clipboard."))

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        """Ask for a file name and write the report there."""
        if self.session.worker is None:
            self.notify(translate("There is no scan to export yet. Start one with s."), severity="warning")
            return
        kinds = " ".join(WRITERS)
        question = translate("Write the report to which file? Its ending tells the kind: {kinds}", kinds=kinds)

        def write(name: str, replace: bool) -> Path:
            return write_report(self.session, name, replace=replace)

        await ask_and_write(self.app, question, "scan.xml", write, REPORT_WRITTEN)

    @work(exclusive=True, group="export")
    async def action_save(self) -> None:
        """Ask for a file name and write the exchange of the port under the cursor there."""
        if self.session.scan is None or self.view.exchange is None:
            self.notify(translate("There is no exchange to save here."), severity="warning")
            return
        await save_exchange(self.app, self.session.scan, self.view.host, self.view.column)

    async def _asked(self) -> ScanRequest | None:
        """What the person sees asked for: the form beside the map, where there is one; None where that is wrong."""
        for form in self.query("#form-panel").results(ScanForm):
            if form.wrong is not None:
                name, sentence = form.wrong
                await self.app.push_screen_wait(Notice(sentence))
                form.focus_field(name)
                return None
            typed = form.request
            # Of the same request the person may have said yes to the guard's question.
            if typed is not None and replace(typed, authorized=True) != self.session.request:
                return typed
        return self.session.request

    async def _propose(self, request: ScanRequest) -> Proposal | None:
        if not request.targets:
            self.notify(translate("No target yet: write a host name, an address or a network."), severity="warning")
            self.action_edit()
            return None
        try:
            return await asyncio.to_thread(propose, request, self.session.raw)
        except TuiScanError as error:
            await self.app.push_screen_wait(Notice(str(error)))
            for form in self.query("#form-panel").results(ScanForm):
                form.focus_field(field_of(error.sentence, form.values))
            return None

    async def _begin(self, proposal: Proposal) -> None:
        """Have the page laid out as it is during the scan, then start: the two need not share the processor."""
        try:
            await asyncio.to_thread(self.session.prepare, proposal)
        except TuiScanError as error:
            await self.app.push_screen_wait(Notice(str(error)))
            return
        self.session.frozen = False
        self.session.request, self.session.proposal = proposal.request, proposal
        self.view.prepared()
        await quiet()
        self.session.start()
        self.post_message(self.Begun())
