"""Hosts that keep silent to an echo request and yet send ICMP errors: they speak ICMP."""

import numpy as np

from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import ICMP_REASONS
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique

ICMP = 1


def open_spoken_icmp(scan: Scan, technique: Technique) -> None:
    """After an IP protocol scan of IPv4, call ICMP open where its own probe told nothing but others brought errors.

    The error has to be the target's own; of several, that of the lowest protocol is the reason.
    """
    if technique is not Technique.IP_PROTOCOL or scan.hosts.family != 4:
        return
    icmp = int(scan.columns.find(Protocol.IP, np.array([ICMP]))[0])
    columns = scan.columns.of(technique)
    ledger = scan.ledger
    for host in range(scan.hosts.count) if icmp >= 0 else ():
        cell = ledger.cell(host, icmp)
        if ledger.state[cell] != PortState.OPEN_FILTERED:
            continue
        cells = ledger.cell(host, 0) + columns
        errors = cells[np.isin(ledger.reason[cells], list(ICMP_REASONS))]
        own = [other for other in errors.tolist() if other not in ledger.sender]
        if own:
            witness = own[:1]
            opened = np.array([PortState.OPEN], np.uint8)
            ledger.record(np.array([cell]), opened, ledger.reason[witness], ledger.ttl[witness])
