"""The scan by sockets on one epoll: a window of probes in flight, exact ICMP reasons by the error queue."""

import time
from collections import Counter, deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.control import TURN
from tui_scan.engine.loops.drip import Drip
from tui_scan.engine.loops.sockets import SocketLoop, SocketTechnique
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport.attempts import LOCAL_SHORTAGE, Attempt

BURST = 128
"""Probes begun between two looks at the answers."""


class WindowLoop(SocketLoop):
    """Runs a technique with a socket a probe, whatever the kernel offers."""

    def __init__(self, scan: Scan, technique: SocketTechnique, key: int, checkpoint: Callable[[], bool]) -> None:
        super().__init__(scan, technique, key, checkpoint)
        self._probes = technique.probes(scan.hosts.family, self._form)
        self._queue: deque[int] = deque()
        self._expiry: deque[Attempt] = deque()
        self._begun: list[Attempt] = []
        self._ended: list[Attempt] = []
        self._answers: Counter[tuple[int, int]] = Counter()

    def _fly(self, cells: npt.NDArray[np.int64]) -> None:
        self._queue.extend(cells.tolist())
        self._round()

    def _finish(self, columns: npt.NDArray[np.int64], hosts: npt.NDArray[np.int64]) -> None:
        if self._technique.fast_tries is not None:
            send, heard = self._send, self._heard
            drip = Drip(self._scan, self._rtt, self._retries, self._results, send, self._collect, self._turn, heard)
            drip.run(columns, hosts)

    def _close(self) -> None:
        self._probes.close()

    def _round(self) -> None:
        outages = self._results.outages
        while self._queue or self._probes.flying or outages.holding:
            self._queue.extend(outages.release(self._turn()).tolist())
            if self._scan.settling:
                self._queue.clear()
            self._begin()
            self._scan.tally.remaining = len(self._queue)
            self._scan.tally.timeout = self._rtt.timeout
            self._ended.extend(self._probes.poll(self._patience()))
            self._expire()
            self._enter()

    def _turn(self) -> float:
        """Obey pause and stop; the time now. No deadline that ran out during a pause counts."""
        self._results.give_up_overdue()
        if self._checkpoint():
            fresh = time.monotonic() + self._rtt.timeout
            for attempt in self._expiry:
                attempt.deadline = fresh
        return time.monotonic()

    def _collect(self) -> int:
        """Take what has come, for the slow phase."""
        self._ended.extend(self._probes.poll(0))
        self._expire()
        self._enter()
        return 0

    def _send(self, cells: npt.NDArray[np.int64], tries: int) -> None:
        """Send one try of these cells now, for the slow phase."""
        for cell in cells.tolist():
            self._launch(cell, tries, time.monotonic() + self._rtt.timeout)
        self._enter()

    def _heard(self, cell: int, tries: int) -> int:
        """How many answers this try of a cell has brought."""
        return self._answers[(cell, tries)]

    def _begin(self) -> None:
        deadline = time.monotonic() + self._rtt.timeout
        for _ in range(BURST):
            if not self._queue or len(self._probes.flying) >= self._window:
                return
            if not self._tokens.room(time.monotonic()):
                return
            cell = self._queue.popleft()
            self._tokens.spend()
            if not self._launch(cell, self._try, deadline):
                return

    def _launch(self, cell: int, tries: int, deadline: float) -> bool:
        """Begin one probe; returns whether this machine could."""
        host, column = divmod(cell, self._scan.ledger.columns)
        if self._results.dead[host]:
            return True
        if self._results.outages.away[host]:
            self._results.outages.hold(np.array([cell]))
            return True
        target = self._destinations.of(host, int(self._scan.columns.port[column]))
        try:
            attempt = self._probes.begin(cell, tries, target, deadline)
        except OSError as error:
            self._shortage(cell, error)
            return False
        self._short_since = None
        self._begun.append(attempt)
        (self._ended if attempt.end_ns else self._expiry).append(attempt)
        return True

    def _shortage(self, cell: int, error: OSError) -> None:
        """A local fault: one that passes has the probe made again later."""
        code = error.errno or 0
        if code not in LOCAL_SHORTAGE:
            self._results.local_failure(cell // self._scan.ledger.columns, error)
            return
        self._short(code, len(self._probes.flying))
        self._queue.append(cell)

    def _patience(self) -> float:
        """How long to wait for answers: not at all while more connects may begin."""
        if self._queue and len(self._probes.flying) < self._window and self._short_since is None:
            return min(TURN, self._tokens.wait())
        if not self._expiry:
            return TURN if self._short_since or self._results.outages.holding else 0.0
        return min(TURN, max(0.0, self._expiry[0].deadline - time.monotonic()))

    def _expire(self) -> None:
        now = time.monotonic()
        while self._expiry and (self._expiry[0].end_ns or self._expiry[0].deadline <= now):
            attempt = self._expiry.popleft()
            if not attempt.end_ns:
                self._probes.abandon(attempt)
                self._window = min(self._most, self._window + 1)
                self._calls.note([(attempt.cell, attempt.tries, attempt.start_ns, 0, 0, "")])

    def _enter(self) -> None:
        """Enter what this turn began and ended into the ledger."""
        if self._begun:
            begun, self._begun = self._begun, []
            self._last_begun = time.monotonic()
            times = np.fromiter((a.start_ns for a in begun), np.int64, len(begun))
            self._results.sent(np.fromiter((a.cell for a in begun), np.int64, len(begun)), times)
        if self._ended:
            ended, self._ended = self._ended, []
            told = [attempt for attempt in ended if self._tells_or_repeats(attempt)]
            self._answers.update((attempt.cell, attempt.tries) for attempt in told)
            self._window = min(self._most, self._window + 2 * len(told))
            self._judge(list(told))
            self._last_answer = time.monotonic() if told else self._last_answer

    def _tells_or_repeats(self, attempt: Attempt) -> bool:
        if attempt.self_connect:
            self._queue.append(attempt.cell)
            return False
        return self._tells(attempt)
