"""Batches of probes whose answers are waited for: how each fared when it had its time, and when it is over."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tui_scan.engine.ledger import Ledger
from tui_scan.engine.rtt import RttEstimator
from tui_scan.model.states import PortState

Cells = npt.NDArray[np.int64]
LEAST_GRACE = 0.002
"""Seconds after which a batch is judged at the earliest, for the answers' way through this machine."""


@dataclass(slots=True, eq=False, repr=False)
class Flight:
    """A batch on its way: its cells without a verdict, of ``size`` at first; when the last of them left; and whether
    the pacer has had its share.

    ``queued`` counts the parts of it that the sender still holds; until they are gone its time has not begun.
    """

    cells: Cells
    size: int
    left: float = 0.0
    queued: int = 0
    judged: bool = False

    def take_back(self, cells: Cells) -> None:
        """These cells have not left."""
        self.cells = self.cells[~np.isin(self.cells, cells)]
        self.size -= len(cells)


class Flights:
    """The batches in flight; sans I/O, times are monotonic seconds. Their number is ``len``."""

    def __init__(self, ledger: Ledger, rtt: RttEstimator) -> None:
        self._ledger, self._rtt = ledger, rtt
        self._flying: deque[Flight] = deque()

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def latest_size(self) -> int:
        """How many probes the youngest batch had; 0 where none is in flight."""
        return self._flying[-1].size if self._flying else 0

    @property
    def over_at(self) -> float:
        """When the oldest batch has been waited for long enough; there must be one."""
        return self._flying[0].left + self._patience(self._flying[0])

    def begin(self, cells: Cells) -> Flight:
        """A batch that is about to leave."""
        flight = Flight(cells, len(cells))
        self._flying.append(flight)
        return flight

    def unanswered(self) -> int:
        """How many probes may still be answered in time."""
        return sum(int(np.count_nonzero(self._silent(flight.cells))) for flight in self._flying)

    def wait_anew(self, now: float) -> None:
        """What was in flight during a pause has all its time again."""
        for flight in self._flying:
            flight.left = now

    def review(self, now: float, judge: Callable[[int, int, float], None]) -> Cells:
        """Have each batch judged once, as (sent, answered, now), that had its time; forget those that are over.

        Returns the cells that were answered since the last call.
        """
        answered = [np.empty(0, np.int64)]
        for flight in self._flying:
            if flight.queued:
                continue
            silent = self._silent(flight.cells)
            answered.append(flight.cells[~silent])
            flight.cells = flight.cells[silent]
            if not flight.judged and (not len(flight.cells) or now - flight.left >= self._grace()):
                judge(flight.size, flight.size - len(flight.cells), now)
                flight.judged = True
        self._flying = deque(flight for flight in self._flying if not self._is_over(flight, now))
        return np.concatenate(answered)

    def _silent(self, cells: Cells) -> npt.NDArray[np.bool_]:
        silent: npt.NDArray[np.bool_] = self._ledger.state[cells] == PortState.UNTRIED
        return silent

    def _grace(self) -> float:
        """Seconds after which a batch is judged: twice the longest round trip known, for the answers' way back."""
        longest = float(self._rtt.srtt.max())
        return max(LEAST_GRACE, 2 * longest / 1e6) if longest else self._rtt.timeout

    def _is_over(self, flight: Flight, now: float) -> bool:
        """Whether a batch has no probe left whose answer may still come in time."""
        if flight.queued or not flight.judged:
            return False
        return not len(flight.cells) or now - flight.left >= self._patience(flight)

    def _patience(self, flight: Flight) -> float:
        """The longest time-out among the hosts that a batch still waits for."""
        hosts = flight.cells // self._ledger.columns
        return float(self._rtt.timeouts(hosts).max()) if len(hosts) else 0.0
