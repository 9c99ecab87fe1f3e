"""A token bucket: how a host limits what it sends (RFC 1812 §4.3.2.8)."""

from tui_scan.lab.topology import RateLimit


class Bucket:
    """A token bucket; with no limit it always gives."""

    def __init__(self, limit: RateLimit | None) -> None:
        self._limit = limit
        self._tokens = limit.burst if limit else 0.0
        self._filled = 0.0

    def take(self, now: float) -> bool:
        """Whether one more answer may leave at ``now`` (seconds, never going back)."""
        if self._limit is None:
            return True
        gained = max(0.0, now - self._filled) * self._limit.per_second
        self._tokens = min(self._limit.burst, self._tokens + gained)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
