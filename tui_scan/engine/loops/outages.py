"""Moments in which this machine cannot send to a host: a link that goes down and comes up costs time, no verdict."""

import errno

import numpy as np
import numpy.typing as npt

PASSING = frozenset(
    {
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.EHOSTDOWN,
        errno.ENOBUFS,
        errno.EAGAIN,
        errno.ECONNABORTED,
        errno.ENXIO,
    }
)
"""What the kernel says of links, routes and neighbours that may come back; of a link without carrier, ENOBUFS; of a
socket that was taken away (ss -K), ECONNABORTED; of an interface that was, ENXIO."""
PATIENCE = 10.0
"""Seconds for which they are waited for: a link that is plugged in again takes a few."""
CALM = 1.0
"""Seconds without a fault, after which the next one begins another outage."""
PAUSE = 0.05
"""Seconds after which the next probe is tried."""
NOTE = (
    "The way to a target was away, or became another one: a link, a route or a neighbour. What may not have arrived "
    "was asked again."
)


Cells = npt.NDArray[np.int64]


class Outages:
    """Which hosts cannot be sent to just now (``away``, bool by host), and the cells that wait for them; sans I/O.

    Times are seconds. ``calm`` is longer than the pauses between the probes of a slow scan.
    """

    def __init__(self, hosts: int, calm: float = CALM) -> None:
        self.away = np.zeros(hosts, np.bool_)
        self._calm = calm
        self._began = np.zeros(hosts)
        self._latest = np.full(hosts, -np.inf)
        self._held: list[Cells] = []
        self._until = 0.0

    @property
    def holding(self) -> bool:
        """Whether cells wait."""
        return bool(self._held)

    def passes(self, host: int, code: int, now: float) -> bool:
        """Take note that a probe to this host could not leave; whether that may pass."""
        if code not in PASSING:
            return False
        if now - self._latest[host] > self._calm:
            self._began[host] = now
        self._latest[host] = now
        self.away[host] = now - self._began[host] < PATIENCE
        self._until = now + PAUSE
        return bool(self.away[host])

    def hold(self, cells: Cells) -> None:
        """Keep cells whose probes are to be made again."""
        if len(cells):
            self._held.append(cells)

    def release(self, now: float) -> Cells:
        """The cells that may be tried now: after a pause all that wait."""
        if not self._held or now < self._until:
            return np.empty(0, np.int64)
        held = np.concatenate(self._held)
        self.drop()
        return held

    def drop(self) -> None:
        """Forget what waits: it is asked otherwise, or no more."""
        self._held.clear()
        self.away[:] = False

    def ended(self, host: int) -> bool:
        """Whether the last probe to this host could not leave; the next one may be tried after a pause."""
        was = bool(self.away[host])
        self.away[host] = False
        return was
