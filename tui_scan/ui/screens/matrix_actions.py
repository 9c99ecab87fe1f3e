"""What the keys of the matrix view do: start, stop, edit, copy, wait no longer."""

import asyncio
from collections.abc import Callable

from textual import on, work
from textual.message import Message
from textual.widgets import Input

from tui_scan.engine.matrix import Matrix
from tui_scan.language import translate
from tui_scan.model.errors import TuiScanError
from tui_scan.ui.permission import permitted
from tui_scan.ui.probing import begin_matrix, matrix_request, propose_matrix
from tui_scan.ui.saving import save_exchange
from tui_scan.ui.screens.probing_view import ProbingView
from tui_scan.ui.widgets.exchange_pane import ExchangePane
from tui_scan.ui.widgets.matrix_table import MatrixTable


class MatrixActions(ProbingView):
    """The actions behind the keys of ``MatrixTable``; ``told`` is what is said of the row under its cursor."""

    told: str

    class Begun(Message):
        """A matrix was started."""

        def __init__(self, matrix: Matrix) -> None:
            super().__init__()
            self.matrix = matrix

    @property
    def table(self) -> MatrixTable:
        """The table."""
        return self.query_one(MatrixTable)

    @on(MatrixTable.Asked)
    def _asked(self, event: MatrixTable.Asked) -> None:
        event.stop()
        actions: dict[str, Callable[[], object]] = {
            "start": self._start_or_stop,
            "edit": self._edit,
            "copy": self._copy,
            "exchange": self._exchange,
            "save": self._save,
            "settle": self._settle,
        }
        actions[event.what]()

    @on(ExchangePane.Left)
    def _exchange_left(self, event: ExchangePane.Left) -> None:
        event.stop()
        self.table.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._start_or_stop()

    def _edit(self) -> None:
        self.query_one("#matrix-targets", Input).focus()

    def _exchange(self) -> None:
        """Go into the exchange of the cell under the cursor; from a row's kind to its first type."""
        if not self.table.lines:
            self._start_or_stop()
        elif self.table.to_type():
            exchange = self.query_one(ExchangePane)
            exchange.display = True
            exchange.focus()
        else:
            self.notify(translate("There is no exchange here: move onto a type that is probed."), severity="warning")

    def _copy(self) -> None:
        exchange = self.query_one(ExchangePane)
        self.copy(exchange.text if exchange.display and exchange.text else self.told)

    @work(exclusive=True, group="export")
    async def _save(self) -> None:
        """Ask for a file name and write the exchange of the cell under the cursor there."""
        exchange = self.query_one(ExchangePane)
        if exchange.cell is None or exchange.exchange is None:
            self.notify(translate("There is no exchange to save here: move onto a type."), severity="warning")
            return
        await save_exchange(self.app, *exchange.cell)

    def _settle(self) -> None:
        if self.session.matrix is None or not self.session.matrix.settle():
            self.notify(translate("No host is waited for because of a limit."), severity="warning")

    def _start_or_stop(self) -> None:
        if self.session.probing and self.session.matrix is not None:
            self.session.matrix.stop()
            return
        self._begin()

    @work(exclusive=True, group="matrix")
    async def _begin(self) -> None:
        """Judge what was typed, ask where that needs a yes, and start."""
        if self.session.busy:
            await self.notice(self.session.busy)
            return
        typed = [self.query_one(name, Input).value for name in ("#matrix-targets", "#matrix-ports")]
        request = matrix_request(self.session.request, *typed)
        try:
            proposal = await permitted(self.app, await asyncio.to_thread(propose_matrix, request))
            if proposal is None:
                return
            matrix = await asyncio.to_thread(begin_matrix, self.session, proposal)
        except TuiScanError as error:
            await self.notice(str(error))
            return
        self.post_message(self.Begun(matrix))
