"""A rate that single probes keep to: what --max-rate, --scan-delay and a target's limit ask for."""

from tui_scan.model.timing import Timing

TURN = 0.01
"""Seconds of probes that may leave at once."""


def rate_of(timing: Timing, hosts: int) -> float | None:
    """The highest rate that the timing allows over all hosts, None where it sets no limit."""
    rates = [timing.max_rate] if timing.max_rate else []
    if timing.scan_delay:
        rates.append(hosts * 1000 / timing.scan_delay)
    return min(rates, default=None)


class Tokens:
    """Allowances for probes, in seconds handed in; ``rate`` None allows everything."""

    def __init__(self, rate: float | None) -> None:
        self.rate = rate
        self._tokens = 1.0
        self._at: float | None = None

    def room(self, now: float) -> bool:
        """Whether a probe may leave now."""
        if self.rate is None:
            return True
        if self._at is not None:
            self._tokens = min(max(1.0, self.rate * TURN), self._tokens + (now - self._at) * self.rate)
        self._at = now
        return self._tokens >= 1

    def spend(self) -> None:
        """A probe left."""
        self._tokens -= 1

    def wait(self) -> float:
        """Seconds until the next probe may leave."""
        return 0.0 if self.rate is None else max(0.0, (1 - self._tokens) / self.rate)
