"""Which process holds which socket: ``socket:[inode]`` links in ``/proc/PID/fd``, kept between readings."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tui_scan.language import Sentence
from tui_scan.local.records import LocalSocket

VERIFIED_A_REFRESH = 2000
"""Known owners checked again at each refresh, the longest unchecked first: bounds the cost of 50,000."""

RETRY_SECONDS = 5.0
"""After this time a socket without a visible owner is looked for again."""


class Owner(NamedTuple):
    """A process that holds a socket: ``program`` is its short name (comm, at most 15 bytes), printable.

    ``program`` is empty where the process went away meanwhile.
    """

    pid: int
    program: str


ONE_UNREADABLE = (
    "1 process may not be read; that takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, which sudo gives as a rule"
)
UNREADABLE = (
    "{count} processes may not be read; that takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, which sudo gives as a rule"
)
NO_HOLDER = (
    "no visible process holds them: they are the kernel's own, belong to another PID namespace, or /proc is mounted "
    "with hidepid"
)


class Owners:
    """Owners of sockets, cached; ``hidden`` and ``reason`` tell what could not be learnt and why.

    Of several processes that share a socket the one with the lowest pid is named, as netstat does.
    ``hidden`` counts the sockets of the last refresh that have an inode but no visible owner.
    """

    def __init__(self, proc: str | Path = "/proc", clock: Callable[[], float] = time.monotonic) -> None:
        """``proc`` is where procfs is mounted; ``clock`` gives seconds."""
        self._proc = os.fspath(proc)
        self._clock = clock
        self._places: dict[int, tuple[int, str]] = {}
        self._missed: dict[int, float] = {}
        self._programs: dict[int, str] = {}
        self._changed: set[int] = set()
        self._renamed: set[int] = set()
        self.hidden = 0
        self.unreadable = 0

    @property
    def reason(self) -> str:
        """Why owners are hidden, as a sentence; empty where none is."""
        if not self.hidden:
            return ""
        if self.unreadable:
            return Sentence(ONE_UNREADABLE if self.unreadable == 1 else UNREADABLE, count=self.unreadable)
        return Sentence(NO_HOLDER)

    def refresh(self, inodes: Iterable[int]) -> None:
        """Learn the owners of these sockets; 0 is passed over. Walks /proc only where one is unknown."""
        wanted = set(inodes)
        wanted.discard(0)
        self._changed = set()
        before, self._programs = self._programs, {}
        if not self._places.keys() <= wanted:
            self._places = {inode: place for inode, place in self._places.items() if inode in wanted}
        self._verify()
        now = self._clock()
        self._missed = {i: t for i, t in self._missed.items() if i in wanted and now - t < RETRY_SECONDS}
        if wanted - self._places.keys() - self._missed.keys():
            self._walk(wanted)
            self._missed = dict.fromkeys(wanted - self._places.keys(), now)
        self.hidden = len(self._missed)
        self._renamed = {pid for pid, name in before.items() if self._program(pid) != name}

    def of(self, inode: int) -> Owner | None:
        """The owner of a socket as the last refresh saw it."""
        place = self._places.get(inode)
        return Owner(place[0], self._program(place[0])) if place else None

    def name(self, sockets: Iterable[LocalSocket]) -> list[LocalSocket]:
        """Refresh for these sockets and give them back with ``pid`` and ``program`` filled in."""
        rows = list(sockets)
        self.refresh([row.inode for row in rows])
        changed, renamed, owned = self._changed, self._renamed, self._owned
        # By their places in the tuple: inode and pid, of 50,000 rows of which few need anything.
        return [
            row
            if not row[10] or (row[14] is not None and row[10] not in changed and row[14] not in renamed)
            else owned(row)
            for row in rows
        ]

    def _owned(self, row: LocalSocket) -> LocalSocket:
        place = self._places.get(row.inode)
        if place is None:
            return row if row.pid is None else row.owned_by(None, None)
        return row.owned_by(place[0], self._program(place[0]))

    def _verify(self) -> None:
        """Drop owners whose process is gone, and check the oldest entries link by link."""
        alive = set(self._pids())
        if not {place[0] for place in self._places.values()} <= alive:
            self._changed |= {inode for inode, place in self._places.items() if place[0] not in alive}
            self._places = {inode: place for inode, place in self._places.items() if place[0] in alive}
        for inode in list(self._places)[:VERIFIED_A_REFRESH]:
            pid, descriptor = self._places.pop(inode)
            try:
                held = os.readlink(f"{self._proc}/{pid}/fd/{descriptor}")  # noqa: PTH115
            except OSError:
                held = ""
            if held == f"socket:[{inode}]":
                self._places[inode] = (pid, descriptor)
            else:
                self._changed.add(inode)

    def _walk(self, wanted: set[int]) -> None:
        """Look through the descriptors of every process for sockets that have no known owner."""
        self.unreadable = 0
        missing = wanted - self._places.keys()
        for pid in self._pids():
            try:
                directory = os.open(f"{self._proc}/{pid}/fd", os.O_RDONLY | os.O_DIRECTORY)
            except PermissionError:
                self.unreadable += 1
                continue
            except OSError:
                continue
            try:
                self._walk_descriptors(pid, directory, missing)
            except PermissionError:
                self.unreadable += 1
            except OSError:
                continue
            finally:
                os.close(directory)

    def _walk_descriptors(self, pid: int, directory: int, missing: set[int]) -> None:
        for descriptor in os.listdir(directory):
            try:
                held = os.readlink(descriptor, dir_fd=directory)
            except FileNotFoundError:
                continue
            if held.startswith("socket:[") and (inode := int(held[8:-1])) in missing:
                missing.discard(inode)
                self._places[inode] = (pid, descriptor)

    def _pids(self) -> list[int]:
        with os.scandir(self._proc) as entries:
            return sorted(int(entry.name) for entry in entries if entry.name.isdigit())

    def _program(self, pid: int) -> str:
        name = self._programs.get(pid)
        if name is None:
            try:
                raw = Path(f"{self._proc}/{pid}/comm").read_bytes().removesuffix(b"\n")
            except OSError:
                raw = b""
            name = self._programs[pid] = printable(raw)
        return name


def printable(raw: bytes) -> str:
    r"""Text that is safe in a terminal: control characters in a process's name are written as ``\x1b``."""
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
