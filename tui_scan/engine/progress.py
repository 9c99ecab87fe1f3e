"""How far a scan is: measured numbers for the interface and for the progress line."""

from enum import StrEnum
from typing import NamedTuple


class Phase(StrEnum):
    """What the worker does."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """No more verdicts will come."""
        return self in (Phase.STOPPED, Phase.FINISHED, Phase.FAILED)


class Progress(NamedTuple):
    """A snapshot of the scan's counters.

    ``rate`` is probes a second over the last moment, ``elapsed`` and ``eta`` are seconds (pauses not
    counted); ``eta`` is None while there is nothing to tell it from. ``settled`` of ``cells`` have a
    verdict. ``round`` counts the passes over what has not answered, from 1. ``note`` says what holds the
    scan up, such as a target's ICMP limit; ``limited`` says that it is a limit, which need not be waited for.
    """

    cells: int
    settled: int
    sent: int
    answers: int
    round: int
    rate: float
    elapsed: float
    eta: float | None
    note: str = ""
    limited: bool = False

    @property
    def fraction(self) -> float:
        """The settled part of the scan, 0.0 to 1.0."""
        return self.settled / self.cells if self.cells else 1.0
