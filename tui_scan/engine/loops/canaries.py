"""Probes to ports known as closed: do they all bring an error, or does the host hold some back?"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tui_scan.engine.ledger import Ledger
from tui_scan.engine.probes import TRIES
from tui_scan.engine.retries import Retries
from tui_scan.model.states import PortState

LEAST, MOST = 8, 128
"""Canaries a host: twice as many as ports are silent, for as many errors may have been held back. Linux lets 6 a
peer and 50 in all pass in a burst (icmp(7))."""
HEARD = 0.95
"""The share of canaries that a host without a limit answers at the least, on a wire that loses next to nothing."""
ENOUGH = 32
"""Canaries from which loss, which is spread evenly, is told from a limit, which lets the first of them pass."""
MOST_LOST = 0.5
"""The share of them that a wire may lose."""
PAUSE = 0.001

Cells = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Canary:
    """``count`` probes of one closed cell that carry the number of one try; more than one only where cells are few."""

    cell: int
    tries: int
    count: int


class Canaries:
    """Sends canaries to several hosts at once and counts what they bring.

    ``send`` takes cells and the number of their try, ``collect`` enters what came, ``turn`` obeys pause and
    stop and gives the time, ``heard`` tells how many answers a cell's try has brought. An answer that came twice
    counts once.
    """

    def __init__(
        self,
        ledger: Ledger,
        send: Callable[[Cells, int], None],
        collect: Callable[[], int],
        turn: Callable[[], float],
        heard: Callable[[int, int], int],
    ) -> None:
        self._ledger = ledger
        self._send, self._collect, self._turn, self._heard = send, collect, turn, heard

    def limited(self, columns: Cells, silent: dict[int, list[int]], timeout: float, retries: Retries) -> list[int]:
        """Those hosts of ``silent`` (cells by host) whose silence may be a limit's; the loss of the others is counted.

        Every host has at least one closed port among ``columns``.
        """
        flying = {host: self._launch(self._closed(host, columns), len(cells)) for host, cells in silent.items()}
        end = self._turn() + timeout
        while self._turn() < end and any(self._missed(canaries) for canaries in flying.values()):
            self._collect()
            time.sleep(PAUSE)
        held_back = []
        for host, canaries in flying.items():
            answers = self._answers(canaries)
            if holds_back(answers):
                held_back.append(host)
            else:
                retries.sampled(host, sum(answers), len(answers) - sum(answers))
        return held_back

    def _closed(self, host: int, columns: Cells) -> Cells:
        cells = self._ledger.cell(host, 0) + columns
        mine: Cells = cells[self._ledger.state[cells] == PortState.CLOSED]
        return mine

    def _launch(self, closed: Cells, silent: int) -> list[_Canary]:
        """Probe the closed ports of one host, each first once; in the order in which they leave."""
        left = min(MOST, max(LEAST, 2 * silent))
        tries = min(int(self._ledger.tries[closed].max()) + 1, TRIES)
        canaries: list[_Canary] = []
        while left:
            cells = closed[:left]
            times = 1 if tries < TRIES else -(-left // len(closed))
            for _ in range(times):
                self._send(cells, tries)
            canaries += [_Canary(cell, tries, times) for cell in cells.tolist()]
            left = max(0, left - times * len(cells))
            tries = min(tries + 1, TRIES)
        return canaries

    def _answers(self, canaries: list[_Canary]) -> list[bool]:
        """Whether each probe was answered, in the order in which they left."""
        answers: list[bool] = []
        for canary in canaries:
            heard = min(canary.count, self._heard(canary.cell, canary.tries))
            answers += [number < heard for number in range(canary.count)]
        return answers

    def _missed(self, canaries: list[_Canary]) -> bool:
        answers = self._answers(canaries)
        return sum(answers) < HEARD * len(answers)


def holds_back(answers: list[bool]) -> bool:
    """Whether the sender of these answers, to probes in the order in which they left, seems to have a limit.

    A limit answers the first probes of a burst; a wire loses of the last as few as of the first, up to a binomial
    spread, of which three standard deviations are allowed.
    """
    count, heard = len(answers), sum(answers)
    if heard >= HEARD * count:
        return False
    if count < ENOUGH or heard < (1 - MOST_LOST) * count:
        return True
    half = count // 2
    share = heard / count
    spread: float = (count * share * (1 - share)) ** 0.5
    return sum(answers[:half]) - sum(answers[count - half :]) > 3 * spread
