"""Scans with a ledger that a test fills itself: nothing is sent."""

import os
import time

import numpy as np
import numpy.typing as npt

from tui_scan.engine.scan import Scan, prepare
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.scope.plan import plan
from tui_scan.services import names

VERDICTS = (
    (PortState.OPEN, Reason.SYN_ACK),
    (PortState.CLOSED, Reason.RESET),
    (PortState.FILTERED, Reason.NO_RESPONSE),
    (PortState.FILTERED, Reason.ADMIN_PROHIBITED),
    (PortState.OPEN_FILTERED, Reason.NO_RESPONSE),
)


def random_source() -> np.random.Generator:
    """Random numbers whose seed is printed, and can be given as TUI_SCAN_SEED."""
    seed = int(os.environ.get("TUI_SCAN_SEED", "0")) or time.time_ns() & 0xFFFF_FFFF
    print(f"TUI_SCAN_SEED={seed}")
    return np.random.default_rng(seed)


def made_scan(ports: str, *techniques: Technique, targets: tuple[str, ...] = ("127.0.0.1",)) -> Scan:
    """An untouched scan of these ports, SYN where no technique is given."""
    request = ScanRequest(targets=targets, ports=ports, techniques=techniques or (Technique.SYN,))
    return prepare(plan(request, names=names), request.techniques)


def answer(
    scan: Scan,
    columns: npt.NDArray[np.int64] | list[int],
    state: PortState,
    reason: Reason,
    *,
    host: int = 0,
    ttl: int = 64,
    rtt_us: int = 412,
) -> None:
    """Send to these columns and enter one verdict for all of them."""
    cells = np.asarray(columns, np.int64) + host * scan.columns.count
    scan.ledger.note_sent(cells, 0)
    count = len(cells)
    scan.ledger.record(
        cells,
        np.full(count, state, np.uint8),
        np.full(count, reason, np.uint8),
        np.full(count, ttl, np.uint8),
        np.full(count, rtt_us, np.uint32),
    )


def answer_at_random(scan: Scan, source: np.random.Generator, part: float = 1.0) -> None:
    """Give about ``part`` of host 0's columns a random verdict."""
    chosen = np.flatnonzero(source.random(scan.columns.count) < part)
    kind = source.integers(0, len(VERDICTS), len(chosen))
    for number, (state, reason) in enumerate(VERDICTS):
        answer(scan, chosen[kind == number], state, reason)
