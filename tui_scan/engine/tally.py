"""The scan's counters, and the rate and the remaining time told from them."""

from collections import deque
from collections.abc import Callable

from tui_scan.engine.progress import Progress

RATE_WINDOW = 1.0


class Tally:
    """Counts what the scanner does; one thread writes, others take snapshots.

    ``remaining`` is what the running round still has to send and ``timeout`` how long its last probe is
    waited for, in seconds; ``expected`` is the scanner's own estimate of the seconds that are left, where it
    has one (a limit of the target that is obeyed). ``limited`` says that only such limits hold the scan up.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.sent = 0
        self.answers = 0
        self.round = 0
        self.note = ""
        self.limited = False
        self.remaining = 0
        self.timeout = 0.0
        self.expected: float | None = None
        self._started: float | None = None
        self._ended: float | None = None
        self._paused_at: float | None = None
        self._pauses = 0.0
        self._marks: deque[tuple[float, int, int]] = deque(maxlen=64)

    def start(self) -> None:
        """The scan begins now."""
        self._started = self._clock()

    def pause(self) -> None:
        """The clock stops."""
        self._paused_at = self._clock()

    def resume(self) -> None:
        """The clock goes on."""
        if self._paused_at is not None:
            self._pauses += self._clock() - self._paused_at
            self._paused_at = None
            self._marks.clear()

    def end(self) -> None:
        """The scan is over."""
        self.resume()
        self._ended = self._clock()

    def elapsed(self) -> float:
        """Seconds since the start, without pauses."""
        if self._started is None:
            return 0.0
        now = self._ended or self._paused_at or self._clock()
        return now - self._started - self._pauses

    def snapshot(self, cells: int, settled: int) -> Progress:
        """The counters now; the rate and ETA are measured over about the last second of snapshots."""
        elapsed = self.elapsed()
        self._marks.append((elapsed, self.sent, settled))
        while len(self._marks) > 2 and elapsed - self._marks[0][0] > RATE_WINDOW:
            self._marks.popleft()
        then, sent, _ = self._marks[0]
        span = elapsed - then
        rate = (self.sent - sent) / span if span > 0.05 else (self.sent / elapsed if elapsed else 0.0)
        if self._ended is not None:
            rate = self.sent / elapsed if elapsed else 0.0
        eta = self._eta(cells, settled, rate)
        return Progress(
            cells, settled, self.sent, self.answers, self.round, rate, elapsed, eta, self.note, self.limited
        )

    def _eta(self, cells: int, settled: int, rate: float) -> float | None:
        """What is left of this round at the measured rate, and a second round for the share that stays silent."""
        if self._ended is not None:
            return 0.0
        if self.expected is not None or rate <= 0 or not self.round:
            return self.expected
        again = 0.0
        if self.round == 1 and cells > self.remaining:
            tried = cells - self.remaining
            again = cells * (1 - min(1.0, settled / tried))
        rounds = 2 if again else 1
        return (self.remaining + again) / rate + rounds * self.timeout
