"""What a report shows one by one, and what it only counts: nmap's "Not shown" and silent hosts."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.scan import Scan
from tui_scan.model.discovery import Aim
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol
from tui_scan.report.run import Run

MOST_SHOWN = 25
"""A state of more ports than this is counted, not listed (nmap's reference guide, "Not shown")."""

Columns = npt.NDArray[np.int64]
_MAY_BE_OPEN = (PortState.OPEN, PortState.OPEN_FILTERED, PortState.UNFILTERED)


class Extra(NamedTuple):
    """Ports of one host that are counted and not listed: one state, one reason, one protocol."""

    state: PortState
    reason: Reason
    protocol: Protocol
    columns: Columns

    @property
    def size(self) -> int:
        """How many ports these are."""
        return len(self.columns)


def hidden_states(run: Run, hosts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which states of these hosts are only counted; bool of shape (hosts, states).

    Open ports are always listed; with ``open_only`` only what may be open is.
    """
    hidden = run.scan.ledger.counts[hosts] > MOST_SHOWN
    if run.open_only:
        hidden[:, [state for state in PortState if state not in _MAY_BE_OPEN]] = True
    hidden[:, [PortState.UNTRIED, PortState.OPEN]] = False
    return hidden


def extras(scan: Scan, host: int, columns: Columns) -> tuple[Extra, ...]:
    """Hidden columns by state, reason and protocol, those of many ports first."""
    cells = columns + scan.ledger.row(host).start
    keys = scan.ledger.state[cells].astype(np.uint32) << 16
    keys |= scan.columns.which[columns].astype(np.uint32) << 8
    keys |= scan.ledger.reason[cells]
    found = []
    ordered = np.sort(keys)  # np.unique would first import numpy.ma
    for key in ordered[np.flatnonzero(np.diff(ordered, prepend=np.uint32(0)))].tolist():
        protocol = TECHNIQUES[scan.columns.techniques[key >> 8 & 255]].protocol
        found.append(Extra(PortState(key >> 16), Reason(key & 255), protocol, columns[keys == key]))
    return tuple(sorted(found, key=lambda extra: -extra.size))


class ReportedHosts(NamedTuple):
    """The hosts a report tells of, ascending, and how many it leaves out because they never answered."""

    shown: npt.NDArray[np.int64]
    silent: int


def reported_hosts(run: Run) -> ReportedHosts:
    """Hosts that are down are only counted (``Run.hosts``) but with ``-v``; so are silent ones where they are many."""
    scan, ledger = run.scan, run.scan.ledger
    reasons = ledger.reason.reshape(ledger.hosts, ledger.columns)
    heard = ((reasons != Reason.NONE) & (reasons != Reason.NO_RESPONSE)).any(axis=1)
    silent = (scan.hosts.state == HostState.UNKNOWN) & ~heard
    wanted = (scan.hosts.state != HostState.DOWN) | (run.verbosity > 0)
    hidden = int(np.count_nonzero(silent))
    told = scan.request.aim is Aim.LIST or (scan.request.aim is Aim.HOSTS and scan.request.discovery.skip)
    if hidden > MOST_SHOWN and not told:
        wanted &= ~silent
    else:
        hidden = 0
    if run.open_only and scan.request.aim is Aim.PORTS:
        wanted &= ledger.counts[:, list(_MAY_BE_OPEN)].sum(axis=1) > 0
    return ReportedHosts(np.flatnonzero(wanted), hidden)
