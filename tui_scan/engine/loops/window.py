"""The scan by sockets: a window of probes in flight, rounds of retries, exact ICMP reasons by the error queue."""

import errno
import ipaddress
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CallLog
from tui_scan.engine.control import TURN
from tui_scan.engine.loops.drip import Drip
from tui_scan.engine.loops.results import Results
from tui_scan.engine.loops.rounds import LIMIT_NOTE, Round, Rounds
from tui_scan.engine.probes import TRIES
from tui_scan.engine.retries import Retries
from tui_scan.engine.routing import Destinations
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.rules import RuleTable
from tui_scan.engine.tokens import Tokens, rate_of
from tui_scan.engine.transport.attempts import LOCAL_SHORTAGE, Attempt, SocketProbes, descriptor_limit
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.model.errors import LocalError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

FIRST_WINDOW = 64
MOST_WINDOW = 1024
BURST = 128
"""Probes begun between two looks at the answers."""
SHORTAGE_PATIENCE = 10.0
"""Seconds to wait for descriptors, buffers or source ports that this machine is out of."""


class SocketTechnique(NamedTuple):
    """A technique by sockets: its probes, what their end means, and the calls that a person is shown.

    ``verdict`` takes the address family, the errno, the queued ICMP error and whether the target itself sent
    that; UNTRIED stands for an end that decides nothing. ``fast_tries`` bounds the rounds where a slow phase
    follows.
    """

    rules: RuleTable
    probes: Callable[[int, str | None], SocketProbes]
    verdict: Callable[[int, int, QueuedError | None, bool], tuple[PortState, Reason]]
    calls: tuple[str, str]
    fast_tries: int | None = None


class WindowLoop:
    """Runs one socket technique over all hosts of a scan; ``checkpoint`` obeys pause and stop."""

    def __init__(self, scan: Scan, technique: SocketTechnique, key: int, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._technique, self._key, self._checkpoint = scan, technique, key, checkpoint
        self._calls = CallLog(*technique.calls)
        scan.captures[technique.rules.technique] = self._calls
        timing = scan.request.timing
        self._rtt = RttEstimator(timing, scan.hosts.count)
        self._retries = Retries(scan.hosts.count, timing.max_retries)
        self._results = Results(scan, self._retries, self._rtt)
        self._most = min(descriptor_limit(), timing.max_parallelism or MOST_WINDOW)
        self._window = float(min(FIRST_WINDOW, self._most))
        self._destinations = Destinations(scan.hosts, scan.request.interface)
        self._probes = technique.probes(scan.hosts.family, scan.request.interface)
        self._queue: deque[int] = deque()
        self._expiry: deque[Attempt] = deque()
        self._begun: list[Attempt] = []
        self._ended: list[Attempt] = []
        self._answers: Counter[tuple[int, int]] = Counter()
        self._try = 0
        self._short_since: float | None = None
        self._tokens = Tokens(rate_of(timing, scan.hosts.count))
        self._last_begun = self._last_answer = 0.0

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for, LocalError where no host is left."""
        columns = self._scan.columns.of(self._technique.rules.technique)
        rounds = Rounds(self._scan, columns, self._retries, self._results, self._key)
        try:
            self._find_ways()
            self._rounds(rounds)
            if self._technique.fast_tries is not None:
                Drip(self._scan, self._rtt, self._send, self._collect, self._turn, self._heard).run(columns)
        finally:
            self._probes.close()
            self._destinations.close()
        silence = self._technique.rules.silence
        self._results.settle(rounds.untried(), silence.state, silence.reason)

    def _rounds(self, rounds: Rounds) -> None:
        planned: Round | None = rounds.first()
        tally, usual = self._scan.tally, self._tokens.rate
        while planned is not None:
            self._try = tally.round = planned.tries
            if planned.rate is not None:
                self._tokens.rate = min(planned.rate, usual or planned.rate)
                tally.note = LIMIT_NOTE.format(planned.rate)
            began = time.monotonic()
            for chunk in planned.chunks:
                self._queue.extend(chunk.tolist())
                self._round()
            seconds = max(self._last_begun, self._last_answer) - began
            planned = rounds.next(seconds, self._technique.fast_tries or TRIES)
        self._tokens.rate, tally.note = usual, ""

    def _find_ways(self) -> None:
        """Give up hosts without a route, and have the next hops of the others resolved."""
        for host in range(self._scan.hosts.count):
            try:
                self._destinations.route(host)
            except OSError as error:
                self._results.local_failure(host, error)
        self._results.resolve(self._destinations, self._turn)

    def _round(self) -> None:
        while self._queue or self._probes.flying:
            self._turn()
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
        """Out of descriptors, buffers or source ports: a smaller window, and the probe again later."""
        if error.errno not in LOCAL_SHORTAGE:
            self._results.local_failure(cell // self._scan.ledger.columns, error)
            return
        now = time.monotonic()
        self._short_since = self._short_since or now
        if now - self._short_since > SHORTAGE_PATIENCE:
            raise LocalError(
                f"This machine is out of what a connect needs ({error.strerror}) and does not recover. Close "
                "other programs, or raise 'ulimit -n', or use --max-parallelism with a smaller number."
            ) from error
        self._queue.append(cell)
        self._window = max(1.0, len(self._probes.flying) * 0.75)

    def _patience(self) -> float:
        """How long to wait for answers: not at all while more connects may begin."""
        if self._queue and len(self._probes.flying) < self._window and self._short_since is None:
            return min(TURN, self._tokens.wait())
        if not self._expiry:
            return TURN if self._short_since else 0.0
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
            told = [a for a in ended if self._tells(a)]
            self._window = min(self._most, self._window + 2 * len(told))
            self._judge(told)
            self._last_answer = time.monotonic() if told else self._last_answer

    def _judge(self, ended: list[Attempt]) -> None:
        if not ended:
            return
        count = len(ended)
        verdicts = [self._verdict(a) for a in ended]
        self._calls.note([(a.cell, a.tries, a.start_ns, a.end_ns, a.errno, a.detail) for a in ended])
        for attempt in ended:
            self._answers[(attempt.cell, attempt.tries)] += 1
            if attempt.queued and attempt.queued.icmp:
                self._note_sender(attempt.cell, attempt.queued.sender)
        self._results.answered(
            np.fromiter((a.cell for a in ended), np.int64, count),
            np.fromiter((a.tries for a in ended), np.uint8, count),
            np.fromiter((state for state, _ in verdicts), np.uint8, count),
            np.fromiter((reason for _, reason in verdicts), np.uint8, count),
            np.fromiter((a.end_ns for a in ended), np.int64, count),
        )

    def _verdict(self, attempt: Attempt) -> tuple[PortState, Reason]:
        sender = attempt.queued.sender if attempt.queued else ""
        own = self._is_target(attempt.cell, sender)
        return self._technique.verdict(self._scan.hosts.family, attempt.errno, attempt.queued, own)

    def _is_target(self, cell: int, sender: str) -> bool:
        return sender == self._destinations.of(cell // self._scan.ledger.columns, 0)[0]

    def _note_sender(self, cell: int, sender: str) -> None:
        if not self._is_target(cell, sender):
            self._scan.ledger.sender[cell] = sender

    def _tells(self, attempt: Attempt) -> bool:
        """Whether the attempt says something of the port; if not, the cell waits for another try."""
        host = attempt.cell // self._scan.ledger.columns
        if attempt.self_connect:
            self._queue.append(attempt.cell)
            return False
        if attempt.errno in (0, errno.ECONNREFUSED):
            return self._verdict(attempt)[0] != PortState.UNTRIED
        if attempt.errno == errno.ETIMEDOUT:
            return False
        queued = attempt.queued
        if queued is None or not queued.icmp:
            if attempt.errno == errno.EHOSTUNREACH and queued is not None:
                self._results.down(host)
            else:
                self._results.local_failure(host, OSError(attempt.errno, "connect"))
            return False
        if self._is_own(host, queued.sender):
            self._results.down(host)
            return False
        return self._verdict(attempt)[0] != PortState.UNTRIED

    def _is_own(self, host: int, sender: str) -> bool:
        """Whether the own kernel wrote the ICMP error: the host's link address did not resolve."""
        if not sender or self._destinations.is_local(host):
            return False
        return ipaddress.ip_address(sender).packed == self._destinations.source(host)
