"""What system calls and the error queue told of each probe, where packets cannot be seen."""

import errno
from typing import Any

import numpy as np

from tui_scan.engine.rowlog import RowLog
from tui_scan.model.packets import Event, Origin

CALLS = np.dtype(
    [("cell", "u4"), ("try", "u1"), ("start_ns", "i8"), ("end_ns", "i8"), ("errno", "i2"), ("details", "?")]
)
"""One probe by system calls. ``end_ns`` 0: nothing came before the time-out. Times are CLOCK_REALTIME."""


class CallLog:
    """The calls of a connect or datagram scan by cell.

    ``start`` and ``end`` name the calls for a person, such as ``connect()``; a cell's details (an ICMP
    error's type, code and sender, TCP_INFO, a datagram) are kept as text.
    """

    def __init__(self, start: str, end: str) -> None:
        self._start, self._end = start, end
        self.log = RowLog(CALLS)
        self._details: dict[tuple[int, int], str] = {}

    def note(self, rows: list[tuple[int, int, int, int, int, str]]) -> None:
        """Record probes as (cell, try, start_ns, end_ns, errno, detail)."""
        out = np.empty(len(rows), CALLS)
        for number, (cell, tries, start, end, code, detail) in enumerate(rows):
            out[number] = (cell, tries, start, end, code, bool(detail))
            if detail:
                self._details[(cell, tries)] = detail
        self.log.append(out)

    def exchange(self, cell: int) -> list[Event]:
        """The calls of a cell in the order of their times."""
        events: list[Event] = []
        for row in self.log.of(cell):
            events.extend(self.events(row))
        return sorted(events, key=lambda event: event.time_ns)

    def events(self, row: Any) -> list[Event]:
        """What one row of the log tells: the call, and its end where there was one."""
        cell, tries, code = int(row["cell"]), int(row["try"]), int(row["errno"])
        sent = Event(int(row["start_ns"]), Origin.SCANNER, self._start, "sent", "", tries)
        if not row["end_ns"]:
            return [sent]
        result = errno.errorcode.get(code, str(code)) if code else "0"
        detail = self._details.get((cell, tries), "")
        return [sent, Event(int(row["end_ns"]), Origin.TARGET, self._end, result, detail, tries)]
