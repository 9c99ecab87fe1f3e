"""Ports known to answer, asked again among probes that bring nothing: their silence tells what the rate destroys."""

from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.mixing import drawn
from tui_scan.engine.probes import CANARY_PORTS, TRIES

Cells = npt.NDArray[np.int64]
MOST = 64
"""Ports that are known at the most."""
ONE_IN = 128
"""So many probes have one canary among them."""
A_ROUND = 128
"""Canaries in a round that has more probes than that asks for."""
FEW = 4
"""Source ports of canaries where all probes must leave from one and their sequence numbers alone differ."""
PAUSE = 0.02
"""Seconds, and twice the round trip, between two canaries that look the same: the first one's handshake must be over
(a Linux host answers a repeated SYN twice a second at most). Where the reset that ends it gets lost, the host repeats
its SYN-ACK after 1, 3 and 7 s, which would answer for a lost canary: the one that has rested longest is next."""


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
    ``columns`` is the ledger's column count, ``ports`` of those source ports are there. One goes with every so many
    probes of a round. Where none is free, as while those before it are lost, the probes wait for it: if there were
    more of them where all is well, they would vouch for probes that fared worse.
    """

    def __init__(self, columns: int, ports: int = CANARY_PORTS) -> None:
        self._columns, self._ports = columns, ports
        self._known: list[int] = []
        self._next = 0
        self._flying: dict[tuple[int, int], float] = {}
        self._rested: dict[tuple[int, int], float] = {}
        self._ended: list[tuple[int, bool, float]] = []
        self._cut = 0.0
        self._share, self._since = ONE_IN, 0

    def begin(self, probes: int) -> None:
        """A round of so many probes begins."""
        self._share = max(ONE_IN, probes // A_ROUND)
        self._since = drawn(self._share)

    def room(self, probes: int, now: float) -> int:
        """How many of so many probes may leave now with the canaries that they need."""
        needed = (self._since + probes) // self._share
        if not self._known or not needed:
            return probes
        free = len(self._free(needed, now))
        return probes if free == needed else (free + 1) * self._share - 1 - self._since

    def learn(self, cells: Cells) -> None:
        """These cells have answered for themselves."""
        self._known += cells[: MOST - len(self._known)].tolist()

    def due(self, probes: int, now: float, round_trip: float) -> list[tuple[int, int]]:
        """Canaries to send among so many probes, for which there was room; they count as sent."""
        needed, self._since = divmod(self._since + probes, self._share)
        chosen = self._free(needed, now)
        for pair in chosen:
            self._flying[pair] = now
            self._rested[pair] = now + PAUSE + 2 * round_trip
        self._next += len(chosen)
        return chosen

    def _free(self, most: int, now: float) -> list[tuple[int, int]]:
        """Up to so many canaries that neither fly nor rest, in turn."""
        known, count = self._known, len(self._known)
        turns = range(self._next, self._next + count * self._ports)
        pairs = ((known[turn % count], TRIES + 1 + turn // count % self._ports) for turn in turns)
        free = (pair for pair in pairs if pair not in self._flying and self._rested.get(pair, 0.0) <= now)
        return list(islice(free, most))

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
