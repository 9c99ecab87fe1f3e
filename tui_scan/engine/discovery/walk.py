"""The order in which a path is walked: from the host's likely distance up to it, then down to the first router."""

from dataclasses import dataclass, field

from tui_scan.model.trace import Hop

MOST_HOPS = 30
MOST_SILENT = 5
"""Silent hops in a row after which nobody is expected behind them."""
_INITIAL = (32, 64, 128, 255)
"""The times to live with which systems send their packets."""


def distance(ttl: int) -> int:
    """How many hops away a host is that sent a packet which came with this TTL."""
    return next(initial for initial in _INITIAL if initial >= ttl) - ttl + 1


@dataclass
class Walk:
    """The path to one host; sans I/O. ``next`` says which TTL to probe, 0 when it is done."""

    start: int
    hops: dict[int, Hop] = field(default_factory=dict)
    top: int = 0
    """The TTL that reaches the host, 0 while none does."""
    _up: int = 0
    _down: int = 0
    _silent: int = 0

    def __post_init__(self) -> None:
        self.start = min(max(self.start, 1), MOST_HOPS)
        self._up, self._down = self.start, self.start - 1

    @property
    def next(self) -> int:
        """The TTL to probe, 0 when the path is known as far as it can be."""
        return self._up or self._down

    def told(self, hop: Hop, *, reached: bool, blocked: bool = False) -> None:
        """A hop answered: the host itself where it is ``reached``; ``blocked`` says that nothing goes beyond it."""
        self.hops[hop.ttl] = hop
        self._silent = 0
        if reached and (not self.top or hop.ttl < self.top):
            self.top = hop.ttl
            self.hops = {ttl: known for ttl, known in self.hops.items() if ttl <= hop.ttl}
        self._step(over=reached or blocked)

    def silent(self) -> None:
        """Nobody answered the probe."""
        self._silent += 1
        self._step(over=self._silent >= MOST_SILENT)

    def share(self, other: "Walk") -> None:
        """The rest of the path, down from here, is that of another walk."""
        self.hops |= {ttl: hop for ttl, hop in other.hops.items() if ttl <= self._down}
        self._down = 0

    @property
    def descending(self) -> bool:
        """Only hops nearer than those known are still asked for."""
        return not self._up

    def _step(self, *, over: bool) -> None:
        if not self._up:
            self._down -= 1
        elif over or self._up >= MOST_HOPS:
            self._up = self._silent = 0
        else:
            self._up += 1
