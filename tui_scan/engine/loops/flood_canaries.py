"""Ports known to answer, asked again among probes that bring nothing: their silence tells what the rate destroys."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.probes import CANARY_PORTS, TRIES

Cells = npt.NDArray[np.int64]
MOST = 64
"""Ports that are known at the most."""
ONE_IN = 128
"""So many probes have one canary among them, and each batch two at the least."""
PAUSE = 0.02
"""Seconds, and twice the round trip, between two canaries that look the same: the first one's handshake must be over
(a Linux host answers a repeated SYN twice a second at most)."""


class Told(NamedTuple):
    """Canaries that were answered or not in time: their hosts, and which of them were ``heard``.

    ``fresh`` are those that left since the rate was last cut.
    """

    hosts: Cells
    heard: npt.NDArray[np.bool_]
    fresh: npt.NDArray[np.bool_]


class FloodCanaries:
    """Chooses canaries and counts what they bring; sans I/O, times are in seconds.

    A canary is a probe of a cell by a source port of its own: ``(cell, tries)`` with ``tries`` above ``TRIES``.
    ``columns`` is the ledger's column count.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._known: dict[int, None] = {}
        self._next = 0
        self._flying: dict[tuple[int, int], float] = {}
        self._rested: dict[tuple[int, int], float] = {}
        self._ended: list[tuple[int, bool, float]] = []
        self._cut = 0.0

    def learn(self, cells: Cells) -> None:
        """These cells have answered for themselves."""
        for cell in cells[: MOST - len(self._known)].tolist():
            self._known[cell] = None

    def due(self, probes: int, now: float, round_trip: float) -> list[tuple[int, int]]:
        """Canaries to send among so many probes; they count as sent."""
        wanted = max(2, probes // ONE_IN)
        pairs = [(cell, TRIES + port) for port in range(1, CANARY_PORTS + 1) for cell in self._known]
        chosen: list[tuple[int, int]] = []
        for step in range(len(pairs)):
            pair = pairs[(self._next + step) % len(pairs)]
            if pair not in self._flying and self._rested.get(pair, 0.0) <= now:
                chosen.append(pair)
                self._flying[pair] = now
                self._rested[pair] = now + PAUSE + 2 * round_trip
            if len(chosen) == wanted:
                break
        self._next += len(chosen)
        return chosen

    def answered(self, cells: Cells, tries: npt.NDArray[np.uint8]) -> None:
        """Answers to these canaries have come."""
        for pair in zip(cells.tolist(), tries.tolist(), strict=True):
            if (sent := self._flying.pop(pair, None)) is not None:
                self._ended.append((pair[0], True, sent))

    def told(self, now: float, patience: float) -> Told:
        """What has been learnt since the last call: a canary is lost after ``patience``."""
        late = [pair for pair, sent in self._flying.items() if now - sent >= patience]
        self._ended += [(pair[0], False, self._flying.pop(pair)) for pair in late]
        ended, self._ended = self._ended, []
        hosts = np.array([cell for cell, _, _ in ended], np.int64) // self._columns
        heard = np.array([heard for _, heard, _ in ended], np.bool_)
        return Told(hosts, heard, np.array([sent > self._cut for _, _, sent in ended], np.bool_))

    def cut(self, now: float) -> None:
        """The rate was cut: canaries that left before it tell nothing of the new one."""
        self._cut = now
