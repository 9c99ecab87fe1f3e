"""The table of this machine's sockets, with the keys that choose what it shows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui_scan.local.filter import SocketTerm
from tui_scan.local.records import LocalSocket
from tui_scan.ui.widgets.socket_reading import Reading
from tui_scan.ui.widgets.socket_rows import COLUMNS, SocketOptions, SocketRows
from tui_scan.ui.widgets.virtual_table import VirtualTable


class SocketTable(VirtualTable):
    """Shows readings; ``options`` say which sockets of them, and how."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="local.filter", tooltip="show the sockets that match"),
        Binding("a", "listening", "all/listening", id="local.listening", tooltip="all sockets, or listeners only"),
        Binding("t", "protocol('tcp')", "tcp", id="local.tcp", tooltip="show or hide TCP"),
        Binding("u", "protocol('udp')", "udp", id="local.udp", tooltip="show or hide UDP"),
        Binding("d", "names", "names", id="local.names", tooltip="numbers, or names of hosts, ports and users"),
        Binding("z", "freeze", "freeze", id="local.freeze", tooltip="hold the table still, or let it go on"),
    ]

    class OptionsChanged(Message):
        """Another choice of sockets is shown, or the table was frozen or thawed."""

    class FilterAsked(Message):
        """The person wants to type a filter."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(COLUMNS, sort=SocketOptions().sort, empty=" No socket to show.", id=id)
        self.options = SocketOptions()
        self.reading = Reading()
        self.frozen = False
        self._names: Mapping[str, str] = {}

    @property
    def selected(self) -> LocalSocket | None:
        """The socket under the cursor."""
        rows = self.rows
        return rows.shown[self.cursor] if isinstance(rows, SocketRows) and self.cursor < len(rows) else None

    def take(
        self, reading: Reading, arranged: list[LocalSocket] | None = None, by: SocketOptions | None = None
    ) -> None:
        """Show a reading. ``arranged`` is its sockets ordered by the options ``by``, used if these still hold."""
        self.reading = reading
        self._fill(arranged if by == self.options else None)

    def name_hosts(self, names: Mapping[str, str]) -> None:
        """Take names of hosts by address."""
        self._names = names
        self._fill(None)

    def choose(self, terms: tuple[SocketTerm, ...]) -> None:
        """Show only what fits the terms of a filter."""
        self._set(replace(self.options, terms=terms))

    def sort_by(self, column: str, descending: bool = False) -> None:
        """Order the rows by a column's key."""
        self.sorted_by, self.descending = column, descending
        self._set(replace(self.options, sort=column, descending=descending))

    def _set(self, options: SocketOptions) -> None:
        self.options = options
        self._fill(None)
        self.post_message(self.OptionsChanged())

    def _fill(self, arranged: list[LocalSocket] | None) -> None:
        rows = SocketRows(self.reading, self.options, arranged)
        rows.names = self._names
        self.rows = rows
        self.updated()

    def action_filter(self) -> None:
        """Ask for the filter's line."""
        self.post_message(self.FilterAsked())

    def action_listening(self) -> None:
        """Between all sockets and those that take what comes from anybody."""
        self._set(replace(self.options, listening=not self.options.listening))

    def action_protocol(self, name: str) -> None:
        """Show or hide a protocol; hiding the only one that is shown brings the other back."""
        tcp, udp = self.options.tcp ^ (name == "tcp"), self.options.udp ^ (name == "udp")
        if not (tcp or udp):
            tcp, udp = name != "tcp", name != "udp"
        self._set(replace(self.options, tcp=tcp, udp=udp))

    def action_names(self) -> None:
        """Between numbers and names."""
        self._set(replace(self.options, numeric=not self.options.numeric))

    def action_freeze(self) -> None:
        """Hold the table still, or let it go on."""
        self.frozen = not self.frozen
        self.post_message(self.OptionsChanged())
