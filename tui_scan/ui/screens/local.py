"""The view of this machine's own sockets: netstat's table, read anew every second, and what a state means."""

from collections.abc import Callable, Mapping
from typing import Self

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from tui_scan.local.filter import HINT, parse_socket_filter
from tui_scan.local.names import host_names
from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import TuiScanError, UsageError
from tui_scan.ui.widgets.socket_reading import Reading, SocketReader
from tui_scan.ui.widgets.socket_rows import SocketOptions, arrange
from tui_scan.ui.widgets.socket_table import SocketTable
from tui_scan.ui.widgets.socket_told import counts_line, told

EVERY = 1.0
"""Seconds between two readings."""


class LocalView(Widget):
    """The table, a line of counts above it, and below it what is told of the socket under the cursor."""

    DEFAULT_CSS = """
    LocalView { layout: vertical; }
    LocalView #local-counts { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    LocalView #local-filter { display: none; }
    LocalView #local-table { height: 1fr; }
    LocalView #local-told { height: 5; border-top: solid ansi_bright_black; }
    LocalView.narrow #local-told { height: 7; }
    LocalView.low #local-told { height: 2; border-top: none; }
    """

    def __init__(
        self,
        *,
        read: Callable[[], Reading] | None = None,
        look_up: Callable[[set[str]], Mapping[str, str]] = host_names,
        every: float = EVERY,
        id: str | None = None,
    ) -> None:
        """``read`` gives one reading every ``every`` seconds, ``look_up`` names of addresses; both may wait."""
        super().__init__(id=id)
        self._read = read if read is not None else SocketReader()
        self._look_up = look_up
        self._every = every
        self._names: dict[str, str] = {}
        self._reading = self._naming = False
        self._error = ""

    def compose(self) -> ComposeResult:
        """Counts, filter, table, and the lines about the chosen socket."""
        yield Static(id="local-counts", markup=False)
        yield Input(placeholder=HINT, compact=True, id="local-filter")
        yield SocketTable(id="local-table")
        yield Static(id="local-told", markup=False)

    @property
    def table(self) -> SocketTable:
        """The table of sockets."""
        return self.query_one(SocketTable)

    def focus(self, scroll_visible: bool = True) -> Self:
        """The view itself takes no keys: the table does."""
        self.table.focus(scroll_visible)
        return self

    def on_mount(self) -> None:
        """Read now, and then again and again."""
        self.tick()
        self.set_interval(self._every, self.tick)

    def on_resize(self) -> None:
        """Room for the longest meaning, the same for every socket; where lines are few the table gets them."""
        self.set_class(self.size.width < 120, "narrow")
        self.set_class(self.size.height < 16, "low")
        self.call_after_refresh(self._tell)

    def tick(self) -> None:
        """Have the sockets read in a thread, unless nobody looks or the last reading still runs."""
        if self._reading or self.table.frozen or not self.display:
            return
        self._reading = True
        options = self.table.options
        self.run_worker(
            lambda: self._read_in_thread(options), thread=True, exit_on_error=False, group="local", name="read"
        )

    def _read_in_thread(self, options: SocketOptions) -> None:
        try:
            reading = self._read()
        except TuiScanError as error:
            self.app.call_from_thread(self._failed, str(error))
            return
        arranged = arrange(reading.sockets, options)
        self.app.call_from_thread(self._take, reading, arranged, options)

    def _failed(self, sentence: str) -> None:
        self._reading, self._error = False, sentence
        self._tell()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say so where a thread failed, and go on with the next reading."""
        if event.state is WorkerState.ERROR:
            self._naming = False
            self._failed(f"The sockets cannot be read: {event.worker.error}")

    def _take(self, reading: Reading, arranged: list[LocalSocket], options: SocketOptions) -> None:
        self._reading, self._error = False, ""
        if self.table.frozen:
            return
        self.table.take(reading, arranged, options)
        self._name_hosts()
        self._tell()

    def _name_hosts(self) -> None:
        """Look up, in a thread, the names of addresses that were not asked for yet."""
        if self.table.options.numeric or self._naming:
            return
        sockets = self.table.reading.sockets
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
    @on(SocketTable.OptionsChanged)
    def _changed(self) -> None:
        self._name_hosts()
        self._tell()

    def _tell(self) -> None:
        self.query_one("#local-counts", Static).update(counts_line(self.table, self._error))
        self.query_one("#local-told", Static).update(told(self.table))

    @on(SocketTable.FilterAsked)
    def _ask_filter(self) -> None:
        line = self.query_one("#local-filter", Input)
        line.display = True
        line.focus()

    @on(Input.Changed, "#local-filter")
    def _filter_typed(self, event: Input.Changed) -> None:
        event.stop()
        try:
            terms = parse_socket_filter(event.value)
        except UsageError as wrong:
            self._error = str(wrong)
            self._tell()
            return
        self._error = ""
        self.table.choose(terms)

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
        self.table.focus()
