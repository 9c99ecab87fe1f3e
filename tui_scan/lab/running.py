"""A lab in processes of its own, for callers that have threads: commands are run in its scanner namespace."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_scan.lab.description import DEFAULT, load
from tui_scan.lab.topology import Topology
from tui_scan.model.errors import LocalError


@dataclass(frozen=True, slots=True)
class RunningLab:
    """A lab that runs: ``pid`` is the process in the scanner namespace, ``hosts`` are the others by name."""

    topology: Topology
    pid: int
    hosts: dict[str, int]

    def command(self, command: Sequence[str], host: str | None = None) -> list[str]:
        """The command line that runs ``command`` in the scanner's namespace, or in that of a host."""
        pid = self.pid if host is None else self.hosts[host]
        return [sys.executable, "-m", "tui_scan.lab.join", str(pid), *command]

    def run(self, command: Sequence[str], host: str | None = None, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command there, its output captured as text; ``options`` are those of subprocess.run."""
        given = {"capture_output": True, "text": True, "check": False, "timeout": 120, **options}
        return subprocess.run(self.command(command, host), **given)


@contextmanager
def running(topology: Path = DEFAULT) -> Iterator[RunningLab]:
    """A lab of the topology in a TOML file, ended on leaving the context.

    Raises UsageError for a wrong file and LocalError where the lab cannot be made.
    """
    loaded = load(topology)
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_scan.lab.holder", str(topology)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        told = process.stdout.readline()
        if not told:
            raise LocalError("The lab's process ended before the lab was there.")
        said = json.loads(told)
        if "error" in said:
            raise LocalError(said["error"])
        yield RunningLab(loaded, said["pid"], said["hosts"])
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=20)
