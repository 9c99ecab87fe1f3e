"""Hosts whose every port is open: a SYN proxy or a tarpit answers for ports on which nothing can listen."""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tui_scan.engine.scan import Scan, prepare
from tui_scan.language import Sentence
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.scope.ports import PortSelection
from tui_scan.scope.ranges import AddressRange

LEAST_OPEN = 10
SHARE = 0.9
"""A host is doubted when so many of its ports are open, and this share of those that said open or closed."""
TRIALS = 6
"""Random high ports that are tried on a doubted host; that all of them serve somebody is as good as impossible."""
_HIGH = range(20_000, 61_000)

NOTE = (
    "{address} answers on {open:,} ports, and also on {trials} random ones between 20000 and 61000: something in front "
    "of it or a tarpit accepts every connection. That its ports are open proves nothing."
)
ALL_OPEN = (
    "{address} answers on nearly all ports there are: something in front of it or a tarpit accepts every connection. "
    "That its ports are open proves nothing."
)

WINDOW_NOTE = (
    "{address} resets with a window from {open:,} ports, and also from {trials} random ones between 20000 and 61000: "
    "its stack fills the window in every RST. That the window scan calls its ports open proves nothing."
)
WINDOW_ALL_OPEN = (
    "{address} resets with a window from nearly all ports there are: its stack fills the window in every RST. That the "
    "window scan calls its ports open proves nothing."
)


def doubted(scan: Scan, technique: Technique) -> list[int]:
    """The hosts of a TCP technique that have nearly nothing but open ports."""
    if TECHNIQUES[technique].protocol is not Protocol.TCP:
        return []
    columns = scan.columns.of(technique)
    state = scan.ledger.state.reshape(scan.hosts.count, scan.columns.count)[:, columns]
    opened = np.count_nonzero(state == PortState.OPEN, axis=1)
    closed = np.count_nonzero(state == PortState.CLOSED, axis=1)
    doubtful: list[int] = np.flatnonzero((opened >= LEAST_OPEN) & (opened >= SHARE * (opened + closed))).tolist()
    return doubtful


def verify_doubted(scan: Scan, technique: Technique, run: Callable[[Scan], None]) -> None:
    """Probe random high ports of doubted hosts by ``run``, and note those that answer on all of them."""
    hosts = doubted(scan, technique)
    if not hosts:
        return
    ports = _random_ports(set(scan.columns.port[scan.columns.of(technique)].tolist()))
    if not ports:
        text = WINDOW_ALL_OPEN if technique is Technique.WINDOW else ALL_OPEN
        scan.notes.extend(Sentence(text, address=scan.hosts.address(host)) for host in hosts)
        return
    values = sorted(scan.hosts.integer(host) for host in hosts)
    ranges = tuple(AddressRange(v, v, _zone(scan, v)) for v in values)
    plan = replace(scan.plan, ranges=ranges, ports=PortSelection(tcp=ports, udp=()), names={}, notes=())
    trial = prepare(plan, (technique,))
    trial.started_ns = scan.started_ns
    scan.trials.append(trial)
    run(trial)
    opened = np.count_nonzero(trial.ledger.state.reshape(trial.hosts.count, -1) == PortState.OPEN, axis=1)
    for number in np.flatnonzero(opened == len(ports)).tolist():
        address = trial.hosts.address(number)
        host = scan.hosts.index(address)
        count = int(scan.ledger.counts[host, PortState.OPEN])
        text = WINDOW_NOTE if technique is Technique.WINDOW else NOTE
        scan.notes.append(Sentence(text, address=address, open=count, trials=len(ports)))


def _zone(scan: Scan, value: int) -> str | None:
    return next((zone for first, last, zone in scan.hosts.zones if first <= value <= last), None)


def _random_ports(scanned: set[int]) -> tuple[int, ...]:
    """Some ports that the scan itself did not try."""
    free = [port for port in _HIGH if port not in scanned]
    if len(free) < TRIALS:
        return ()
    step = len(free) // TRIALS
    return tuple(free[step * k + int.from_bytes(os.urandom(4)) % step] for k in range(TRIALS))
