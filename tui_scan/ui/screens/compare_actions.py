"""What the keys of the comparison's view do: start, stop, edit, filter, copy, export, wait no longer."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual import on, work
from textual.message import Message
from textual.widgets import Input

from tui_scan.compare.told import explanation, next_step
from tui_scan.language import translate
from tui_scan.model.errors import TuiScanError
from tui_scan.model.request import ScanRequest
from tui_scan.ui.comparing import Source, Typed, begin_comparison, compare_request, propose_comparison
from tui_scan.ui.files import path_of, write_file
from tui_scan.ui.permission import permitted
from tui_scan.ui.saving import ask_and_write, save_exchange
from tui_scan.ui.screens.probing_view import ProbingView
from tui_scan.ui.widgets.compare_form import CompareForm, SourceChoice
from tui_scan.ui.widgets.compare_table import CompareTable
from tui_scan.ui.widgets.exchange_pane import ExchangePane

ASKING, READING = "Asking {host} for its list …", "Reading the list …"
WRITTEN = "The comparison was written to {path}."


class CompareActions(ProbingView):
    """The actions behind the keys of ``CompareTable``; ``waits`` is what is waited for before the first probe."""

    waits: str = ""

    class Begun(Message):
        """A comparison was started."""

    @property
    def table(self) -> CompareTable:
        """The table."""
        return self.query_one(CompareTable)

    @property
    def form(self) -> CompareForm:
        """What is asked for."""
        return self.query_one(CompareForm)

    @on(CompareTable.Asked)
    def _asked(self, event: CompareTable.Asked) -> None:
        event.stop()
        actions: dict[str, Callable[[], object]] = {
            "start": self._start_or_stop,
            "edit": self.form.focus_first,
            "filter": self._ask_filter,
            "exchange": self.turn_exchange,
            "copy": self._copy,
            "export": self._export,
            "save": self._save,
            "settle": self._settle,
        }
        actions[event.what]()

    @on(Input.Submitted, "CompareForm Input")
    @on(SourceChoice.Entered)
    def _submitted(self, event: Message) -> None:
        event.stop()
        self._start_or_stop()

    def turn_exchange(self) -> None:
        """Change between what is told and the packets, where there is room for one of them."""

    def _ask_filter(self) -> None:
        line = self.query_one("#compare-filter", Input)
        line.display = True
        line.focus()

    def _copy(self) -> None:
        pane, one = self.query_one(ExchangePane), self.table.selected
        parts = [explanation(one), next_step(one)] if one is not None else []
        parts += [pane.text] if pane.display and pane.text else []
        self.copy("\n\n".join(parts))

    @work(exclusive=True, group="compare-export")
    async def _save(self) -> None:
        """Ask for a file name and write the exchange of the port under the cursor there."""
        pane = self.query_one(ExchangePane)
        if pane.cell is None:
            self.notify(translate("There is no exchange to save here: its packets were not seen."), severity="warning")
            return
        await save_exchange(self.app, *pane.cell)

    def _settle(self) -> None:
        if self.session.comparison is None or not self.session.comparison.settle():
            self.notify(translate("No host is waited for because of a limit."), severity="warning")

    @work(exclusive=True, group="compare-export")
    async def _export(self) -> None:
        """Ask for a file name and write the JSON lines there."""
        worker = self.session.comparison
        if worker is None:
            self.notify(translate("There is no comparison to write yet. Start one with s."), severity="warning")
            return

        def write(name: str, replace: bool) -> Path:
            from tui_scan.compare.record import record

            text = "".join(f"{json.dumps(record(one))}\n" for one in worker.comparison().findings)
            return write_file(path_of(name), text.encode(), replace=replace)

        question = translate("Write the comparison as JSON lines to which file?")
        await ask_and_write(self.app, question, "compare.jsonl", write, WRITTEN)

    def _start_or_stop(self) -> None:
        if self.session.comparing and self.session.comparison is not None:
            self.session.comparison.stop()
            return
        self._begin()

    @work(exclusive=True, group="compare")
    async def _begin(self) -> None:
        """Judge what was typed, ask where that needs a yes, read the list, and start."""
        if self.session.busy:
            await self.notice(self.session.busy)
            return
        typed = self.form.typed
        request = compare_request(self.session.request, typed)
        try:
            allowed = await self._allowed(request, typed)
            if allowed is None:
                return
            asks = typed.source is Source.SSH
            self.waits = translate(ASKING, host=typed.where) if asks else translate(READING)
            await asyncio.to_thread(begin_comparison, self.session, allowed, typed)
        except TuiScanError as error:
            self.waits = ""
            await self.notice(str(error))
            return
        self.waits = ""
        self.post_message(self.Begun())

    async def _allowed(self, request: ScanRequest, typed: Typed) -> ScanRequest | None:
        """The request that may begin: public targets need a typed yes, some are refused."""
        for proposal in await asyncio.to_thread(propose_comparison, request, typed, self.session.raw):
            # A yes for one family is a yes for the other: the person was asked about the same targets.
            allowed = await permitted(self.app, proposal.authorized() if request.authorized else proposal)
            if allowed is None:
                return None
            request = replace(request, authorized=allowed.request.authorized)
        return request
