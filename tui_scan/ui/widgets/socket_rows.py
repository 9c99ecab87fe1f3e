"""Which sockets the local view shows, in which order, and what stands in a row: netstat's columns."""

import socket
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rich.style import Style

from tui_scan.local.filter import SocketTerm, matching
from tui_scan.local.names import service_name
from tui_scan.local.records import LocalSocket, endpoint
from tui_scan.local.selection import Selection, select
from tui_scan.local.states import SocketState
from tui_scan.ui.widgets.socket_reading import Reading
from tui_scan.ui.widgets.table_columns import TableColumn
from tui_scan.ui.widgets.virtual_table import Cell

COLUMNS = (
    TableColumn("proto", "Proto", 5),
    TableColumn("recv", "Recv-Q", 6, right=True, hide=4),
    TableColumn("send", "Send-Q", 6, right=True, hide=5),
    TableColumn("local", "Local Address", 21, grow=3, most=47, cut_middle=True),
    TableColumn("remote", "Foreign Address", 21, hide=3, grow=3, most=47, cut_middle=True),
    TableColumn("state", "State", 11, hide=2),
    TableColumn("user", "User", 8, hide=6, grow=1, most=16),
    TableColumn("inode", "Inode", 8, right=True, hide=7),
    TableColumn("program", "PID/Program name", 16, hide=1, grow=2),
)
"""netstat -antpe's columns; the higher ``hide``, the sooner a narrow screen goes without."""

STATE_STYLES = {
    SocketState.LISTEN: Style(color="green", bold=True),
    SocketState.ESTABLISHED: Style(color="cyan"),
    SocketState.SYN_SENT: Style(color="yellow"),
    SocketState.SYN_RECV: Style(color="yellow"),
    SocketState.CLOSE_WAIT: Style(color="magenta"),
}
"""Colours of the states one looks for; the rest is dim, since such sockets are about to go."""

FADING = Style(dim=True)
NEW = Style(color="green", bold=True)


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """What is shown and how. ``numeric`` is netstat's -n; ``names`` are host names by address."""

    tcp: bool = True
    udp: bool = True
    listening: bool = False
    numeric: bool = True
    terms: tuple[SocketTerm, ...] = ()
    sort: str = "state"
    descending: bool = False

    @property
    def selection(self) -> Selection:
        """The same in netstat's options."""
        return Selection(all=not self.listening, listening=self.listening, tcp=self.tcp, udp=self.udp)


def arrange(sockets: Sequence[LocalSocket], options: SocketOptions) -> list[LocalSocket]:
    """The sockets to show, ordered; equal ones as netstat orders them."""
    found = matching(select(sockets, options.selection), options.terms)
    return sorted(found, key=SORT_KEYS[options.sort], reverse=options.descending)


@lru_cache(maxsize=1 << 16)
def _address_rank(address: str) -> bytes:
    """IPv4 before IPv6, each in the order of the numbers."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    packed = socket.inet_pton(family, address)
    return len(packed).to_bytes(1, "big") + packed


_STATE_RANK = {
    state: rank
    for rank, state in enumerate(
        (SocketState.LISTEN, SocketState.CLOSE, SocketState.ESTABLISHED, SocketState.SYN_SENT, SocketState.SYN_RECV)
    )
}

SORT_KEYS: dict[str, Callable[[LocalSocket], Any]] = {
    "proto": lambda one: one.protocol,
    "recv": lambda one: -one.recv_q,
    "send": lambda one: -one.send_q,
    "local": lambda one: (_address_rank(one.local_address), one.local_port),
    "remote": lambda one: (_address_rank(one.remote_address), one.remote_port),
    "state": lambda one: (_STATE_RANK.get(one.state, one.state.value + 10), one.protocol, one.local_port),
    "user": lambda one: one.user,
    "inode": lambda one: one.inode,
    "program": lambda one: (one.program is None, one.program or "", one.pid or 0),
}
"""How rows are ordered by each column; queues the fullest first."""


class SocketRows:
    """The rows of one reading, as the options ask for them."""

    def __init__(self, reading: Reading, options: SocketOptions, shown: list[LocalSocket] | None = None) -> None:
        """``shown`` is what ``arrange`` gave, where a thread has done that already."""
        self.reading, self.options = reading, options
        self.shown = arrange(reading.sockets, options) if shown is None else shown
        self.names: Mapping[str, str] = {}

    def __len__(self) -> int:
        return len(self.shown)

    def key(self, row: int) -> Hashable:
        """What stays the same between two readings of one socket."""
        return self.shown[row].key

    def find(self, key: Hashable) -> int | None:
        """The row of a socket."""
        return next((row for row, one in enumerate(self.shown) if one.key == key), None)

    def sort(self, column: str, descending: bool) -> None:
        """Order the rows anew."""
        self.shown.sort(key=SORT_KEYS[column], reverse=descending)

    def cells(self, row: int) -> Sequence[Cell]:
        """One line of the table; ``+`` marks what appeared since the reading before."""
        one, numeric = self.shown[row], self.options.numeric
        protocol: Cell = f" {one.protocol}"
        if one.key in self.reading.appeared:
            protocol = (f"+{one.protocol}", NEW)
        return (
            protocol,
            str(one.recv_q),
            str(one.send_q),
            self.endpoint(one.local_address, one.local_port, one.protocol),
            self.endpoint(one.remote_address, one.remote_port, one.protocol),
            (one.state_label, STATE_STYLES.get(one.state, FADING)),
            user_text(one, numeric),
            str(one.inode),
            owner_text(one),
        )

    def endpoint(self, address: str, port: int, protocol: str) -> str:
        """``192.0.2.1:80``, or with names ``www.example:http``."""
        if self.options.numeric:
            return endpoint(address, port)
        shown = self.names.get(address) or endpoint(address, port).rpartition(":")[0]
        return f"{shown}:{service_name(port, protocol)}"


def user_text(one: LocalSocket, numeric: bool) -> str:
    """The user's name or number; ``-`` where the kernel does not know it."""
    if one.uid is None:
        return "-"
    return str(one.uid) if numeric else one.user


def owner_text(one: LocalSocket) -> str:
    """``812/sshd``, or why there is no owner."""
    if one.pid is None:
        return f"- ({one.note})" if one.note else "-"
    return f"{one.pid}/{one.program}"
