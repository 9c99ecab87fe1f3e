"""The view of this machine's own sockets: netstat's table, read anew every second, and what a state means."""

import time
from collections.abc import Callable, Mapping
from typing import Self

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from tui_scan.language import translate
from tui_scan.local.filter import HINT, parse_socket_filter
from tui_scan.local.names import host_names
from tui_scan.model.errors import TuiScanError, UsageError
from tui_scan.ui.screens.local_actions import LocalActions, Page
from tui_scan.ui.widgets.socket_reading import Reading, SocketReader, Where
from tui_scan.ui.widgets.socket_rows import SocketOptions, SocketRows
from tui_scan.ui.widgets.socket_table import SocketTable
from tui_scan.ui.widgets.socket_told import counts_line, states_line, told

SHARE = 4
"""The rest between two readings is at least so many times what a reading takes."""


class LocalView(LocalActions):
    """The table, lines of counts above it, and below it what is told of the socket under the cursor."""

    DEFAULT_CSS = """
    LocalView { layout: vertical; }
    LocalView #local-counts, LocalView #local-states { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    LocalView #local-filter { display: none; }
    LocalView #local-table { height: 1fr; }
    LocalView #local-told { height: 8; border-top: solid ansi_bright_black; }
    LocalView.narrow #local-told { height: 9; }
    LocalView.low #local-told { height: 2; border-top: none; }
    LocalView.low #local-states { display: none; }
    """

    def __init__(
        self,
        *,
        page: Page | None = None,
        read: Callable[[Where], Reading] | None = None,
        look_up: Callable[[set[str]], Mapping[str, str]] = host_names,
        every: float | None = None,
        id: str | None = None,
    ) -> None:
        """``read`` gives one reading every ``every`` seconds, ``look_up`` names of addresses; both may wait.

        ``page`` is the page that holds the view, None where it stands alone.
        """
        super().__init__(page, every, id)
        self._read = read if read is not None else SocketReader()
        self._look_up = look_up
        self._names: dict[str, str] = {}
        self._reading = self._naming = False
        self._error = ""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Counts, filter, table, and the lines about the chosen socket."""
        yield Static(id="local-counts", markup=False)
        yield Static(id="local-states", markup=False)
        yield Input(placeholder=translate(HINT), compact=True, id="local-filter")
        yield Static(id="local-filter-error", classes="form-error wrong", markup=False)
        yield SocketTable(id="local-table")
        yield Static(id="local-told", markup=False)

    def focus(self, scroll_visible: bool = True) -> Self:
        """The view itself takes no keys: the table does."""
        self.table.focus(scroll_visible)
        return self

    @property
    def busy(self) -> bool:
        """A reading is under way."""
        return self._reading

    def on_mount(self) -> None:
        """Read now, and then again and again."""
        self.tick()

    def on_resize(self) -> None:
        """Room for the longest meaning, the same for every socket; where lines are few the table gets them."""
        self.set_class(self.size.width < 120, "narrow")
        self.set_class(self.size.height < 20, "low")
        self.call_after_refresh(self.tell)

    def tick(self) -> None:
        """Have the sockets read in a thread, unless nobody looks or the last reading still runs."""
        if self._reading:
            return
        self._wait(self.every)
        if self.table.frozen or not self.display:
            return
        self._reading = True
        where, options = self.table.where, self.table.options
        self.run_worker(
            lambda: self._read_in_thread(where, options), thread=True, exit_on_error=False, group="local", name="read"
        )

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(seconds, self.tick)

    def _read_in_thread(self, where: Where, options: SocketOptions) -> None:
        began = time.monotonic()
        try:
            rows = SocketRows(self._read(where), options)
        except TuiScanError as error:
            self.app.call_from_thread(self._failed, str(error))
            return
        self.app.call_from_thread(self._take, rows, where, time.monotonic() - began)

    def _failed(self, sentence: str) -> None:
        self._reading, self._error = False, sentence
        self.tell()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so where a thread failed, and go on with the next reading."""
        if event.state is WorkerState.ERROR:
            self._naming = self._asking = False
            self._failed(translate("The sockets cannot be read: {error}", error=event.worker.error))

    def _take(self, rows: SocketRows, where: Where, seconds: float) -> None:
        self._reading, self._error = False, ""
        if where != self.table.where or not rows.reading.owned:
            self.call_later(self.tick)
        else:
            self._wait(max(self.every, SHARE * seconds))
        if self.table.frozen or where.namespace != self.table.namespace:
            return
        self.table.take(rows)
        self._name_hosts()
        self.ask_detail()
        self.tell()

    def _name_hosts(self) -> None:
        """Look up, in a thread, the names of addresses that were not asked for yet."""
        if self.table.options.numeric or self._naming:
            return
        sockets = [one for one in self.table.reading.sockets if one.family]
        wanted = {address for one in sockets for address in (one.local_address, one.remote_address)}
        wanted -= self._names.keys()
        if wanted:
            self._naming = True
            self.run_worker(
                lambda: self._look_up_in_thread(wanted), thread=True, exit_on_error=False, group="names", name="names"
            )

    def _look_up_in_thread(self, wanted: set[str]) -> None:
        found = self._look_up(wanted)
        self.app.call_from_thread(self._named, dict.fromkeys(wanted, "") | dict(found))

    def _named(self, names: dict[str, str]) -> None:
        self._naming = False
        self._names |= names
        self.table.name_hosts(self._names)

    @on(SocketTable.RowHighlighted)
    def _moved(self) -> None:
        self.ask_detail()
        self.tell()

    @on(SocketTable.OptionsChanged)
    def _changed(self, event: SocketTable.OptionsChanged) -> None:
        if event.elsewhere:
            self.tick()
        self._name_hosts()
        self.tell()

    def tell(self) -> None:
        """Write what stands around the table, and in it where no rows are."""
        table = self.table
        table.say_of_nothing()
        self.query_one("#local-counts", Static).update(counts_line(table, self.every, self._error), layout=False)
        self.query_one("#local-states", Static).update(states_line(table), layout=False)
        self.query_one("#local-told", Static).update(told(table, self.detail), layout=False)

    @on(Input.Changed, "#local-filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            terms = parse_socket_filter(event.value)
        except UsageError as wrong:
            self._say_wrong(str(wrong))
            return
        self._say_wrong("")
        self.table.choose(terms)

    def _say_wrong(self, sentence: str) -> None:
        """Tell what is wrong with the filter; the rows stay those of the last one that was right."""
        line = self.query_one("#local-filter-error", Static)
        line.update(sentence)
        line.display = bool(sentence)

    @on(Input.Submitted, "#local-filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = bool(event.value.strip())
        self.table.focus()

    def key_escape(self) -> None:
        """Drop the filter."""
        line = self.query_one("#local-filter", Input)
        line.value = ""
        line.display = False
        self._say_wrong("")
        self.table.focus()
