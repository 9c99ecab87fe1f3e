"""Hosts that sent no ICMP error at all: they may have had none left, and are asked once more a second later."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.states import HostState, PortState

REFILLED = 1.1
"""Seconds after which a host that limits its errors has one again: Linux, by default, and a little (icmp(7))."""
PORTS = 8
"""Ports of a host that are asked then: one error is enough to tell of a limit, and any of them may bring it."""
MOST = 512
"""Hosts at the most: among more of them, silence is rather a filter's."""
NOTE = "{count} hosts sent no ICMP error. They are asked once more, as their limit may have left them none."
NOTE_OF_ONE = "{address} sent no ICMP error. It is asked once more, as its limit may have left it none."

Cells = npt.NDArray[np.int64]


def ask_mute_hosts(
    scan: Scan,
    columns: Cells,
    group: Cells,
    ask: Callable[[Cells], None],
    wait: Callable[[float], None],
    timeout: float,
) -> None:
    """Ask the hosts of ``group`` that called none of these columns closed, though some are silent.

    ``ask`` sends the next try of cells, ``wait`` collects answers for so many seconds, ``timeout`` is how long theirs
    may take. A second scan that follows the first at once would take all closed ports for silent otherwise.
    """
    ledger = scan.ledger
    group = group[scan.hosts.state[group] != HostState.DOWN]
    states = ledger.state.reshape(-1, ledger.columns)[group][:, columns]
    silent = states == PortState.UNTRIED
    mute = silent.any(axis=1) & ~(states == PortState.CLOSED).any(axis=1)
    if not 0 < np.count_nonzero(mute) <= MOST:
        return
    count = int(np.count_nonzero(mute))
    address = scan.hosts.address(int(group[mute][0]))
    scan.tally.note = Sentence(NOTE, count=count) if count > 1 else Sentence(NOTE_OF_ONE, address=address)
    wait(REFILLED)
    at, column = np.nonzero(silent[mute] & (np.cumsum(silent[mute], axis=1) <= PORTS))
    ask(group[mute][at] * ledger.columns + columns[column])
    wait(timeout)
    scan.tally.note = ""
