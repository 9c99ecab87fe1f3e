"""What is known of hosts that a report does not list: those of which the same is known together."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.report.collapse import Extra, extras
from tui_scan.report.run import Run

Indices = npt.NDArray[np.int64]


class Unlisted(NamedTuple):
    """Hosts alike, as runs (first, last) of host numbers; their state and reason, and the verdicts of their ports."""

    runs: list[tuple[int, int]]
    state: HostState
    reason: Reason
    extras: tuple[Extra, ...]


def unlisted(run: Run, shown: Indices) -> list[Unlisted]:
    """The hosts that are not ``shown`` and of which anything is known."""
    scan, ledger = run.scan, run.scan.ledger
    states = ledger.state.reshape(ledger.hosts, ledger.columns)
    reasons = ledger.reason.reshape(ledger.hosts, ledger.columns)
    known = (scan.hosts.state != HostState.UNKNOWN) | (states != PortState.UNTRIED).any(axis=1)
    known[shown] = False
    alike: dict[tuple[int, int, bytes, bytes], list[int]] = {}
    for host in np.flatnonzero(known).tolist():
        key = int(scan.hosts.state[host]), int(scan.hosts.reason[host]), states[host].tobytes(), reasons[host].tobytes()
        alike.setdefault(key, []).append(host)
    return [
        Unlisted(
            _runs(hosts),
            HostState(key[0]),
            Reason(key[1]),
            extras(scan, hosts[0], np.flatnonzero(states[hosts[0]] != PortState.UNTRIED)),
        )
        for key, hosts in alike.items()
    ]


def _runs(hosts: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs."""
    breaks = [0, *(at for at, (one, other) in enumerate(pairwise(hosts), 1) if other != one + 1), len(hosts)]
    return [(hosts[first], hosts[end - 1]) for first, end in pairwise(breaks)]
