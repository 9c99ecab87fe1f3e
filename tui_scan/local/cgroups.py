"""Control groups: the path behind an id, and the systemd unit or container that a path names.

A cgroup's id is the inode of its directory in the cgroup2 file system, which may be mounted beside the older ones.
"""

import os
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

_CONTAINER = re.compile(
    r"(?:^|/)(?:(docker|cri-containerd|crio|libpod|containerd)[-/])?(?:conmon-)?([0-9a-f]{64})(?:\.scope)?(?:/|$)"
)
_LXC = re.compile(r"(?:^|/)(?:lxc\.payload\.|lxc/)([^/]+)")
_MACHINE = re.compile(r"(?:^|/)machine-([^/]+)\.scope|(?:^|/)systemd-nspawn@([^/]+)\.service")
_UNIT = re.compile(r"([^/]+\.(?:service|scope|socket|mount|swap|slice))(?=/|$)")


class Cgroups:
    """Paths of control groups by their ids, from the mounted cgroup2 tree, and by processes."""

    def __init__(self, mounts: str | Path = "/proc/self/mounts", proc: str | Path = "/proc") -> None:
        """``mounts`` lists what is mounted, ``proc`` is where procfs is."""
        self._mounts, self._proc = Path(mounts), Path(proc)
        self._paths: dict[int, str] = {}
        self._unknown: set[int] = set()

    def path(self, number: int) -> str | None:
        """The path of a control group, ``/`` for the root; None where it is gone or the tree cannot be read."""
        if number not in self._paths and number not in self._unknown:
            self._walk()
            if number not in self._paths:
                self._unknown.add(number)
        return self._paths.get(number)

    def of_process(self, pid: int) -> str | None:
        """The path of a process's control group: the first that names a unit or container, else cgroup2's."""
        try:
            lines = (self._proc / str(pid) / "cgroup").read_text("utf-8", "replace").splitlines()
        except OSError:
            return None
        paths = {line.split(":", 2)[1]: line.split(":", 2)[2] for line in lines if line.count(":") >= 2}
        named = next((path for path in paths.values() if unit(path)), None)
        return named or paths.get("", "/" if paths else None)

    def _walk(self) -> None:
        root = self._root()
        if root is None:
            return
        for directory, below, _ in os.walk(root):
            below.sort()
            try:
                number = os.stat(directory).st_ino  # noqa: PTH116
            except OSError:
                continue
            self._paths[number] = directory.removeprefix(root) or "/"

    def _root(self) -> str | None:
        try:
            lines = self._mounts.read_text("utf-8", "replace").splitlines()
        except OSError:
            return None
        fields = (line.split() for line in lines)
        return next((one[1] for one in fields if len(one) > 2 and one[2] == "cgroup2"), None)


@lru_cache(maxsize=4096)
def unit(path: str | None) -> str:
    """The container or systemd unit that a path names: ``docker 3f2a9c01b2d4``, ``sshd.service``; empty for neither."""
    if not path:
        return ""
    for pattern, words in _PATTERNS:
        found = pattern.search(path)
        if found:
            return words(found)
    units = [one for one in _UNIT.findall(path) if not one.endswith(".slice")]
    return units[-1] if units else ""


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_CONTAINER, lambda found: f"{found[1] or 'container'} {found[2][:12]}"),
    (_LXC, lambda found: f"lxc {found[1]}"),
    (_MACHINE, lambda found: f"machine {found[1] or found[2]}"),
)
