"""When one port's exchange is to be told anew, and when what dissects packets may be loaded. No textual."""

import time
from collections.abc import Callable
from enum import Enum, auto
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first picture needs neither numpy nor what tells an exchange
    from tui_scan.engine.scan import Scan

UNDISTURBED = 2.0
"""Seconds that a scan runs before its packets are told: to load what dissects them takes as long as many scans."""

LOOK_AGAIN = 0.5
"""Seconds between two looks for packets that changed no verdict, such as the own kernel's RST."""


class News(Enum):
    """What a look at the port found."""

    NONE = auto()
    VERDICT = auto()
    PACKETS = auto()


class ExchangeWatch:
    """Watches the port ``cell``: a scan, a host's number and a column, None while there is none.

    ``packets`` counts what was exchanged at the last look that told PACKETS; ``clock`` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.cell: tuple[Scan, int, int] | None = None
        self.packets = -1
        self._clock = clock
        self._seen = (-1, 0)
        self._looked = 0.0
        self._loading: Thread | None = None

    def point(self, cell: "tuple[Scan, int, int] | None") -> bool:
        """Watch this port; returns whether it is another one than before."""
        if self.watches(cell):
            return False
        self.cell, self._seen, self.packets = cell, (-1, 0), -1
        return True

    def watches(self, cell: "tuple[Scan, int, int] | None") -> bool:
        """Whether this port is the one that is watched."""
        if self.cell is None or cell is None:
            return self.cell is cell
        return self.cell[0] is cell[0] and self.cell[1:] == cell[1:]

    def load(self) -> None:
        """Load what dissects packets, in a thread of its own, unless that was done."""
        if self._loading is None:
            from tui_scan.exchange.decode import warm

            self._loading = warm()

    @property
    def loaded(self) -> bool:
        """What dissects packets is there."""
        return self._loading is not None and not self._loading.is_alive()

    def look(self) -> News:
        """Look at the ledger and, where it is time, at the packets; the packets of a young scan wait."""
        if self.cell is None:
            return News.NONE
        scan, host, column = self.cell
        seen = (int(scan.ledger.stamp[scan.ledger.cell(host, column)]), scan.finished_ns)
        early = self._loading is None and _young(scan)
        due = self._clock() - self._looked >= LOOK_AGAIN and not scan.finished_ns and not early
        if seen == self._seen and not due:
            return News.NONE
        if early:
            self._seen, self.packets = seen, -1
            return News.VERDICT
        packets = len(scan.exchange(host, column))
        self._looked = self._clock()
        if seen == self._seen and packets == self.packets:
            return News.NONE
        self._seen, self.packets = seen, packets
        return News.PACKETS


def _young(scan: "Scan") -> bool:
    return bool(scan.started_ns) and not scan.finished_ns and 0.0 < scan.tally.elapsed() < UNDISTURBED
