"""The packets of a scan: what was sent can be rebuilt to the byte, what came is kept, within a memory budget."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from tui_scan.engine.packetlog import PacketLog
from tui_scan.engine.rowlog import RowLog
from tui_scan.model.packets import Origin, Packet

DEFAULT_BUDGET = 96 << 20
ORIGINS = tuple(Origin)
ORIGIN_NUMBER = {origin: number for number, origin in enumerate(ORIGINS)}

SENT = np.dtype([("cell", "u4"), ("try", "u1"), ("part", "u1"), ("time_ns", "i8")])
Rebuild = Callable[[int, int, int], bytes]


class Capture:
    """Sent and received packets by cell.

    A probe's bytes follow from (cell, try, part) alone, so only its time is stored; ``rebuild`` makes the bytes
    again. ``part`` counts the packets of one try from 0. When the received packets outgrow ``budget`` bytes,
    those of ``boring`` cells are let go: ``dropped`` counts them, and ``complete`` tells whether a cell still has
    all of its packets.
    """

    def __init__(
        self,
        rebuild: Rebuild,
        boring: Callable[[npt.NDArray[np.uint32]], npt.NDArray[np.bool_]],
        budget: int = DEFAULT_BUDGET,
    ) -> None:
        self._rebuild = rebuild
        self._boring = boring
        self._budget = budget
        self.sent = RowLog(SENT)
        self.received = PacketLog()
        self._long: dict[tuple[int, int], bytes] = {}
        self.dropped = 0

    def note_sent(
        self, cells: npt.NDArray[np.int64], tries: int, times_ns: npt.NDArray[np.int64], part: int = 0
    ) -> None:
        """Record that try number ``tries`` (from 1) of these cells left at these CLOCK_REALTIME times."""
        rows = np.empty(len(cells), SENT)
        rows["cell"], rows["try"], rows["part"], rows["time_ns"] = cells, tries, part, times_ns
        self.sent.append(rows)

    def note_received(self, rows: npt.NDArray[np.void], long: dict[int, bytes]) -> None:
        """Record received rows (see ``packetlog``); ``long`` gives by row number the packets above WIDTH bytes."""
        for number, data in long.items():
            self._long[(int(rows["cell"][number]), int(rows["time_ns"][number]))] = data
        self.received.append(rows)
        if self.received.nbytes > self._budget:
            self.dropped += self.received.keep(lambda cells: ~self._boring(cells))
            self._budget = max(self._budget, 2 * self.received.nbytes)

    def exchange(self, cell: int) -> list[Packet]:
        """The packets of a cell in the order of their times."""
        packets = [packet for _, packet in self.packets(self.sent.of(cell), self.received.of(cell))]
        return sorted(packets, key=lambda packet: packet.time_ns)

    def packets(self, sent: Iterable[np.void], received: Iterable[np.void]) -> Iterator[tuple[int, Packet]]:
        """Rows of the two logs as cells and packets, those sent first."""
        for row in sent:
            cell, tries = int(row["cell"]), int(row["try"])
            data = self._rebuild(cell, tries, int(row["part"]))
            yield cell, Packet(int(row["time_ns"]), Origin.SCANNER, data, len(data), tries)
        for row in received:
            cell, time_ns = int(row["cell"]), int(row["time_ns"])
            data = self._long.get((cell, time_ns)) or row["data"][: int(row["length"])].tobytes()
            yield cell, Packet(time_ns, ORIGINS[int(row["origin"])], data, int(row["wire"]), int(row["try"]))
