"""What the list of packets needs of a source of packets: columns of all its rows, and single rows told."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from tui_scan.model.packets import Event, Packet

Ints = npt.NDArray[np.int64]
NO_CELL = 0xFFFF_FFFF
"""The cell of packets that belong to no port of the scan: those of discovery, traces and tests of doubtful hosts."""


class Source(Protocol):
    """Rows of one kind at one moment. Arrays have a value a row."""

    @property
    def left_out(self) -> int:
        """How many older rows there are."""
        ...

    def times(self) -> Ints:
        """Nanoseconds of CLOCK_REALTIME; 0 in rows that tell nothing."""
        ...

    def cells(self) -> npt.NDArray[np.uint32]:
        """The cell of each row, or NO_CELL."""
        ...

    def items(self, numbers: Ints) -> list[Packet | Event]:
        """What rows tell, by their numbers."""
        ...

    def origins(self) -> npt.NDArray[np.uint8]:
        """Who sent each row, by its number in ``ORIGINS``."""
        ...

    def protocols(self) -> npt.NDArray[np.uint8]:
        """The IP protocol of each row, or its next header; 0 where it is not known."""
        ...

    def flags(self) -> npt.NDArray[np.int16]:
        """The TCP flags of each row, NO_FLAGS where it has none."""
        ...
