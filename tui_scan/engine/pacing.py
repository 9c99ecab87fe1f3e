"""How many probes may leave now: a rate that doubles while answers keep their share, and backs off when they do not."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_scan.engine.tokens import rate_of
from tui_scan.model.timing import Timing

FIRST_RATE = 5_000.0
SILENT_CEILING = 30_000.0
"""Probes a second where nothing answers, so that nothing tells what is too fast."""
TOP_RATE = 1_000_000.0
TURN = 0.01
"""Seconds of sending that one batch should cover."""
MOST_BATCH = 8192
WINDOW = 48
"""Probes that are judged together at the least."""
PROOF = 24
"""Answers that a share must rest on before it is compared."""
THIN = 0.1
"""The share of answers below which a batch tells little: then canaries do."""
CANARIES = 32
"""Canaries that must be known before a rate is held to be harmless."""
HARMED, MANY_LOST = 0.6, 4
"""The share of canaries below which it is cut as soon as so many were lost: a flood is soon over."""
UNHARMED = 0.75
"""The share of canaries that come back where the rate does no harm; what a wire loses anyway is left to the retries."""
LEAST_KEPT = 0.2
"""The least share of a rate that a cut leaves of it."""


@dataclass(slots=True, eq=False, repr=False)
class _Share:
    """Probes sent and answered at rates that did no harm."""

    sent: int = 0
    answered: int = 0

    def falls_short(self, sent: int, answered: int) -> bool:
        """Whether a batch was answered so much less than this share that chance does not explain it.

        Ports leave in random order, so the share of those that answer is the same in every batch, up to a
        binomial spread; four standard deviations and two answers are allowed.
        """
        if self.answered < PROOF:
            return False
        share = self.answered / self.sent
        expected = share * sent
        spread: float = (expected * (1 - share)) ** 0.5
        return answered < expected - 4 * spread - 2


class Pacer:
    """The rate of one round, in probes a second; sans I/O, time is handed in as seconds.

    The first ``early`` probes may be answered in another share than what follows them.
    """

    def __init__(self, timing: Timing, hosts: int, early: int = 0) -> None:
        limit = rate_of(timing, hosts)
        self._top = min(TOP_RATE, limit or TOP_RATE)
        slowest = hosts * 1000 / max(1, timing.max_tcp_delay)
        self._floor = min(self._top, max(slowest, timing.min_rate or 0.0))
        self.rate = min(self._top, max(FIRST_RATE, self._floor))
        self._ceiling = max(min(SILENT_CEILING, self._top), self._floor)
        self._most = hosts if timing.scan_delay else MOST_BATCH
        self._good, self._window, self._heard = _Share(), _Share(), _Share()
        self._slowed = False
        self._paced = limit is not None
        self._least_flying = 0 if limit else timing.min_parallelism or 0
        self._most_flying = timing.max_parallelism
        self._early, self._crossed = early, False
        self._next, self._due = 0.0, MOST_BATCH

    def new_round(self) -> None:
        """A round of retries begins: its share of answers is another one."""
        self._good, self._window = _Share(), _Share()
        self.rate = max(self._floor, min(self.rate / 2, self._top))

    def obey(self, rate: float) -> None:
        """A round begins at a pace that does no harm; it is left only little by little, and only on evidence."""
        self._good, self._window = _Share(), _Share()
        self._floor = min(self._floor, rate)
        self._ceiling = min(self._ceiling, rate)
        self._slowed = self._paced = True
        self.rate = min(rate, self._top)

    def batch(self, now: float, flying: Callable[[], int] = lambda: 0) -> int:
        """How many probes may leave now; 0 means to wait until ``next_time``, or for an answer.

        ``flying`` counts the probes in flight: it is asked where --min-parallelism or --max-parallelism bounds them.
        """
        self._due = 0 if now < self._next else max(1, min(int(self.rate * TURN), MOST_BATCH, self._most))
        if not self._least_flying and self._most_flying is None:
            return self._due
        there = flying()
        room = max(self._due, min(MOST_BATCH, self._least_flying - there))
        return room if self._most_flying is None else max(0, min(room, self._most_flying - there))

    @property
    def next_time(self) -> float:
        """When the next batch may leave."""
        return self._next

    def sent(self, count: int, now: float) -> None:
        """A batch of ``count`` probes left from ``now`` on; what --min-parallelism added to it costs no time."""
        self._next = max(self._next, now - TURN) + min(count, self._due) / self.rate

    @property
    def thin(self) -> bool:
        """Whether so few probes are answered that a batch does not tell what the rate does."""
        return self._good.answered < THIN * self._good.sent

    def canaries(self, asked: int, heard: int) -> bool:
        """Of so many probes to ports known to answer so many were answered; returns whether the rate was cut.

        While they come back, the ceiling of what is not proven doubles; where they are lost, it falls to what
        got through.
        """
        told = self._heard
        told.sent += asked
        told.answered += heard
        share = told.answered / max(1, told.sent)
        harmed = share < HARMED and told.sent - told.answered >= MANY_LOST
        if told.sent < CANARIES and not harmed:
            return False
        self._heard = _Share()
        if share >= UNHARMED:
            self._ceiling = min(self._top, self._ceiling * (1.03 if self._slowed else 2.0))
            return False
        self._ceiling = max(self._floor, min(self._ceiling, self.rate) * max(share, LEAST_KEPT))
        self.rate = min(self.rate, self._ceiling)
        self._slowed = True
        return True

    def feedback(self, sent: int, answered: int, now: float) -> None:
        """A batch that had its time: ``answered`` of its ``sent`` probes were answered.

        Small batches are judged together. What was answered in full makes room at once for a next batch eight
        times as large; what was answered in part may be twice as fast, as TCP's slow start is.
        """
        window = self._window
        window.sent += sent
        window.answered += answered
        if self._early > 0:
            self._early -= sent
            self._crossed = self._early <= 0
        if window.sent < WINDOW:
            return
        self._window = _Share()
        if self._crossed:
            self._good, self._crossed = _Share(), False
        elif self._good.falls_short(window.sent, window.answered):
            self.rate = max(self._floor, self.rate * (0.8 if self._slowed else 0.5))
            self._slowed = True
            return
        else:
            self._good.sent += window.sent
            self._good.answered += window.answered
        whole = window.answered == window.sent
        if whole and not self._paced:
            self._next = min(self._next, now)
        evidence = self._good.answered >= PROOF and not self.thin
        top = self._top if evidence else min(self._top, self._ceiling)
        growth = 1.05 if self._slowed else 8.0 if whole else 2.0
        self.rate = min(max(top, self._floor), self.rate * growth)
