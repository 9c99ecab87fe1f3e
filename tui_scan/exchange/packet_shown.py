"""The packets of discovery and traces as a source of the list of packets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tui_scan.engine.capture import ORIGIN_NUMBER
from tui_scan.engine.watched import Shown
from tui_scan.exchange.header_columns import flags_of, protocols_of
from tui_scan.exchange.packet_source import NO_CELL, Ints
from tui_scan.model.packets import Event, Origin, Packet


@dataclass(frozen=True)
class ShownSource:
    """Packets of discovery and traces, in batches; ``out`` says that they were sent."""

    shown: Sequence[Shown]
    out: bool
    left_out: int = 0

    @cached_property
    def _starts(self) -> Ints:
        return np.cumsum([0, *(len(one.packets) for one in self.shown)])

    def times(self) -> Ints:
        """See ``Source``."""
        return np.concatenate([np.empty(0, np.int64), *(one.times_ns for one in self.shown)])

    def cells(self) -> npt.NDArray[np.uint32]:
        """See ``Source``."""
        return np.full(self._starts[-1], NO_CELL, np.uint32)

    def items(self, numbers: Ints) -> list[Packet | Event]:
        """See ``Source``."""
        found: list[Packet | Event] = []
        batches = self._starts.searchsorted(numbers, "right") - 1
        for batch, row in zip(batches.tolist(), (numbers - self._starts[batches]).tolist(), strict=True):
            one = self.shown[batch]
            data = one.packets[row, : one.lengths[row]].tobytes()
            origin = Origin.SCANNER if self.out else Origin.TARGET
            found.append(Packet(int(one.times_ns[row]), origin, data, int(one.lengths[row])))
        return found

    def origins(self) -> npt.NDArray[np.uint8]:
        """See ``Source``."""
        return np.full(self._starts[-1], ORIGIN_NUMBER[Origin.SCANNER if self.out else Origin.TARGET], np.uint8)

    def protocols(self) -> npt.NDArray[np.uint8]:
        """See ``Source``."""
        return np.concatenate([np.empty(0, np.uint8), *(protocols_of(one.packets) for one in self.shown)])

    def flags(self) -> npt.NDArray[np.int16]:
        """See ``Source``."""
        return np.concatenate([np.empty(0, np.int16), *(flags_of(one.packets) for one in self.shown)])
