"""The table of this machine's sockets, with the keys that choose what it shows."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui_scan.language import translate
from tui_scan.local.namespaces import Namespace
from tui_scan.local.records import LocalSocket
from tui_scan.model.filter_terms import Term
from tui_scan.ui.widgets.socket_reading import Reading, Where
from tui_scan.ui.widgets.socket_rows import COLUMNS, GROUPS, SocketOptions, SocketRows
from tui_scan.ui.widgets.virtual_table import VirtualTable

AT_ONCE = 5_000
"""Sockets up to which a new order is made at once; of more it is made in a thread."""


EMPTY, NONE_FITS = "No socket to show.", "No socket fits the filter."
LISTENERS_ONLY = "Only sockets that listen are looked at: press a for all."
"""What stands where no rows are."""


class SocketTable(VirtualTable):
    """Shows readings; ``options`` say which sockets of them, and how; ``namespace`` where they are read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "follow", "follow", id="local.follow", tooltip="listener: its verdict; connection: its peer"),
        Binding("slash", "filter", "filter", id="local.filter", tooltip="show the sockets that match"),
        Binding("a", "listening", "all/listening", id="local.listening", tooltip="all sockets, or listeners only"),
        Binding("t", "group('tcp')", "tcp", id="local.tcp", tooltip="show or hide TCP"),
        Binding("u", "group('udp')", "udp", id="local.udp", tooltip="show or hide UDP"),
        Binding("w", "group('raw')", "raw", id="local.raw", tooltip="show or hide raw, ping and packet sockets"),
        Binding("x", "group('unix')", "unix", id="local.unix", tooltip="show or hide UNIX sockets"),
        Binding("d", "names", "names", id="local.names", tooltip="numbers, or names of hosts, ports and users"),
        Binding("n", "namespace", "namespace", id="local.namespace", tooltip="the sockets of another namespace"),
        Binding("i", "interval", "interval", id="local.interval", tooltip="read more or less often"),
        Binding("z", "freeze", "freeze", id="local.freeze", tooltip="hold the table still, or let it go on"),
    ]

    class OptionsChanged(Message):
        """Another choice of sockets is shown, or the table was frozen or thawed.

        ``elsewhere``: other kinds or another namespace, so that a new reading is needed.
        """

        def __init__(self, elsewhere: bool = False) -> None:
            super().__init__()
            self.elsewhere = elsewhere

    class Asked(Message):
        """The person wants what takes more than the table: ``filter``, ``namespace``, ``interval``, ``follow``."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(COLUMNS, sort=SocketOptions().sort, empty=translate(EMPTY), id=id)
        self.options = SocketOptions()
        self.namespace: Namespace | None = None
        self.reading = Reading()
        self.frozen = False
        self._names: Mapping[str, str] = {}
        self._wanted: Hashable = None

    @property
    def where(self) -> Where:
        """What is to be read."""
        return Where(self.options.kinds, self.namespace)

    @property
    def selected(self) -> LocalSocket | None:
        """The socket under the cursor."""
        rows = self.rows
        return rows.shown[self.cursor] if isinstance(rows, SocketRows) and self.cursor < len(rows) else None

    def take(self, rows: SocketRows) -> None:
        """Show a reading, whose rows were made by options; made anew where these changed meanwhile."""
        self.reading = rows.reading
        self._fill(rows if rows.options == self.options else None)

    def say_of_nothing(self) -> None:
        """Say where no rows are whether the filter, or the choice of listeners, keeps all away."""
        options = self.options
        words = [NONE_FITS if options.terms else EMPTY, *[LISTENERS_ONLY] * options.listening]
        empty = " ".join(map(translate, words))
        if empty != self.empty:
            self.empty = empty
            self.refresh()

    def name_hosts(self, names: Mapping[str, str]) -> None:
        """Take names of hosts by address."""
        self._names = names
        self._fill(None)

    def choose(self, terms: tuple[Term, ...]) -> None:
        """Show only what fits the terms of a filter."""
        self._set(replace(self.options, terms=terms))

    def sort_by(self, column: str, descending: bool = False) -> None:
        """Order the rows by a column's key."""
        self.sorted_by, self.descending = column, descending
        self._set(replace(self.options, sort=column, descending=descending))

    def reveal(self, one: LocalSocket) -> None:
        """Put the cursor on a socket of the reading; what hides it is dropped."""
        if self.rows.find(one.key) is None:
            self._wanted = one.key
            self._set(replace(self.options, terms=(), listening=False))
        else:
            self.move_to(self.rows.find(one.key) or 0)

    def look_at(self, namespace: Namespace | None) -> None:
        """Show the sockets of a namespace."""
        self.namespace, self.reading = namespace, Reading(owned=False)
        self._set(self.options, elsewhere=True)

    def _set(self, options: SocketOptions, elsewhere: bool = False) -> None:
        self.options = options
        self._fill(None)
        self.post_message(self.OptionsChanged(elsewhere))

    def _fill(self, rows: SocketRows | None) -> None:
        """Show these rows; where there are none, make them of the reading, in a thread where they are many."""
        if rows is not None or len(self.reading.sockets) <= AT_ONCE:
            self._show(rows or SocketRows(self.reading, self.options))
            return
        reading, options = self.reading, self.options

        def work() -> None:
            made = SocketRows(reading, options)
            self.app.call_from_thread(self._made, made)

        self.run_worker(work, thread=True, exclusive=True, exit_on_error=False, group="arrange")

    def _made(self, rows: SocketRows) -> None:
        if rows.options == self.options and rows.reading is self.reading:
            self._show(rows)
            self.post_message(self.OptionsChanged())

    def _show(self, rows: SocketRows) -> None:
        rows.names = self._names
        self.rows = rows
        self.updated()
        wanted, self._wanted = self._wanted, None
        if wanted is not None and (row := rows.find(wanted)) is not None:
            self.move_to(row)

    def action_follow(self) -> None:
        """Go where the socket under the cursor leads."""
        self.post_message(self.Asked("follow"))

    def action_filter(self) -> None:
        """Ask for the filter's line."""
        self.post_message(self.Asked("filter"))

    def action_namespace(self) -> None:
        """Ask for another namespace."""
        self.post_message(self.Asked("namespace"))

    def action_interval(self) -> None:
        """Read more or less often."""
        self.post_message(self.Asked("interval"))

    def action_listening(self) -> None:
        """Between all sockets and those that take what comes from anybody."""
        self._set(replace(self.options, listening=not self.options.listening))

    def action_group(self, name: str) -> None:
        """Show or hide some kinds; hiding the only ones that are shown brings all others back."""
        groups = self.options.groups ^ {name}
        self._set(replace(self.options, groups=groups or frozenset(GROUPS) - {name}), elsewhere=True)

    def action_names(self) -> None:
        """Between numbers and names."""
        self._set(replace(self.options, numeric=not self.options.numeric))

    def action_freeze(self) -> None:
        """Hold the table still, or let it go on."""
        self.frozen = not self.frozen
        self.post_message(self.OptionsChanged())
