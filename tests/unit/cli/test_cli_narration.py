"""What standard error tells while a scan runs."""

import io

import numpy as np

from tui_scan.cli.narration import Narration, duration, progress_line
from tui_scan.engine.progress import Progress
from tui_scan.engine.scan import Scan, prepare
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.scope.plan import plan
from tui_scan.services import names


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def scan_of(ports: str) -> Scan:
    request = ScanRequest(("10.0.0.1-3",), ports=ports, techniques=(Technique.SYN,))
    return prepare(plan(request, names=names), request.techniques)


def open_cell(scan: Scan, host: int, column: int) -> None:
    one = np.ones(1, np.uint8)
    cell = np.array([scan.ledger.cell(host, column)])
    scan.ledger.record(cell, one * PortState.OPEN, one * Reason.SYN_ACK)


def test_open_ports_are_told_once_each() -> None:
    scan, out = scan_of("22,80"), io.StringIO()
    narration = Narration(scan, out, verbose=True)
    open_cell(scan, 1, 1)
    narration.turn()
    narration.turn()
    open_cell(scan, 1, 0)
    narration.end()
    assert out.getvalue().splitlines() == [
        "tui-scan: open 80/tcp on 10.0.0.2",
        "tui-scan: open 22/tcp on 10.0.0.2",
    ]


def test_without_a_terminal_and_v_it_is_quiet() -> None:
    scan, out = scan_of("22"), io.StringIO()
    narration = Narration(scan, out, verbose=False)
    open_cell(scan, 0, 0)
    narration.turn()
    narration.end()
    assert out.getvalue() == ""


def test_on_a_terminal_one_line_is_rewritten_and_taken_away() -> None:
    scan, out = scan_of("22"), Terminal()
    narration = Narration(scan, out, verbose=False)
    narration.turn()
    narration.turn()
    narration.end()
    text = out.getvalue()
    assert "\n" not in text
    assert text.count("\r\x1b[K0.0 %") == 2
    assert text.endswith("\r\x1b[K")


def test_progress_is_never_rounded_up_to_done() -> None:
    almost = Progress(100_000, 99_999, 100_000, 5, 1, 12_345.6, 3.0, 187.4)
    assert progress_line(almost, 3) == "99.9 %  12,346/s  3 open  3:07 left"
    done = Progress(10, 10, 10, 5, 1, 5.0, 3.0, 0.0)
    assert progress_line(done, 3) == "100.0 %  5/s  3 open"


def test_durations() -> None:
    assert [duration(value) for value in (0, 12.4, 60, 3599.6)] == ["0:00", "0:12", "1:00", "1:00:00"]
