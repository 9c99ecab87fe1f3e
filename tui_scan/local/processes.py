"""Command lines and control groups of the processes that hold sockets, each read once."""

from collections.abc import Mapping
from pathlib import Path

from tui_scan.local.cgroups import Cgroups
from tui_scan.local.details import command_line


class Processes:
    """What is known of processes; ``learn`` reads, all else only looks up, so that it may be asked while drawing."""

    def __init__(self, proc: str | Path = "/proc") -> None:
        self._proc = proc
        self._groups = Cgroups(proc=proc)
        self._programs: dict[int, str] = {}
        self._commands: dict[int, str] = {}
        self._paths: dict[int, str] = {}

    def learn(self, programs: Mapping[int, str]) -> None:
        """Read what is new of these processes, given with the names of their programs; forget all others.

        A process that took another name is read again.
        """
        for pid, program in programs.items():
            if self._programs.get(pid) != program:
                self._commands[pid] = command_line(pid, self._proc) or ""
                self._paths[pid] = self._groups.of_process(pid) or ""
        for pid in self._programs.keys() - programs.keys():
            self._commands.pop(pid, None)
            self._paths.pop(pid, None)
        self._programs = dict(programs)

    def command(self, pid: int | None) -> str:
        """A process's command line, empty where unknown."""
        return self._commands.get(pid, "") if pid is not None else ""

    def group(self, pid: int | None) -> str:
        """The path of a process's control group, empty where unknown."""
        return self._paths.get(pid, "") if pid is not None else ""
