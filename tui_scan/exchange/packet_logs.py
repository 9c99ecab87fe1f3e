"""The logs of a scan's captures and calls as sources of the list of packets."""

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
from tui_scan.exchange.packet_source import NO_CELL, Ints
from tui_scan.model.packets import Event, Origin, Packet
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

NUMBERS = {Protocol.TCP: 6, Protocol.UDP: 17, Protocol.SCTP: 132}
"""The IP protocol of a scan's own probes (IANA)."""


@dataclass(frozen=True)
class LogSource:
    """A log of a capture or of calls: ``view`` is what it holds without the parts of the first ``left_out`` rows.

    ``field`` is the one with the times. ``out``: all rows left this machine; of others each has its origin. ``columns``
    is how many columns a host of the scan has; ``foreign`` says that its cells are those of another scan.
    """

    technique: Technique
    seen: Capture | CallLog
    view: View
    left_out: int
    field: str
    out: bool
    columns: int
    foreign: bool

    @cached_property
    def count(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.view.parts))

    def times(self) -> Ints:
        """See ``Source``."""
        return self.view.column(self.field).astype(np.int64)

    def cells(self) -> npt.NDArray[np.uint32]:
        """See ``Source``."""
        return np.full(self.count, NO_CELL, np.uint32) if self.foreign else self.view.column("cell").astype(np.uint32)

    def items(self, numbers: Ints) -> list[Packet | Event]:
        """See ``Source``."""
        rows = self.view.rows(numbers)
        if isinstance(self.seen, CallLog):
            return [self.seen.events(row)[0 if self.out else 1] for row in rows]
        return [*(self.seen.packets_sent(rows) if self.out else packets_received(rows))]

    def origins(self) -> npt.NDArray[np.uint8]:
        """See ``Source``."""
        if self.out or isinstance(self.seen, CallLog):
            who = Origin.SCANNER if self.out else Origin.TARGET
            return np.full(self.count, ORIGIN_NUMBER[who], np.uint8)
        return self.view.column("origin").astype(np.uint8)

    def protocols(self) -> npt.NDArray[np.uint8]:
        """See ``Source``."""
        own = TECHNIQUES[self.technique].protocol
        if isinstance(self.seen, CallLog) or (self.out and own in NUMBERS):
            return np.full(self.count, NUMBERS.get(own, 0), np.uint8)
        return np.concatenate([np.empty(0, np.uint8), *map(protocols_of, self._bytes())])

    def flags(self) -> npt.NDArray[np.int16]:
        """See ``Source``."""
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


def log_sources(scan: Scan, most: int, *, foreign: bool) -> Iterator[LogSource]:
    """The logs of a scan, of each the newest rows, ``most`` at the least. ``foreign``: another scan is shown."""
    for technique, seen in list(scan.captures.items()):
        if isinstance(seen, CallLog):
            logs: list[tuple[RowLog, str, bool]] = [(seen.log, "start_ns", True), (seen.log, "end_ns", False)]
        else:
            logs = [(log, "time_ns", log is seen.sent) for log in seen.logs]
        for log, field, out in logs:
            view, left_out = _newest(log.view, most)
            yield LogSource(technique, seen, view, left_out, field, out, scan.columns.count, foreign)


def _newest(view: View, most: int) -> tuple[View, int]:
    """The last parts of a view that hold so many rows, and how many rows are before them."""
    held, at = 0, len(view.parts)
    while at and held < most:
        at -= 1
        held += len(view.parts[at])
    return View(view.parts[at:]), sum(map(len, view.parts[:at]))
