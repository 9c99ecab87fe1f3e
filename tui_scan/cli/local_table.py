"""Sockets as netstat's tables: one of those with addresses and ports, one of UNIX sockets, one of packet sockets."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from tui_scan.language import translate
from tui_scan.local.cgroups import Cgroups, unit
from tui_scan.local.details import command_line, group_path
from tui_scan.local.names import host_names, service_name
from tui_scan.local.records import PACKET, UNIX, LocalSocket, shown_address
from tui_scan.local.selection import Selection
from tui_scan.local.states import STATE_NAMES, SocketState
from tui_scan.local.timers import timer_text


@dataclass(slots=True)
class Words:
    """What cells are written from: names where they are wanted, control groups and command lines."""

    numeric: bool
    names: Mapping[str, str] = field(default_factory=dict)
    groups: Cgroups = field(default_factory=Cgroups)
    commands: dict[int, str] = field(default_factory=dict)

    def endpoint(self, address: str, port: int, one: LocalSocket) -> str:
        """One end of a socket with names."""
        shown = self.names.get(address) or shown_address(address)
        return f"{shown}:{service_name(port, one.protocol)}"

    def command(self, pid: int | None) -> str:
        """A process's command line."""
        if pid is None:
            return "-"
        if pid not in self.commands:
            self.commands[pid] = command_line(pid) or "-"
        return self.commands[pid]


Cell = Callable[[LocalSocket, Words], str]
Cells = Callable[[Sequence[LocalSocket], Words], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, what stands below it, and the field of Selection that asks for it (empty: always there).

    ``cells`` writes a whole column at once, in a fraction of the time, where every table has it.
    """

    title: str
    cell: Cell | None = None
    asked: str = ""
    right: bool = False
    cells: Cells | None = None

    def write(self, sockets: Sequence[LocalSocket], words: Words) -> list[str]:
        """The heading and all that stands below it."""
        if self.cells is not None:
            return [self.title, *self.cells(sockets, words)]
        assert self.cell is not None
        cell = self.cell
        return [self.title, *(cell(one, words) for one in sockets)]


def _field(place: int) -> Cells:
    """A field of the sockets as text, by its place in the tuple."""
    return lambda sockets, words: map(str, map(itemgetter(place), sockets))


def _locals(sockets: Sequence[LocalSocket], words: Words) -> list[str]:
    if not words.numeric:
        return [words.endpoint(one.local_address, one.local_port, one) for one in sockets]
    shown = {address: shown_address(address) for address in set(map(itemgetter(1), sockets))}
    return [one.local if one[16] else f"{shown[one[1]]}:{one[2] or '*'}" for one in sockets]


def _remotes(sockets: Sequence[LocalSocket], words: Words) -> list[str]:
    if not words.numeric:
        return [words.endpoint(one.remote_address, one.remote_port, one) for one in sockets]
    shown = {address: shown_address(address) for address in set(map(itemgetter(3), sockets))}
    return [f"{shown[one[3]]}:{one[4] or '*'}" for one in sockets]


def _states(sockets: Sequence[LocalSocket], words: Words) -> list[str]:
    closed = SocketState.CLOSE
    return [one.state_label if one[5] is closed else STATE_NAMES[one[5]] for one in sockets]


def _user(one: LocalSocket, words: Words) -> str:
    if one.uid is None:
        return "-"
    return str(one.uid) if words.numeric else one.user


def _owner(one: LocalSocket, words: Words) -> str:
    if one.pid is None:
        return f"- ({translate(one.note)})" if one.note else "-"
    return f"{one.pid}/{one.program}"


def _unit(one: LocalSocket, words: Words) -> str:
    path = group_path(one, words.groups)
    return unit(path) or path or "-"


def _backlog(one: LocalSocket, words: Words) -> str:
    return "-" if one.backlog is None else str(one.backlog)


def _v6only(one: LocalSocket, words: Words) -> str:
    return "-" if one.v6only is None else "yes" if one.v6only else "no"


def _peer(one: LocalSocket, words: Words) -> str:
    return f"{one.peer} {one.remote_address}".rstrip() if one.peer else "-"


_OWNERS = (
    Column("User", _user, "extended"),
    Column("Inode", asked="extended", right=True, cells=_field(10)),
    Column("PID/Program name", _owner, "program"),
)
_MORE = (
    Column("Unit", _unit, "detailed"),
    Column("Command", lambda one, words: words.command(one.pid), "detailed"),
)
_PROTO = Column("Proto", cells=_field(0))
_QUEUES = (
    Column("Recv-Q", right=True, cells=_field(6)),
    Column("Send-Q", right=True, cells=_field(7)),
)

INTERNET = (
    _PROTO,
    *_QUEUES,
    Column("Local Address", cells=_locals),
    Column("Foreign Address", cells=_remotes),
    Column("State", cells=_states),
    *_OWNERS,
    Column("Timer", lambda one, words: timer_text(one), "timers"),
    Column("Backlog", _backlog, "detailed", right=True),
    Column("V6only", _v6only, "detailed"),
    *_MORE,
)

UNIX_SOCKETS = (
    _PROTO,
    *_QUEUES,
    Column("Type", lambda one, words: one.kind),
    Column("State", cells=_states),
    Column("User", _user, "extended"),
    Column("Inode", right=True, cells=_field(10)),
    Column("PID/Program name", _owner, "program"),
    Column("Backlog", _backlog, "detailed", right=True),
    *_MORE,
    Column("Path", lambda one, words: one.local_address or "-"),
    Column("Peer", _peer),
)

PACKETS = (
    _PROTO,
    *_QUEUES,
    Column("Type", lambda one, words: one.kind),
    Column("Takes", lambda one, words: one.local_address),
    Column("Device", lambda one, words: one.device or "all"),
    *_OWNERS,
    *_MORE,
)

TABLES = ((frozenset((UNIX,)), UNIX_SOCKETS), (frozenset((PACKET,)), PACKETS))
"""The tables of sockets that have no port, by their kinds; all others stand in INTERNET."""


def tables(sockets: Sequence[LocalSocket], selection: Selection) -> Iterator[str]:
    """The lines of all tables that were asked for, each with its heading, with an empty line between two."""
    kinds = frozenset(selection.protocols)
    special = [(names, columns) for names, columns in TABLES if names & kinds]
    others = kinds.difference(*(names for names, _ in TABLES))
    chosen = [(others, INTERNET), *special] if others else special
    words = Words(selection.numeric)
    if not selection.numeric:
        addressed = [one for one in sockets if one.family]
        words.names = host_names({address for one in addressed for address in (one.local_address, one.remote_address)})
    for number, (names, columns) in enumerate(chosen):
        if number:
            yield ""
        yield from _table([one for one in sockets if one.protocol in names], columns, selection, words)


def _table(
    sockets: Sequence[LocalSocket], columns: Sequence[Column], selection: Selection, words: Words
) -> Iterator[str]:
    """One table's lines, heading first, as wide as its contents."""
    shown = [column for column in columns if not column.asked or getattr(selection, column.asked)]
    cells = [column.write(sockets, words) for column in shown]
    widths = [max(map(len, column)) for column in cells]
    form = " ".join(f"%{'' if column.right else '-'}{width}s" for column, width in zip(shown, widths, strict=True))
    for row in zip(*cells, strict=True):
        yield (form % row).rstrip()
