"""The packets of a scan: what was sent can be rebuilt to the byte, what came is kept, within a memory budget."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.packetlog import PacketLog
from tui_scan.engine.rowlog import RowLog
from tui_scan.engine.spool import Rows
from tui_scan.language import Sentence
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.request import DEFAULT_CAPTURE_MEMORY

PORTION = 8 << 20
"""Bytes that are spooled at a time: a few milliseconds, in which the ring holds what comes."""
ORIGINS = tuple(Origin)
ORIGIN_NUMBER = {origin: number for number, origin in enumerate(ORIGINS)}

SENT = np.dtype([("cell", "u4"), ("try", "u1"), ("part", "u1"), ("time_ns", "i8")])
Cells = npt.NDArray[np.int64]
Build = Callable[[Cells, int], list[tuple[Cells, npt.NDArray[np.uint8]]]]
"""The packets of a try of these cells, as ``FrameTechnique.build`` gives them."""

LET_GO = (
    "The packets of this scan outgrew {budget} of memory (--capture-memory), and the disk takes no more of them: "
    "{reason}. Those of some ports that only reset are let go, and their exchanges say so; all verdicts stay. Give "
    "more memory, or set TMPDIR to a folder with room."
)


class Capture:
    """Sent and received packets by cell.

    A probe's bytes follow from (cell, try, part) alone, so only its time is stored; ``build`` makes the bytes
    again. ``part`` counts the packets of one try from 0. When the rows outgrow ``budget`` bytes, the oldest are spooled
    to disk. Where that takes no more, received packets of ``boring`` cells are let go: ``dropped`` counts them,
    ``tell`` is called once with a sentence, and ``complete`` tells whether a cell still has all of its packets.
    """

    def __init__(
        self,
        build: Build,
        boring: Callable[[npt.NDArray[np.uint32]], npt.NDArray[np.bool_]],
        budget: int = DEFAULT_CAPTURE_MEMORY,
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._build, self._boring, self._tell = build, boring, tell
        self._budget = budget
        self.sent = RowLog(SENT)
        self.received = PacketLog()
        self.dropped = 0
        self._dropped = np.empty(0, np.uint32)

    @property
    def logs(self) -> tuple[RowLog, ...]:
        """All logs: that of what was sent first."""
        return (self.sent, *self.received.logs)

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes."""
        return sum(log.nbytes for log in self.logs)

    def note_sent(
        self, cells: npt.NDArray[np.int64], tries: int, times_ns: npt.NDArray[np.int64], part: int = 0
    ) -> None:
        """Record that try number ``tries`` (from 1) of these cells left at these CLOCK_REALTIME times."""
        rows = np.empty(len(cells), SENT)
        rows["cell"], rows["try"], rows["part"], rows["time_ns"] = cells, tries, part, times_ns
        self._append(self.sent, rows)

    def note_received(self, rows: Rows) -> None:
        """Record received rows (see ``packetlog``)."""
        self._append(self.received, rows)

    def complete(self, cell: int) -> bool:
        """Whether no packet of this cell was let go."""
        return not np.isin(cell, self._dropped)

    def exchange(self, cell: int) -> list[Packet]:
        """The packets of a cell in the order of their times."""
        packets = self.packets_sent(self.sent.of(cell))
        for log in self.received.logs:
            packets += packets_received(log.of(cell))
        return sorted(packets, key=lambda packet: packet.time_ns)

    def rebuilt(self, cell: int, tries: int) -> list[bytes]:
        """The packets of one try, sent or not."""
        return [packets[0].tobytes() for _, packets in self._build(np.array([cell], np.int64), tries)]

    def packets_sent(self, rows: Rows) -> list[Packet]:
        """Rows of ``sent`` as packets, rebuilt all together."""
        made: dict[tuple[int, int, int], bytes] = {}
        for tries in set(rows["try"].tolist()):
            cells = np.unique(rows["cell"][rows["try"] == tries]).astype(np.int64)
            parts = np.zeros(len(cells), np.int64)
            for at, packets in self._build(cells, tries):
                keys = zip(cells[at].tolist(), parts[at].tolist(), packets, strict=True)
                made.update({(cell, tries, part): packet.tobytes() for cell, part, packet in keys})
                parts[at] += 1
        return [
            Packet(time_ns, Origin.SCANNER, data := made[(cell, tries, part)], len(data), tries)
            for cell, tries, part, time_ns in rows.tolist()
        ]

    def _append(self, log: RowLog | PacketLog, rows: Rows) -> None:
        log.append(rows)
        if self.nbytes > self._budget:
            self._make_room()

    def _make_room(self) -> None:
        """Spool the oldest rows of the largest log."""
        try:
            while self.nbytes > self._budget:
                max(self.logs, key=lambda log: log.nbytes).spool(min(PORTION, self._budget // 2))
        except OSError as error:
            self._let_go(error)

    def _let_go(self, error: OSError) -> None:
        if not self.dropped:
            asked = f"{self._budget / (1 << 20):g} MiB"
            self._tell(Sentence(LET_GO, budget=asked, reason=error.strerror or str(error)))

        def wanted(cells: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
            boring = self._boring(cells)
            self._dropped = np.union1d(self._dropped, cells[boring])
            return ~boring

        self.dropped += self.received.keep(wanted)
        self._budget = max(self._budget, 2 * self.nbytes)


def packets_received(rows: Rows) -> list[Packet]:
    """Rows of a ``PacketLog``'s logs as packets."""
    data, width = rows["data"].tobytes(), rows.dtype["data"].itemsize
    names = ("time_ns", "origin", "length", "wire", "try")
    columns = zip(*(rows[name].tolist() for name in names), strict=True)
    return [
        Packet(time_ns, ORIGINS[origin], data[at * width : at * width + length], wire, tries)
        for at, (time_ns, origin, length, wire, tries) in enumerate(columns)
    ]
