"""The logs of a scan at one moment, each telling its rows: which way, by whom, of what protocol, with which flags."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CallLog
from tui_scan.engine.capture import ORIGIN_NUMBER, Capture, packets_received
from tui_scan.engine.packetlog import NARROW
from tui_scan.engine.rowlog import RowLog, View
from tui_scan.engine.scan import Scan
from tui_scan.exchange.header_columns import NO_FLAGS, Bytes, flags_of, protocols_of
from tui_scan.model.packets import Event, Origin, Packet
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

NUMBERS = {Protocol.TCP: 6, Protocol.UDP: 17, Protocol.SCTP: 132}
"""The IP protocol of a scan's own probes (IANA)."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """One log at one moment: ``view`` without its first ``left_out`` rows' parts.

    ``times`` is the field with the rows' times in nanoseconds, 0 in rows that tell nothing. ``out``: all rows left this
    machine; of others each has its origin. ``columns`` is how many columns a host of the scan has.
    """

    technique: Technique
    seen: Capture | CallLog
    view: View
    left_out: int
    times: str
    out: bool
    columns: int

    @cached_property
    def count(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.view.parts))

    def items(self, numbers: Ints) -> list[Packet | Event]:
        """What rows tell, by their numbers in the view."""
        rows = self.view.rows(numbers)
        if isinstance(self.seen, CallLog):
            return [self.seen.events(row)[0 if self.out else 1] for row in rows]
        return [*(self.seen.packets_sent(rows) if self.out else packets_received(rows))]

    def origins(self) -> npt.NDArray[np.uint8]:
        """Who sent each row, by its number in ``ORIGINS``."""
        if self.out or isinstance(self.seen, CallLog):
            who = Origin.SCANNER if self.out else Origin.TARGET
            return np.full(self.count, ORIGIN_NUMBER[who], np.uint8)
        return self.view.column("origin").astype(np.uint8)

    def protocols(self) -> npt.NDArray[np.uint8]:
        """The IP protocol of each row, or its next header; 0 where it is not known."""
        own = TECHNIQUES[self.technique].protocol
        if isinstance(self.seen, CallLog) or (self.out and own in NUMBERS):
            return np.full(self.count, NUMBERS.get(own, 0), np.uint8)
        return np.concatenate([np.empty(0, np.uint8), *map(protocols_of, self._bytes())])

    def flags(self) -> npt.NDArray[np.int16]:
        """The TCP flags of each row, NO_FLAGS where it has none."""
        if isinstance(self.seen, CallLog):
            return np.full(self.count, NO_FLAGS, np.int16)
        return np.concatenate([np.empty(0, np.int16), *map(flags_of, self._bytes())])

    def _bytes(self) -> Iterator[Bytes]:
        """How all packets begin. Of probes that differ in addresses and numbers alone one is rebuilt."""
        if isinstance(self.seen, CallLog):
            return
        by_column = TECHNIQUES[self.technique].protocol is Protocol.IP
        for rows in self.view.parts:
            if not self.out:
                yield rows["data"]
                continue
            kinds = rows["part"].astype(np.int64)
            kinds += (rows["cell"] % self.columns).astype(np.int64) << 8 if by_column else 0
            _, firsts, which = np.unique(kinds, return_index=True, return_inverse=True)
            heads = [packet.data[:NARROW].ljust(NARROW, b"\0") for packet in self.seen.packets_sent(rows[firsts])]
            yield np.frombuffer(b"".join(heads), np.uint8).reshape(-1, NARROW)[which]


def sources(scan: Scan, most: int) -> list[Source]:
    """All logs of a scan as they are now; of each the newest rows, ``most`` at the least."""
    found = []
    for technique, seen in list(scan.captures.items()):
        if isinstance(seen, CallLog):
            logs: list[tuple[RowLog, str, bool]] = [(seen.log, "start_ns", True), (seen.log, "end_ns", False)]
        else:
            logs = [(log, "time_ns", log is seen.sent) for log in seen.logs]
        for log, times, out in logs:
            view, left_out = _newest(log.view, most)
            found.append(Source(technique, seen, view, left_out, times, out, scan.columns.count))
    return found


def _newest(view: View, most: int) -> tuple[View, int]:
    """The last parts of a view that hold so many rows, and how many rows are before them."""
    held, at = 0, len(view.parts)
    while at and held < most:
        at -= 1
        held += len(view.parts[at])
    return View(view.parts[at:]), sum(map(len, view.parts[:at]))
