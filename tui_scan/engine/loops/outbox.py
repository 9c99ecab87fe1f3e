"""What goes out: probes built in batches, handed to the sending thread, and entered when they have left."""

import time
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tui_scan.engine.capture import Capture
from tui_scan.engine.loops.flights import Flight
from tui_scan.engine.loops.results import BARRING, Results
from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.transport.dispatch import PORTION, Dispatcher, Job
from tui_scan.engine.transport.lanes import Lanes

Cells = npt.NDArray[np.int64]


class Outbox:
    """Sends tries of cells by a technique; ``columns`` is the ledger's column count."""

    def __init__(
        self,
        columns: int,
        technique: FrameTechnique,
        lanes: Lanes,
        dispatcher: Dispatcher,
        results: Results,
        capture: Capture,
    ) -> None:
        self._columns, self._technique, self._lanes = columns, technique, lanes
        self._dispatcher, self._results, self._capture = dispatcher, results, capture

    @property
    def busy(self) -> bool:
        """Enough batches wait: hand in no more for now."""
        return self._dispatcher.busy

    @property
    def empty(self) -> bool:
        """Everything has left and is entered: the ledger's send times are exact."""
        return not self._dispatcher.waiting

    def transmit(self, cells: Cells, tries: int, flight: Flight | None = None) -> None:
        """Build one try of these cells and hand it to the sender, by lanes."""
        host = cells // self._columns
        lanes = self._lanes.lane[host]
        built = np.zeros(len(cells), np.uint8)
        for at, packets in self._technique.build(cells, tries):
            part = int(built[at[0]])
            built[at] += 1
            for lane in np.flatnonzero(np.bincount(lanes[at])):
                pick = lanes[at] == lane
                mine = cells[at[pick]]
                flight = flight or Flight(mine, len(mine))
                if not part:
                    self._results.submitted(mine, time.time_ns())
                whole = Job(self._lanes.sender(int(lane)), mine, tries, packets[pick], host[at[pick]], flight, part)
                self._hand_in(whole, flight)

    def ask(self, canaries: list[tuple[int, int]]) -> None:
        """Send canaries, given as (cell, number): they are counted and captured, the ledger does not hold them."""
        for number in {number for _, number in canaries}:
            cells = np.array([cell for cell, other in canaries if other == number], np.int64)
            host = cells // self._columns
            parts = np.zeros(len(cells), np.int64)
            for at, packets in self._technique.build(cells, number):
                for row in range(len(at)):
                    one = slice(row, row + 1)
                    sender = self._lanes.sender(int(self._lanes.lane[host[at[row]]]))
                    part = int(parts[at[row]])
                    self._dispatcher.submit(
                        Job(sender, cells[at[one]], number, packets[one], host[at[one]], None, part)
                    )
                parts[at] += 1
            self._results.counted(len(cells))

    def _hand_in(self, whole: Job, flight: Flight) -> None:
        """Cut a batch into jobs that the threads share."""
        for first in range(0, len(whole.cells), PORTION):
            rows = slice(first, first + PORTION)
            cells, packets, hosts = whole.cells[rows], whole.packets[rows], whole.hosts[rows]
            flight.queued += 1
            self._dispatcher.submit(replace(whole, cells=cells, packets=packets, hosts=hosts))

    def note_sent(self, wait: bool = False) -> None:
        """Enter the times at which batches left, and what this machine would not send."""
        for job in self._dispatcher.finished(wait):
            if isinstance(job.flight, Flight):
                job.flight.queued -= 1
                job.flight.left = time.monotonic()
            if job.sent is None:
                continue
            left = job.sent.times_ns > 0
            times = job.sent.times_ns[left]
            self._capture.note_sent(job.cells[left], job.tries, times, job.part)
            if job.part or job.flight is None:
                continue
            self._results.left(job.cells[left], times)
            if job.sent.faults:
                self._take_back(job, job.sent.faults)

    def _take_back(self, job: Job, faults: list[tuple[int, int]]) -> None:
        """Probes that could not leave were not tried; those that may leave later wait."""
        rows = np.array([row for row, _ in faults])
        cells, hosts = job.cells[rows], job.hosts[rows]
        self._results.unsent(cells)
        codes = np.array([code for _, code in faults])
        for host, code in set(zip(hosts.tolist(), codes.tolist(), strict=True)):
            if code in BARRING:
                self._results.bar(cells[(hosts == host) & (codes == code)], host, code)
        passing = {host: code for host, code in zip(hosts.tolist(), codes.tolist(), strict=True) if code not in BARRING}
        again = [host for host, code in passing.items() if self._results.fault(host, OSError(code, "send"))]
        waiting = cells[np.isin(hosts, again)]
        self._results.outages.hold(waiting)
        if isinstance(job.flight, Flight):
            job.flight.take_back(waiting)
