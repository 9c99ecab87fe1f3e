"""What standard error tells while a scan runs: one rewritten line on a terminal, else a line now and then."""

import os
import time
from collections.abc import Callable, Iterable
from typing import TextIO

import numpy as np

from tui_scan.engine.progress import Progress
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence, number, translate
from tui_scan.model.states import PortState

QUIET_SECONDS = 10.0
"""How often a line is written where standard error is no terminal."""

_REWRITE = "\r\x1b[K"


class Narration:
    """Tells of a scan on ``out``. With ``verbose``, open ports too, as they are found.

    ``every`` are the seconds between two lines of progress that stay; without it there are some only where ``out`` is
    no terminal. ``trace`` gives lines that are told as they are.
    """

    def __init__(
        self,
        scan: Scan,
        out: TextIO,
        verbose: bool,
        every: float | None = None,
        trace: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        self._scan, self._out, self._verbose = scan, out, verbose
        self._trace, self._every = trace, every or QUIET_SECONDS
        self._terminal = out.isatty() and every is None
        self._next = time.monotonic() + (0.0 if self._terminal else self._every)
        self._open = np.zeros(scan.hosts.count, np.int64)
        self._told: set[int] = set()
        self._drawn = False

    def say(self, sentence: str) -> None:
        """Write a line that stays."""
        self._erase()
        print(f"tui-scan: {translate(sentence)}", file=self._out, flush=True)

    def turn(self, hint: str = "") -> None:
        """Tell what is new; called a few times a second. ``hint``: what to do about a limit that holds the scan up."""
        self._tell_new()
        if time.monotonic() < self._next:
            return
        line = progress_line(self._scan.progress(), self._found(), hint)
        if self._terminal:
            self._out.write(_REWRITE + line[: _width(self._out)])
            self._out.flush()
            self._drawn = True
        else:
            self._next = time.monotonic() + self._every
            self.say(line)

    def end(self) -> None:
        """Take the progress line away."""
        self._tell_new()
        self._erase()

    def _tell_new(self) -> None:
        if self._trace:
            lines = list(self._trace())
            if lines:
                self._erase()
                print("\n".join(lines), file=self._out, flush=True)
        if self._verbose:
            self._tell_open()

    def _erase(self) -> None:
        if self._drawn:
            self._out.write(_REWRITE)
            self._out.flush()
            self._drawn = False

    def _found(self) -> int:
        return int(self._scan.ledger.counts[:, PortState.OPEN].sum())

    def _tell_open(self) -> None:
        """Only the rows of hosts with a new open port are searched."""
        scan = self._scan
        now = scan.ledger.counts[:, PortState.OPEN].copy()
        for host in np.flatnonzero(now != self._open).tolist():
            states = scan.ledger.state[scan.ledger.row(host)]
            for column in np.flatnonzero(states == PortState.OPEN).tolist():
                cell = scan.ledger.cell(host, column)
                if cell not in self._told:
                    self._told.add(cell)
                    found = scan.verdict(host, column)
                    port = f"{found.port}/{found.protocol}"
                    self.say(Sentence("open {port} on {address}", port=port, address=found.address))
        self._open = now


def progress_line(progress: Progress, found: int, hint: str = "") -> str:
    """``42.0 %  12,345/s  3 open  0:12 left``; where a limit holds the scan up, ``hint`` and what is known of it."""
    percent = int(progress.fraction * 1000) / 10
    words = [f"{percent:.1f} %", f"{number(progress.rate, ',.0f')}/s", f"{number(found)} open"]
    if progress.eta is not None and progress.settled < progress.cells:
        words.append(translate("{time} left", time=duration(progress.eta)))
    if progress.limited and hint:
        words.append(translate(hint))
    if progress.note:
        words.append(translate(progress.note))
    return "  ".join(words)


def duration(seconds: float) -> str:
    """``0:12``, ``3:07``, ``1:00:00``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _width(out: TextIO) -> int:
    """The columns that a line may take; a terminal that tells none (0) is taken for one of 80."""
    try:
        columns = os.get_terminal_size(out.fileno()).columns
    except OSError:
        columns = 0
    return (columns or 80) - 1
