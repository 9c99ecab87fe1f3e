"""The wire of a packet scan while it works: batches out by the pacer, the ring drained in between."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from tui_scan.engine.control import TURN
from tui_scan.engine.ledger import answered_for_itself
from tui_scan.engine.loops.flights import Flight, Flights
from tui_scan.engine.loops.flood_canaries import FloodCanaries
from tui_scan.engine.loops.intake import Intake
from tui_scan.engine.loops.outbox import Outbox
from tui_scan.engine.loops.results import Results
from tui_scan.engine.loops.rounds import Round
from tui_scan.engine.mixing import drawn
from tui_scan.engine.pacing import Pacer
from tui_scan.engine.retries import Retries
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport.dispatch import SMALL
from tui_scan.engine.transport.ring import Ring

Cells = npt.NDArray[np.int64]
GATHER = 0.003
"""Seconds in which answers may gather while batches are under way: judging a few at a time would cost more."""
LEAST_WAIT = 0.001
"""The shortest wait in seconds that the system calls take."""


class Traffic:
    """Carries rounds out. ``turn`` obeys pause and stop and gives the time.

    ``closed_by_errors``: ICMP errors answer, which targets limit, so that canaries would tell of no loss.
    """

    def __init__(
        self,
        scan: Scan,
        results: Results,
        retries: Retries,
        rtt: RttEstimator,
        flights: Flights,
        outbox: Outbox,
        intake: Intake,
        ring: Ring,
        canaries: FloodCanaries,
        turn: Callable[[], float],
        *,
        closed_by_errors: bool,
    ) -> None:
        self._scan, self._results, self._retries, self._rtt = scan, results, retries, rtt
        self._flights, self._outbox, self._intake, self._ring = flights, outbox, intake, ring
        self._canaries, self._turn, self._closed_by_errors = canaries, turn, closed_by_errors
        self._try = 0
        self._last_sent = self._last_entered = 0.0

    def begin(self, hosts: int, early: int) -> None:
        """Rounds over so many hosts follow; of the first, ``early`` probes are answered in another share."""
        self._pacer = Pacer(self._scan.request.timing, hosts, early)

    def carry(self, planned: Round) -> float:
        """One round from its rest to its last answer; the seconds that it took."""
        self._try = planned.tries
        self._listen(self._last_sent + planned.rest)
        if planned.rate is not None:
            self._pacer.obey(planned.rate)
        elif planned.tries > 1:
            self._pacer.new_round()
        self._canaries.begin(planned.size)
        began = time.monotonic()
        self._round(planned.chunks)
        return max(self._last_sent, self._last_entered) - began

    def collect(self) -> int:
        """Enter what has left and what has come."""
        self._outbox.note_sent()
        entered = self._intake.collect(exact=self._outbox.empty)
        if entered:
            self._last_entered = time.monotonic()
        return entered

    def _listen(self, until: float) -> None:
        """Take what comes before a round begins, unless nobody waits for it."""
        while (left := until - self._turn()) > 0 and not self._scan.settling:
            self.collect()
            self._ring.wait(min(left, TURN))

    def _round(self, chunks: Iterator[Cells]) -> None:
        left = np.empty(0, np.int64)
        more = True
        outages = self._results.outages
        while more or len(left) or self._flights or outages.holding:
            now = self._turn()
            if outages.holding:
                again = outages.release(now)
                self._scan.tally.remaining += len(again)
                left = np.concatenate([again, left])
            if self._scan.settling:
                more, left = False, left[:0]
            room = 0 if self._outbox.busy else self._room(now)
            while more and len(left) < room:
                chunk = next(chunks, None)
                more = chunk is not None
                if chunk is not None:
                    left = np.concatenate([left, chunk])
            if room and len(left):
                self._send(left[:room], now)
                self._scan.tally.remaining -= len(left[:room])
                left = left[room:]
                if self._may_go_on(len(left) > 0):
                    continue
            self.collect()
            self._review()
            self._rest(bool(more or len(left)), bool(room))

    def _room(self, now: float) -> int:
        """How many probes may leave now, with canaries among them where their answers will tell little."""
        room = self._pacer.batch(now, self._flights.unanswered)
        return self._canaries.room(room, now) if self._watched else room

    @property
    def _watched(self) -> bool:
        return self._pacer.thin and not self._closed_by_errors

    def _may_go_on(self, more: bool) -> bool:
        """Whether another batch may follow at once, so that the senders never wait for the answers' intake."""
        return more and not self._outbox.busy and self._pacer.next_time <= time.monotonic()

    def _send(self, cells: Cells, now: float) -> None:
        hosts = cells // self._scan.columns.count
        away = self._results.outages.away[hosts]
        self._results.outages.hold(cells[away])
        cells = cells[~self._results.dead[hosts] & ~away]
        if not len(cells):
            return
        self._transmit(self._flights.begin(cells), now)
        self._pacer.sent(len(cells), now)
        self._scan.tally.timeout = self._rtt.timeout
        self._last_sent = time.monotonic()

    def _transmit(self, flight: Flight, now: float) -> None:
        """Send a batch, with the canaries that it needs at some point in it."""
        cells = flight.cells
        canaries: list[tuple[int, int]] = []
        if self._watched:
            canaries = self._canaries.due(len(cells), now, float(self._rtt.srtt.max()) / 1e6)
        at = drawn(len(cells)) if canaries else 0
        if at:
            self._outbox.transmit(cells[:at], self._try, flight)
        self._outbox.ask(canaries)
        self._outbox.transmit(cells[at:], self._try, flight)

    def _review(self) -> None:
        """Tell the pacer how batches and canaries fared that had their time."""
        now = time.monotonic()
        self._learn(self._flights.review(now, self._pacer.feedback))
        self._hear(now)

    def _learn(self, answered: Cells) -> None:
        """Ports that answered for themselves may be canaries."""
        ledger = self._scan.ledger
        self._canaries.learn(answered[answered_for_itself(ledger.state[answered])])

    def _hear(self, now: float) -> None:
        """Tell the pacer and the retries what became of canaries."""
        told = self._canaries.told(now, self._rtt.timeout)
        if not len(told.hosts):
            return
        self._retries.told(told.hosts, told.heard)
        if self._pacer.canaries(int(told.fresh.sum()), int((told.fresh & told.heard).sum())):
            self._canaries.cut(now)

    def _rest(self, more: bool, sent: bool) -> None:
        """Wait for packets where there is nothing to send yet."""
        if self._may_go_on(more):
            return
        if self._outbox.busy or len(self._flights) > 1 or not self._outbox.empty:
            time.sleep(GATHER if self._flights.latest_size > SMALL else LEAST_WAIT)
            return
        if more:
            until = self._pacer.next_time - time.monotonic()
        elif self._flights:
            until = self._flights.over_at - time.monotonic()
        elif self._results.outages.holding:
            until = TURN
        else:
            return
        if until > LEAST_WAIT or not sent:
            self._ring.wait(min(max(until, LEAST_WAIT), TURN))
