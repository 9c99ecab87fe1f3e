"""All packets and calls of a scan as one list in the order of their times; a row is told when it is asked for."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CallLog
from tui_scan.engine.scan import Scan
from tui_scan.engine.watched import Shown
from tui_scan.exchange.packet_logs import log_sources
from tui_scan.exchange.packet_shown import ShownSource
from tui_scan.exchange.packet_source import Ints, Source
from tui_scan.model.packets import Event, Packet

MOST = 2_000_000
"""Packets that a list holds, the newest: 34 MB of index."""


class PacketKey(NamedTuple):
    """What stays the same for a packet in every later list: its time, its log and its number there."""

    time_ns: int
    source: int
    number: int


class PacketList:
    """The packets of a scan at one moment, the oldest first; made by ``gather``.

    ``time_ns`` (int64), ``cell`` (uint32, NO_CELL of packets that belong to no port) and ``source`` (uint8, a number in
    ``sources``) have a value a packet. ``left_out`` counts older packets for which there was no room.
    """

    def __init__(self, found: list[Source], most: int) -> None:
        self.sources = found
        times = [one.times() for one in found]
        sizes = [len(some) for some in times]
        time_ns = np.concatenate([np.empty(0, np.int64), *times])
        order = np.argsort(time_ns, kind="stable")
        order = order[np.searchsorted(time_ns[order], 0, "right") :]  # a call that did not end has no time
        self.left_out = max(0, len(order) - most) + sum(one.left_out for one in found)
        self._order = order[-most:] if most else order
        self.time_ns: Ints = time_ns[self._order]
        self.cell = self._column(lambda one: one.cells())
        self.source = np.repeat(np.arange(len(found), dtype=np.uint8), sizes)[self._order]
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if sizes else np.zeros(1, np.int64)

    def __len__(self) -> int:
        return len(self._order)

    def key(self, at: int) -> PacketKey:
        """What stays the same of the packet at this place."""
        source = int(self.source[at])
        number = int(self._order[at]) - int(self._starts[source]) + self.sources[source].left_out
        return PacketKey(int(self.time_ns[at]), source, number)

    def find(self, key: PacketKey) -> int | None:
        """The place of a packet; None where it is not in this list."""
        if key.source >= len(self.sources):
            return None
        first, last = np.searchsorted(self.time_ns, [key.time_ns, key.time_ns + 1])
        row = key.number - self.sources[key.source].left_out + int(self._starts[key.source])
        found = np.flatnonzero(self._order[first:last] == row)
        return int(first + found[0]) if len(found) else None

    def items(self, places: Ints) -> list[Packet | Event]:
        """What the rows at these places tell, rebuilt log by log."""
        told: dict[int, Packet | Event] = {}
        for source in np.unique(self.source[places]).tolist():
            mine = places[self.source[places] == source]
            numbers = self._order[mine] - self._starts[source]
            told.update(zip(mine.tolist(), self.sources[source].items(numbers), strict=True))
        return [told[at] for at in places.tolist()]

    def origins(self) -> npt.NDArray[np.uint8]:
        """Who sent each packet, by its number in ``ORIGINS``."""
        return self._column(lambda one: one.origins())

    def protocols(self) -> npt.NDArray[np.uint8]:
        """The IP protocol of each packet."""
        return self._column(lambda one: one.protocols())

    def flags(self) -> npt.NDArray[np.int16]:
        """The TCP flags of each packet, NO_FLAGS where it has none."""
        return self._column(lambda one: one.flags())

    def _column(self, read: Callable[[Source], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        parts = [read(one) for one in self.sources]
        return np.concatenate(parts)[self._order] if parts else np.empty(0, np.uint8)


def _sources(scan: Scan, most: int, shown: Sequence[Shown] = ()) -> list[Source]:
    """All logs of a scan as they are now, of each the newest rows, ``most`` at the least; and what was ``shown``."""
    batches = tuple(shown)
    found: list[Source] = [ShownSource([one for one in batches if one.out is out], out) for out in (True, False)]
    found += log_sources(scan, most, foreign=False)
    for trial in tuple(scan.trials):
        found += log_sources(trial, most, foreign=True)
    return found


def gather(scan: Scan, most: int = MOST, shown: Sequence[Shown] = ()) -> PacketList:
    """The packets that a scan has now, and those of its discovery that were ``shown``.

    May be called from any thread; takes some ten milliseconds for 100,000 packets.
    """
    return PacketList(_sources(scan, most, shown), most)


def count(scan: Scan, shown: Sequence[Shown] = ()) -> int:
    """How many rows there are: another number says that there is something new."""
    scans = (scan, *scan.trials)
    seen = [one for each in scans for one in list(each.captures.values())]
    logs = [(one.log,) if isinstance(one, CallLog) else one.logs for one in seen]
    return sum(log.count for some in logs for log in some) + len(shown)
