"""What a report says of each host, read from the ledger's arrays a block of hosts at a time."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.ledger import NO_RTT, NO_TTL
from tui_scan.engine.scan import Scan
from tui_scan.model.discovery import Aim
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.report.collapse import Extra, extras, hidden_states
from tui_scan.report.rows import PortRow, port_rows
from tui_scan.report.run import Run

BLOCK = 1 << 18
"""Cells that are read at once: many hosts of few ports, or few of many."""

Indices = npt.NDArray[np.int64]
ON_LINK = (Reason.ARP_RESPONSE, Reason.ND_RESPONSE)
RoundTrip = tuple[float, float]
"""The mean round trip of a host's answers and their mean deviation from it, in microseconds."""


class HostTable(NamedTuple):
    """One host: the ``rows`` listed (ascending), the ``extras`` counted, how many ports have no verdict.

    ``state`` and ``reason`` are the host's own, as nmap names them; ``ttl`` is that of the answer which is the
    reason, None where it was not seen.
    """

    host: int
    state: str
    reason: str
    ttl: int | None
    rows: list[PortRow]
    extras: tuple[Extra, ...]
    undecided: int
    round_trip: RoundTrip | None


def host_tables(run: Run, hosts: Indices) -> Iterator[HostTable]:
    """The tables of these hosts, in their order."""
    size = max(1, BLOCK // max(1, run.scan.ledger.columns))
    for start in range(0, len(hosts), size):
        yield from _block(run, hosts[start : start + size])


def _block(run: Run, hosts: Indices) -> Iterator[HostTable]:
    scan, ledger = run.scan, run.scan.ledger
    states = ledger.state.reshape(ledger.hosts, ledger.columns)[hosts]
    hidden = np.take_along_axis(hidden_states(run, hosts), states, axis=1)
    untried = states == PortState.UNTRIED
    shown = ~(hidden | untried)
    at, columns = np.nonzero(shown)
    rows = port_rows(scan, hosts[at], columns)
    counts = (mask.sum(axis=1).tolist() for mask in (shown, hidden, untried))
    reasons = zip(_host_states(scan, hosts), reason_ttls(scan, hosts), strict=True)
    told = zip(hosts.tolist(), reasons, *counts, round_trips(scan, hosts), strict=True)
    for number, (host, ((state, reason), ttl), listed, counted, undecided, timing) in enumerate(told):
        extra = extras(scan, host, np.flatnonzero(hidden[number])) if counted else ()
        yield HostTable(host, state, reason, ttl, list(islice(rows, listed)), extra, undecided, timing)


def _host_states(scan: Scan, hosts: Indices) -> Iterator[tuple[str, str]]:
    """State and reason of each host; ``no-response`` where nothing came.

    Hosts that nobody was to ask have their state from the person alone: ``user-set``, as nmap has it.
    """
    states = {state.value: state.label for state in HostState}
    reasons = {reason.value: reason.label for reason in Reason} | {0: Reason.NO_RESPONSE.label}
    listed = zip(scan.hosts.state[hosts].tolist(), scan.hosts.reason[hosts].tolist(), strict=True)
    told = _told_by_person(scan)
    if told is None:
        return ((states[state], reasons[reason]) for state, reason in listed)
    return (
        (states[state], reasons[reason]) if state == HostState.DOWN or reason in ON_LINK else told
        for state, reason in listed
    )


def _told_by_person(scan: Scan) -> tuple[str, str] | None:
    """State and reason of hosts that were not to be asked; None where they were."""
    if scan.request.aim is Aim.LIST:
        return HostState.UNKNOWN.label, Reason.USER_SET.label
    return (HostState.UP.label, Reason.USER_SET.label) if scan.request.discovery.skip else None


def reason_ttls(scan: Scan, hosts: Indices) -> list[int | None]:
    """The TTL of the answer for which each host is up: discovery's, else of its own ports' answers the first such."""
    found = scan.hosts.ttl[hosts]
    if _told_by_person(scan) or not scan.ledger.columns:
        return [ttl or None for ttl in found.tolist()]
    ledger, up = scan.ledger, scan.hosts.state[hosts] == HostState.UP
    state, reason, ttl, sent, rtt = (
        array.reshape(ledger.hosts, ledger.columns)[hosts]
        for array in (ledger.state, ledger.reason, ledger.ttl, ledger.sent_us, ledger.rtt_us)
    )
    own = ((state == PortState.OPEN) | (state == PortState.CLOSED)) & up[:, None] & (ttl != NO_TTL)
    own &= reason == scan.hosts.reason[hosts][:, None]
    came = np.where(own, sent.astype(np.uint64) + rtt, np.iinfo(np.uint64).max)
    first = came.argmin(axis=1)
    at = np.arange(len(hosts))
    told = np.where(found > 0, found, np.where(own[at, first], ttl[at, first], NO_TTL))
    return [seen or None for seen in told.tolist()]


def round_trips(scan: Scan, hosts: Indices) -> list[RoundTrip | None]:
    """The round trips of these hosts, discovery's where ports have none; None where none was measured."""
    found = [(float(rtt), 0.0) if rtt else None for rtt in scan.hosts.rtt_us[hosts].tolist()]
    ledger = scan.ledger
    if not ledger.columns:
        return found
    rtts = ledger.rtt_us.reshape(ledger.hosts, ledger.columns)[hosts]
    measured = rtts != NO_RTT
    counts = measured.sum(axis=1)
    least = np.maximum(counts, 1)
    means = np.where(measured, rtts, 0).sum(axis=1, dtype=np.float64) / least
    spread = np.where(measured, np.abs(rtts - means[:, None]), 0.0).sum(axis=1) / least
    listed = zip(counts.tolist(), means.tolist(), spread.tolist(), found, strict=True)
    return [(mean, deviation) if count else other for count, mean, deviation, other in listed]
