"""Scans whose ledgers are filled by hand, so that a report's truth is known."""

from collections.abc import Iterable

import numpy as np

from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan, prepare
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.report.run import Run
from tui_scan.scope.plan import plan
from tui_scan.services import names

Truth = dict[tuple[str, Protocol, int], tuple[PortState, Reason]]


def made_scan(targets: Iterable[str], ports: str, *techniques: Technique) -> Scan:
    """A scan that has begun and found nothing yet."""
    request = ScanRequest(tuple(targets), ports=ports, techniques=techniques)
    scan = prepare(plan(request, names=names), techniques)
    scan.started_ns, scan.finished_ns = 1_700_000_000_000_000_000, 1_700_000_001_250_000_000
    return scan


def enter(scan: Scan, truth: Truth) -> None:
    """Enter verdicts; hosts with an answer of their own are up."""
    for (address, protocol, port), (state, reason) in truth.items():
        host = scan.hosts.index(address)
        cell = np.array([scan.ledger.cell(host, scan.columns.index(protocol, port))])
        silent = reason is Reason.NO_RESPONSE
        scan.ledger.note_sent(cell, 10)
        one = np.ones(1, np.uint8)
        if silent:
            scan.ledger.record(cell, one * state, one * reason)
            continue
        scan.ledger.record(cell, one * state, one * reason, one * 64, np.full(1, 400, np.uint32))
        if state in (PortState.OPEN, PortState.CLOSED):
            scan.hosts.mark(host, HostState.UP, reason)


def run_of(scan: Scan, **more: object) -> Run:
    """A run that came to its end."""
    return Run(scan, "tui-scan scan by hand", **{"phase": Phase.FINISHED, **more})  # type: ignore[arg-type]
