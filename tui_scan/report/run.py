"""One run of the program as every report tells it: what was asked, when, how it ended."""

import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tui_scan import __version__
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.discovery import Aim
from tui_scan.model.states import HostState


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A scan with what reports say around it.

    ``command`` is the command line as typed; ``phase`` how the worker ended, ``error`` its sentence where
    it failed. ``reasons`` asks for the REASON column, ``open_only`` for ports that are or may be open,
    ``verbosity`` counts ``-v``, ``debugging`` ``-d``.
    """

    scan: Scan
    command: str
    phase: Phase
    error: str = ""
    reasons: bool = False
    open_only: bool = False
    verbosity: int = 0
    debugging: int = 0
    version: str = __version__

    @cached_property
    def noun(self) -> str:
        """What the numbers of this scan are called: ``port``, or ``protocol`` where IP protocols were scanned."""
        return self.scan.plan.noun

    @property
    def started(self) -> float:
        """When the scan began, seconds since 1970."""
        return self.scan.started_ns / 1e9

    @cached_property
    def finished(self) -> float:
        """When the scan ended, or now where it has not."""
        return (self.scan.finished_ns or time.time_ns()) / 1e9

    @property
    def elapsed(self) -> float:
        """The whole time of the scan in seconds, pauses too."""
        return max(0.0, self.finished - self.started) if self.scan.started_ns else 0.0

    @cached_property
    def hosts(self) -> tuple[int, int, int]:
        """How many hosts are up, how many are down, and how many there are.

        With ``-Pn`` those that nothing said to be down count as up, in a list of targets as down, as nmap counts them.
        """
        state, total, request = self.scan.hosts.state, self.scan.hosts.count, self.scan.request
        down = int(np.count_nonzero(state == HostState.DOWN))
        if request.aim is Aim.LIST:
            return 0, total, total
        if request.discovery.skip:
            return total - down, down, total
        return int(np.count_nonzero(state == HostState.UP)), down, total

    @cached_property
    def trouble(self) -> str:
        """Why the results are not whole, as a sentence; empty where the scan came to its end."""
        if self.phase is Phase.FINISHED:
            return ""
        progress = self.scan.progress()
        return Sentence(
            "{why} {settled:,} of {cells:,} {noun} have a verdict.",
            why=self.error or Sentence("The scan was stopped before its end."),
            settled=progress.settled,
            cells=progress.cells,
            noun=Sentence(f"{self.noun}s"),
        )

    @property
    def summary(self) -> str:
        """The closing sentence: ``1 IP address (1 host up) scanned in 0.05 seconds``."""
        up, _, total = self.hosts
        addresses = f"{total} IP address{'' if total == 1 else 'es'}"
        return f"{addresses} ({up} host{'' if up == 1 else 's'} up) scanned in {self.elapsed:.2f} seconds"


def clock_text(seconds: float) -> str:
    """A local time as nmap writes it: ``Sun Nov 22 04:07:45 2026``, in English whatever the locale is."""
    now = time.localtime(seconds)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[now.tm_wday]
    month = "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * now.tm_mon - 3 : 3 * now.tm_mon]
    return f"{day} {month} {now.tm_mday:2} {now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02} {now.tm_year}"
