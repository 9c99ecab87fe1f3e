"""Probes outside the rounds, that keep to the rate which the timing options allow."""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.control import TURN
from tui_scan.engine.tokens import Tokens

Cells = npt.NDArray[np.int64]
Send = Callable[[Cells, int], None]


def paced(send: Send, tokens: Tokens, collect: Callable[[], int], turn: Callable[[], float]) -> Send:
    """``send`` that waits for each probe's turn; ``collect`` enters what comes meanwhile, ``turn`` gives the time."""
    if tokens.rate is None:
        return send

    def send_in_turn(cells: Cells, tries: int) -> None:
        for number in range(len(cells)):
            while not tokens.room(turn()):
                collect()
                time.sleep(min(TURN, tokens.wait()))
            tokens.spend()
            send(cells[number : number + 1], tries)

    return send_in_turn
