"""The listeners of this host's other network namespaces: containers, and whatever else lives apart."""

import os
from pathlib import Path

from tui_scan.local.owners import Owners
from tui_scan.local.proc_net import read_proc_net
from tui_scan.local.records import LocalSocket


def elsewhere(proc: str | Path = "/proc") -> list[LocalSocket]:
    """The sockets that listen in namespaces other than the calling thread's, owners included where they may be read.

    A namespace is found by the processes that live in it; whose processes may not be read stays unseen. ``note`` of
    each socket names its namespace, as ``lsns`` does, and a process in it.
    """
    home = Path("/proc/thread-self/ns/net").stat().st_ino
    found: list[LocalSocket] = []
    for number, pid in sorted(namespaces(proc).items()):
        if number == home:
            continue
        try:
            sockets = read_proc_net(Path(proc) / str(pid) / "net")
        except OSError:
            continue
        note = f"network namespace {number}, process {pid}"
        found += [one._replace(note=note) for one in sockets if one.listening]
    return Owners(proc).name(found) if found else []


def namespaces(proc: str | Path = "/proc") -> dict[int, int]:
    """Network namespaces by their number, each with the lowest pid of a process in it that may be read."""
    found: dict[int, int] = {}
    with os.scandir(proc) as entries:
        pids = sorted(int(entry.name) for entry in entries if entry.name.isdigit())
    for pid in pids:
        try:
            found.setdefault(Path(f"{proc}/{pid}/ns/net").stat().st_ino, pid)
        except OSError:
            continue
    return found
