"""The round-trip estimator: RFC 6298's, with the clamps that nmap documents for its time-outs."""

from tui_scan.model.timing import Timing

LEAST_VARIANCE_US = 5_000.0
MOST_VARIANCE_US = 2_000_000.0


class RttEstimator:
    """Smoothed RTT and variance in microseconds; ``timeout`` is in seconds."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self.srtt: float | None = None
        self.rttvar = 0.0

    def sample(self, rtt_us: float) -> None:
        """Take one round trip that belongs to one try without doubt."""
        if self.srtt is None:
            self.srtt = rtt_us
            self.rttvar = _clamp(rtt_us)
            return
        delta = rtt_us - self.srtt
        self.srtt += delta / 8
        self.rttvar = _clamp(self.rttvar + (abs(delta) - self.rttvar) / 4)

    @property
    def timeout(self) -> float:
        """How long an answer is waited for."""
        timing = self._timing
        if self.srtt is None:
            return timing.initial_rtt_timeout / 1000
        wanted = (self.srtt + 4 * self.rttvar) / 1000
        return min(max(wanted, timing.min_rtt_timeout), timing.max_rtt_timeout) / 1000


def _clamp(variance: float) -> float:
    return min(max(variance, LEAST_VARIANCE_US), MOST_VARIANCE_US)
