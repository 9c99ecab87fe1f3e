"""One reading of sockets with their owners, and what differs from the readings before."""

import time
from collections.abc import Callable, Hashable, Set
from dataclasses import dataclass, field

from tui_scan.local.inet_messages import Remembered
from tui_scan.local.namespaces import Namespace
from tui_scan.local.owners import Owners
from tui_scan.local.processes import Processes
from tui_scan.local.records import PROTOCOLS, RAW, LocalSocket
from tui_scan.local.sockets import read_namespace, read_sockets

LINGER = 4.0
"""Seconds for which what appeared and what went stays marked."""

MANY = 5_000
"""Sockets from which the first reading comes without owners, so that it is drawn at once."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which sockets are read: their kinds, and the namespace (None: this process's own)."""

    kinds: tuple[str, ...] = (*PROTOCOLS, *RAW)
    namespace: Namespace | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All sockets at one moment. ``hidden`` counts those whose owner cannot be seen, ``reason`` says why.

    ``appeared`` are the keys of the sockets that came, ``gone`` are the sockets that went, in the last seconds.
    ``owned`` is False where the owners are still to be looked up. ``seconds`` is what the reading took.
    """

    sockets: tuple[LocalSocket, ...] = ()
    hidden: int = 0
    reason: str = ""
    appeared: Set[Hashable] = frozenset()
    gone: tuple[LocalSocket, ...] = ()
    owned: bool = True
    seconds: float = 0.0
    processes: Processes = field(default_factory=Processes)


class SocketReader:
    """Reads again and again; call it from one thread at a time, not from the event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._owners, self._processes, self._remembered = Owners(), Processes(), Remembered()
        self._where: Where | None = None
        self._before: list[LocalSocket] = []
        self._appeared: dict[Hashable, float] = {}
        self._gone: dict[Hashable, tuple[float, LocalSocket]] = {}

    def __call__(self, where: Where) -> Reading:
        """Read now. Raises LocalError where the kernel's tables cannot be read."""
        began = self._clock()
        if where != self._where:
            self._remembered = Remembered()
        read = self._read(where)
        owned = self._where is not None or len(read) < MANY
        if owned:
            read = self._owners.name(read)
            self._processes.learn({one.pid: one.program or "" for one in read if one.pid is not None})
        self._remembered.keep(read)
        self._compare(read, where == self._where)
        self._where = where
        return Reading(
            tuple(read),
            self._owners.hidden if owned else 0,
            self._owners.reason if owned else "",
            frozenset(self._appeared),
            tuple(one for _, one in self._gone.values()),
            owned,
            self._clock() - began,
            self._processes,
        )

    def _read(self, where: Where) -> list[LocalSocket]:
        self._remembered.order = []
        if where.namespace is None:
            return read_sockets(None, where.kinds, False, self._remembered)
        return read_namespace(where.namespace, where.kinds, False, self._remembered)

    def _compare(self, read: list[LocalSocket], known: bool) -> None:
        """Note what came and what went, and forget what did so some seconds ago.

        What did not change is the very same tuple as before, so only the others need be looked at.
        """
        now = self._clock()
        if not known:
            self._appeared.clear()
            self._gone.clear()
            self._before = read
        before, self._before = self._before, read
        old_ids, new_ids = set(map(id, before)), set(map(id, read))
        old = {one.key: one for one in before if id(one) not in new_ids}
        new = {one.key for one in read if id(one) not in old_ids}
        for key in new - old.keys():
            self._appeared[key] = now
        for key in old.keys() - new:
            self._appeared.pop(key, None)
            self._gone[key] = (now, old[key])
        self._appeared = {key: at for key, at in self._appeared.items() if now - at < LINGER}
        self._gone = {key: kept for key, kept in self._gone.items() if now - kept[0] < LINGER and key not in new}
