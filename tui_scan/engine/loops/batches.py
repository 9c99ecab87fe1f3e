"""The connect scan by io_uring: cells go to lanes in batches, the lanes' reports into the ledger."""

import errno
import os
import socket
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

import numpy as np
import numpy.typing as npt

from tui_scan.engine.control import TURN
from tui_scan.engine.loops.sockets import Cells, SocketLoop, SocketTechnique
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport.attempts import LOCAL_SHORTAGE, Probe
from tui_scan.engine.transport.uring_connect import Batch
from tui_scan.engine.transport.uring_lane import Lane, Report, Told
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

MOST_LANES = 2
PORTION = 512
"""Connects that are given to a lane together."""
WORTH_A_LANE = 2048
"""Cells for which another lane takes less time than its start."""
_PASSING = LOCAL_SHORTAGE | {errno.ENOTCONN, errno.ECONNABORTED, errno.EALREADY}
MANY = 2048
"""Ends that are entered together where they come quickly."""
_PATIENCE = 0.01
"""Seconds that a report may wait to be entered, and that the loop waits for one."""
_LINGER = 0.05
"""Seconds without new probes after a shortage."""


class BatchLoop(SocketLoop):
    """Runs the connect scan where the kernel has io_uring; no zones, for a socket keeps the link of its first."""

    def __init__(self, scan: Scan, technique: SocketTechnique, key: int, checkpoint: Callable[[], bool]) -> None:
        super().__init__(scan, technique, key, checkpoint)
        self._reports: SimpleQueue[Report] = SimpleQueue()
        self._lanes: list[Lane] = []
        self._names = _names(scan)
        self._waiting: Cells = np.empty(0, np.int64)
        self._again: list[int] = []
        self._told: list[Told] = []
        self._heard = 0
        self._resumed = self._short_until = self._entered_at = 0.0

    def _fly(self, cells: Cells) -> None:
        self._open(len(cells))
        self._waiting = cells
        outages = self._results.outages
        while len(self._waiting) or self._again or self._flying or outages.holding:
            now = self._turn()
            self._again.extend(outages.release(now).tolist())
            if self._scan.settling:
                self._waiting, self._again = self._waiting[:0], []
            self._expire(now)
            self._hand_out(now)
            self._scan.tally.remaining = len(self._waiting) + len(self._again)
            self._scan.tally.timeout = self._rtt.timeout
            self._take()

    def _finish(self, columns: Cells, hosts: Cells) -> None:
        """A connect scan is over with its rounds."""

    def _close(self) -> None:
        for lane in self._lanes:
            lane.close()

    def _turn(self) -> float:
        """Obey pause and stop; the time now. No deadline that ran out during a pause counts."""
        self._results.give_up_overdue()
        if self._checkpoint():
            self._resumed = time.monotonic()
        return time.monotonic()

    def _open(self, cells: int) -> None:
        """Start the lanes: no more than the work, the window and the processors are good for, and one for -r, since
        two keep no order."""
        if self._lanes:
            return
        most = min(self._most, cells * self._scan.hosts.count)
        lanes = MOST_LANES if self._scan.request.randomize else 1
        wanted = min(lanes, len(os.sched_getaffinity(0)), 1 + cells // WORTH_A_LANE, most)
        for number in range(wanted):
            share = most // wanted + (number < most % wanted)
            lane = Lane(number, self._scan.hosts.family, self._form, share, self._reports)
            self._lanes.append(lane)
        self._most = min(self._most, sum(lane.count for lane in self._lanes))

    @property
    def _flying(self) -> int:
        return sum(lane.flying for lane in self._lanes)

    def _expire(self, now: float) -> None:
        if now >= self._resumed + self._rtt.timeout:
            for lane in self._lanes:
                lane.clock = now

    def _hand_out(self, now: float) -> None:
        """Give the lanes what the window and the rate allow, in batches of some size."""
        if self._again and not len(self._waiting):
            self._waiting, self._again = np.array(self._again, np.int64), []
        if now < self._short_until:
            return
        while len(self._waiting):
            flying = self._flying
            room = int(self._window) - flying
            lane = max(self._lanes, key=lambda lane: lane.room)
            count = min(room, lane.room, PORTION, len(self._waiting))
            if count <= 0 or (count < min(PORTION, len(self._waiting), self._window / 8) and flying):
                return
            count = self._allowed(count, now)
            if not count:
                return
            cells, self._waiting = self._waiting[:count], self._waiting[count:]
            hosts = cells // self._scan.ledger.columns
            away = self._results.outages.away[hosts]
            self._results.outages.hold(cells[away])
            cells = cells[~self._results.dead[hosts] & ~away]
            if len(cells):
                lane.give(self._batch(cells, now))

    def _allowed(self, count: int, now: float) -> int:
        """How many of ``count`` probes the rate allows now; they are spent."""
        if self._tokens.rate is None:
            return count
        for number in range(count):
            if not self._tokens.room(now):
                return number
            self._tokens.spend()
        return count

    def _batch(self, cells: Cells, now: float) -> Batch:
        hosts, columns = np.divmod(cells, self._scan.ledger.columns)
        names = self._names[hosts]
        names[:, 2:4] = self._scan.columns.port[columns].astype(">u2").view(np.uint8).reshape(-1, 2)
        return Batch(cells, self._try, names, now + self._rtt.timeouts(hosts))

    def _take(self) -> None:
        """Wait for reports; enter them when they are many, or when no other is on its way."""
        patience = min(TURN, self._tokens.wait()) if len(self._waiting) and self._tokens.rate else _PATIENCE
        try:
            self._hear(self._reports.get(timeout=patience))
            while True:
                self._hear(self._reports.get_nowait())
        except Empty:
            pass
        now = time.monotonic()
        if self._heard >= MANY or now > self._entered_at + _PATIENCE or not self._flying:
            self._entered_at = now
            self._enter()

    def _hear(self, report: Report) -> None:
        """Take note of a report, so that the lane can be given more at once."""
        if isinstance(report, BaseException):
            raise report
        ended = report.ended
        count = len(ended.refused) + len(ended.silent) + len(ended.others)
        self._lanes[report.lane].flying -= count
        self._heard += count
        self._told.append(report)
        self._window = min(self._most, self._window + 2 * len(ended.refused) + len(ended.silent))

    def _enter(self) -> None:
        """Enter what was heard into the ledger and the log."""
        if not self._told:
            return
        told, self._told, self._heard = self._told, [], 0
        begun = np.concatenate([report.cells for report in told])
        if len(begun):
            self._last_begun = time.monotonic()
            self._results.sent(begun, np.concatenate([report.times_ns for report in told]))
        self._enter_refused(np.concatenate([report.ended.refused for report in told]))
        self._calls.log.append(np.concatenate([report.ended.silent for report in told]))
        self._enter_others([probe for report in told for probe in report.ended.others])

    def _enter_refused(self, rows: npt.NDArray[np.void]) -> None:
        count = len(rows)
        if not count:
            return
        self._calls.log.append(rows)
        self._results.answered(
            rows["cell"].astype(np.int64),
            rows["try"],
            np.full(count, PortState.CLOSED, np.uint8),
            np.full(count, Reason.CONN_REFUSED, np.uint8),
            rows["end_ns"],
        )
        self._short_since = None
        self._last_answer = time.monotonic()

    def _enter_others(self, probes: list[Probe]) -> None:
        short = [probe for probe in probes if probe.errno in _PASSING and probe.queued is None]
        if short:
            self._results.unsent(np.array([probe.cell for probe in short], np.int64))
            self._short(short[0].errno, self._flying)
            self._short_until = time.monotonic() + _LINGER
        repeated = [probe for probe in probes if probe.self_connect]
        self._again.extend(probe.cell for probe in (*short, *repeated))
        passed = {id(probe) for probe in (*short, *repeated)}
        told = [probe for probe in probes if id(probe) not in passed and self._tells(probe)]
        self._judge(told)
        if told:
            self._short_since = None
            self._window = min(self._most, self._window + 2 * len(told))
            self._last_answer = time.monotonic()


def _names(scan: Scan) -> npt.NDArray[np.uint8]:
    """Socket addresses of the hosts without their ports, shape (hosts, 28): sockaddr_in or sockaddr_in6."""
    four = scan.hosts.family == 4
    names = np.zeros((scan.hosts.count, 28), np.uint8)
    names[:, :2].view(np.uint16)[:] = socket.AF_INET if four else socket.AF_INET6
    at = 4 if four else 8
    names[:, at : at + scan.hosts.width] = scan.hosts.wire
    return names
