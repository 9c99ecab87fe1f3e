"""Which sockets the local view shows, in which order, and what stands in a row: netstat's columns and more."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from rich.style import Style

from tui_scan.language import translate
from tui_scan.local.cgroups import unit
from tui_scan.local.filter import matching
from tui_scan.local.names import service_name
from tui_scan.local.processes import Processes
from tui_scan.local.records import PACKET, PING, RAW, UNIX, LocalSocket, shown_address
from tui_scan.local.states import STATE_NAMES, SocketState
from tui_scan.local.timers import timer_name
from tui_scan.model.filter_terms import Term
from tui_scan.ui.widgets.socket_order import sort_key
from tui_scan.ui.widgets.socket_reading import Reading
from tui_scan.ui.widgets.table_columns import TableColumn
from tui_scan.ui.widgets.virtual_table import Cell

COLUMNS = (
    TableColumn("proto", "Proto", 6),
    TableColumn("recv", "Recv-Q", 6, right=True, hide=4),
    TableColumn("send", "Send-Q", 6, right=True, hide=5),
    TableColumn("local", "Local Address", 21, grow=3, most=47, cut_middle=True),
    TableColumn("remote", "Foreign Address", 21, hide=3, grow=3, most=47, cut_middle=True),
    TableColumn("state", "State", 11, hide=2),
    TableColumn("user", "User", 8, hide=6, grow=1, most=16),
    TableColumn("inode", "Inode", 8, right=True, hide=7),
    TableColumn("program", "PID/Program name", 16, hide=1, grow=2, most=32),
    TableColumn("timer", "Timer", 18, hide=10),
    TableColumn("unit", "Unit", 14, hide=9, grow=1, most=32),
    TableColumn("command", "Command", 16, hide=8, grow=3),
)
"""netstat -antpeo's columns, the systemd unit or container and the command line; the higher ``hide``, the sooner a
narrow screen goes without."""

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
WENT = Style(color="red", dim=True)

GROUPS = {
    "tcp": ("tcp", "tcp6"),
    "udp": ("udp", "udp6"),
    "raw": (*RAW, *PING, PACKET),
    "unix": (UNIX,),
}
"""What one key shows or hides, by the word for it; packet and ping sockets go with raw ones."""


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """What is shown and how. ``groups`` are keys of GROUPS; ``numeric`` is netstat's -n."""

    groups: frozenset[str] = frozenset(("tcp", "udp", "raw"))
    listening: bool = False
    numeric: bool = True
    terms: tuple[Term, ...] = ()
    sort: str = "state"
    descending: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of sockets to read, in netstat's order."""
        return tuple(kind for name, kinds in GROUPS.items() if name in self.groups for kind in kinds)


def arrange(
    sockets: Sequence[LocalSocket], options: SocketOptions, processes: Processes | None = None
) -> list[LocalSocket]:
    """The sockets to show, ordered; equal ones as netstat orders them. ``processes`` are those that hold them."""
    kinds = frozenset(options.kinds)
    found = [one for one in sockets if one.protocol in kinds and (not options.listening or one.listening)]
    return sorted(
        matching(found, options.terms), key=sort_key(options.sort, processes or Processes()), reverse=options.descending
    )


class SocketRows:
    """The rows of one reading, as the options ask for them; make it in a thread where the reading is long."""

    def __init__(self, reading: Reading, options: SocketOptions) -> None:
        self.reading, self.options = reading, options
        self._went = frozenset(one.key for one in reading.gone)
        sockets = (*reading.sockets, *reading.gone) if reading.gone else reading.sockets
        self.shown = arrange(sockets, options, reading.processes)
        self.names: Mapping[str, str] = {}

    @cached_property
    def states(self) -> Counter[str]:
        """How many of the rows are in each state; what has no state counts under its kind, what went not at all."""
        counted = Counter(map(itemgetter(5), self.shown))
        if self._went:
            counted -= Counter(one.state for one in self.shown if one.key in self._went)
        named = Counter(
            {STATE_NAMES[state]: count for state, count in counted.items() if state is not SocketState.CLOSE}
        )
        if counted[SocketState.CLOSE]:
            closed = (one for one in self.shown if one.state is SocketState.CLOSE and not self.went(one))
            named.update(one.state_label or one.protocol.rstrip("6") for one in closed)
        return named

    def __len__(self) -> int:
        return len(self.shown)

    def key(self, row: int) -> Hashable:
        """What stays the same between two readings of one socket."""
        return self.shown[row].key

    def find(self, key: Hashable) -> int | None:
        """The row of a socket."""
        if not isinstance(key, tuple):
            return None
        port, peers = key[2], key[4]
        near = (row for row, one in enumerate(self.shown) if one[2] == port and one[4] == peers)
        return next((row for row in near if self.shown[row].key == key), None)

    def sort(self, column: str, descending: bool) -> None:
        """Order the rows anew."""
        self.shown.sort(key=sort_key(column, self.reading.processes), reverse=descending)

    def went(self, one: LocalSocket) -> bool:
        """Whether a row is of a socket that is there no more."""
        return bool(self._went) and one.key in self._went

    def cells(self, row: int) -> Sequence[Cell]:
        """One line of the table; ``+`` marks what appeared in the last seconds, ``-`` what went."""
        one = self.shown[row]
        key, texts = one.key, self.texts(one)
        if key in self._went:
            return [(f"-{texts[0]}", WENT), *((text, WENT) for text in texts[1:])]
        cells: list[Cell] = [*texts]
        cells[0] = (f"+{texts[0]}", NEW) if key in self.reading.appeared else f" {texts[0]}"
        cells[5] = (texts[5], STATE_STYLES.get(one.state, FADING))
        return cells

    def texts(self, one: LocalSocket) -> list[str]:
        """What stands in the columns of a socket, without marks and colours; ``u_str`` and ``p_raw`` as ss has it."""
        processes, clock = self.reading.processes, one.running
        return [
            f"{one.protocol[0]}_{one.kind[:3]}" if one.kind else one.protocol,
            str(one.recv_q),
            str(one.send_q),
            self.local(one),
            self.remote(one),
            one.state_label,
            user_text(one, self.options.numeric),
            str(one.inode),
            owner_text(one, self.reading.owned),
            f"{timer_name(one)} {clock.expires / 1000:.0f}s" if clock.timer else "",
            unit(processes.group(one.pid)),
            processes.command(one.pid),
        ]

    def local(self, one: LocalSocket) -> str:
        """``192.0.2.1:80``, with names ``www.example:http``; the path of a UNIX socket."""
        if one.protocol == UNIX and not one.local_address:
            return f"({translate('no name')})"
        if self.options.numeric or not one.family:
            return one.local
        return self._named(one.local_address, one.local_port, one)

    def remote(self, one: LocalSocket) -> str:
        """The peer, written the same way; a UNIX socket's by its inode."""
        if one.protocol == UNIX:
            return f"{one.remote_address} #{one.peer}".lstrip() if one.peer else ""
        if self.options.numeric or not one.family:
            return one.remote
        return self._named(one.remote_address, one.remote_port, one)

    def _named(self, address: str, port: int, one: LocalSocket) -> str:
        shown = self.names.get(address) or shown_address(address)
        return f"{shown}:{service_name(port, one.protocol)}"


def user_text(one: LocalSocket, numeric: bool) -> str:
    """The user's name or number; ``-`` where the kernel does not know it."""
    if one.uid is None:
        return "-"
    return str(one.uid) if numeric else one.user


def owner_text(one: LocalSocket, owned: bool = True) -> str:
    """``812/sshd``, or why there is no owner; ``owned`` False: the owners are being looked up."""
    if one.pid is None:
        return f"- ({translate(one.note)})" if one.note else "-" if owned or not one.inode else "..."
    return f"{one.pid}/{one.program}"
