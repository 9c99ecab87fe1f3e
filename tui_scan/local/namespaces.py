"""The network namespaces of this host, and reading inside one of them.

A namespace is known by the processes that live in it (``/proc/PID/ns/net``) and by the names that ``ip netns`` gave
(``/run/netns``). man pages namespaces(7), setns(2).
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tui_scan.local.cgroups import Cgroups, unit
from tui_scan.local.owners import printable
from tui_scan.model.errors import LocalError, UsageError

OWN = Path("/proc/thread-self/ns/net")
NAMES = Path("/run/netns")

_NEW_NETWORK = 0x40000000

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Namespace:
    """One network namespace. ``number`` is its inode, as ``lsns`` shows it, ``names`` those of ``ip netns``.

    ``pid`` is the lowest of its ``processes`` that may be read, None where none lives there; ``program`` is that one's
    name and ``unit`` its container or unit. ``own`` is the calling thread's.
    """

    number: int
    names: tuple[str, ...] = ()
    pid: int | None = None
    program: str = ""
    processes: int = 0
    unit: str = ""
    own: bool = False

    @property
    def path(self) -> Path:
        """The file that stands for the namespace."""
        return NAMES / self.names[0] if self.pid is None and self.names else Path(f"/proc/{self.pid}/ns/net")

    @property
    def title(self) -> str:
        """What a person calls it: its name, its container, or the first program in it."""
        if self.own:
            return "this one"
        return self.names[0] if self.names else self.unit or f"{self.pid}/{self.program}"


def namespaces(proc: Path = Path("/proc"), names: Path = NAMES) -> list[Namespace]:
    """All namespaces that can be seen: the calling thread's first, empty ones last, those with a name before others.

    Those whose processes may not be read (another user's) stay unseen.
    """
    here = OWN.stat()
    own, named = here.st_ino, _named(names, here.st_dev)
    lived: dict[int, list[int]] = {}
    for pid in sorted(int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()):
        try:
            lived.setdefault((proc / str(pid) / "ns/net").stat().st_ino, []).append(pid)
        except OSError:
            continue
    groups = Cgroups(proc=proc)
    found = [
        _described(number, tuple(named.get(number, ())), lived.get(number, []), number == own, proc, groups)
        for number in {own, *named, *lived}
    ]
    return sorted(found, key=lambda one: (not one.own, not one.processes, not one.names, one.names, one.pid or 0))


def _named(names: Path, device: int) -> dict[int, list[str]]:
    """Names of namespaces by their numbers. ``device`` is that of namespaces: another's files are mere leftovers."""
    found: dict[int, list[str]] = {}
    for entry in sorted(names.iterdir()) if names.is_dir() else ():
        try:
            told = entry.stat()
        except OSError:
            continue
        if told.st_dev == device:
            found.setdefault(told.st_ino, []).append(entry.name)
    return found


def _described(
    number: int, names: tuple[str, ...], pids: list[int], own: bool, proc: Path, groups: Cgroups
) -> Namespace:
    if not pids:
        return Namespace(number, names, own=own)
    try:
        program = printable((proc / str(pids[0]) / "comm").read_bytes().removesuffix(b"\n"))
    except OSError:
        program = ""
    return Namespace(number, names, pids[0], program, len(pids), unit(groups.of_process(pids[0])), own)


def find(word: str) -> Namespace:
    """The namespace of a process id, or one by its name or number. Raises UsageError where there is none."""
    found = namespaces()
    for one in found:
        if word in one.names or word == str(one.number):
            return one
    if word.isdigit():
        try:
            number = Path(f"/proc/{int(word)}/ns/net").stat().st_ino
        except PermissionError as error:
            raise UsageError(
                "The namespace of process {word} may not be looked up: it is another user's.", word=word
            ) from error
        except OSError as error:
            raise UsageError(
                "There is no process {word}. “tui-scan local --namespaces” lists namespaces.", word=word
            ) from error
        return next((one for one in found if one.number == number), Namespace(number, pid=int(word)))
    raise UsageError(
        "There is no network namespace “{word}”. Give a name of “ip netns”, a process id, or a number; "
        "“tui-scan local --namespaces” lists them.",
        word=word,
    )


def inside(namespace: Namespace, read: Callable[[], Read]) -> Read:
    """Call ``read`` in a thread that lives in the namespace; what it raises is raised here.

    Raises LocalError where the namespace is gone, PermissionError where this process may not enter it (that takes
    CAP_SYS_ADMIN).
    """
    if namespace.own:
        return read()
    told: list[Read] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            _enter(namespace.path)
            told.append(read())
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=work, name="namespace")
    worker.start()
    worker.join()
    if failed:
        raise failed[0]
    return told[0]


def _enter(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise LocalError("The network namespace of {path} is gone.", path=path) from error
    import ctypes  # Its loading would take a part of every start, and few ask for another namespace.

    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(descriptor, _NEW_NETWORK):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
    finally:
        os.close(descriptor)
