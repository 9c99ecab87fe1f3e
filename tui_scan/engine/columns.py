"""The ports of a scan as columns: every host has the same ones, TCP before UDP, ascending."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique


class Columns:
    """``count`` columns; column c is port ``port[c]`` (uint16), scanned by ``techniques[which[c]]``."""

    def __init__(self, parts: Sequence[tuple[Technique, Sequence[int]]]) -> None:
        self.techniques = tuple(technique for technique, _ in parts)
        self.port = np.concatenate([np.empty(0, np.uint16), *(np.sort(_numbers(ports)) for _, ports in parts)])
        self.which = np.repeat(np.arange(len(parts), dtype=np.uint8), [len(ports) for _, ports in parts])
        self.count = len(self.port)
        self._lookup: dict[Protocol, npt.NDArray[np.int32]] = {}
        for number, (technique, _) in enumerate(parts):
            table = np.full(65536, -1, np.int32)
            mine = np.flatnonzero(self.which == number)
            table[self.port[mine]] = mine
            self._lookup[TECHNIQUES[technique].protocol] = table

    def technique(self, column: int) -> Technique:
        """The technique that scans this column."""
        return self.techniques[int(self.which[column])]

    def protocol(self, column: int) -> Protocol:
        """The protocol of this column."""
        return TECHNIQUES[self.technique(column)].protocol

    def of(self, technique: Technique) -> npt.NDArray[np.int64]:
        """The columns that this technique scans, ascending."""
        return np.flatnonzero(self.which == self.techniques.index(technique))

    def find(self, protocol: Protocol, ports: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
        """The columns of these ports, -1 where the scan has none."""
        table = self._lookup.get(protocol)
        if table is None:
            return np.full(len(ports), -1, np.int32)
        found: npt.NDArray[np.int32] = table[ports]
        return found

    def index(self, protocol: Protocol, port: int) -> int:
        """The column of one port; raises KeyError where the scan has none."""
        column = int(self.find(protocol, np.array([port]))[0])
        if column < 0:
            raise KeyError((protocol, port))
        return column


def _numbers(ports: Sequence[int]) -> npt.NDArray[np.uint16]:
    if isinstance(ports, range):
        return np.arange(ports.start, ports.stop, ports.step).astype(np.uint16)
    return np.fromiter(ports, np.uint16, len(ports))
