"""Running a scan through the engine's own interface, and reading its verdicts by port."""

import ctypes
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.discovery import NO_DISCOVERY, Discovery
from tui_scan.model.packet_form import AS_USUAL, PacketForm
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.timing import TEMPLATES, Timing
from tui_scan.privilege.capabilities import CAP_NET_RAW
from tui_scan.privilege.sockets import OwnSockets
from tui_scan.scope.plan import plan
from tui_scan.services import names

Seen = dict[int, tuple[PortState, Reason]]
BRISK = TEMPLATES[4]
PATIENCE = 60.0
"""Seconds that a test waits for what is to come: a machine with other work is many times slower than an idle one."""
_HEADER = struct.Struct("II")
_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def ports_text(ports: Iterable[int]) -> str:
    """A port expression, with runs as ranges."""
    runs: list[list[int]] = []
    for port in sorted(ports):
        if runs and runs[-1][1] == port - 1:
            runs[-1][1] = port
        else:
            runs.append([port, port])
    return ",".join(f"{first}-{last}" if first != last else str(first) for first, last in runs)


def prepared(
    targets: Iterable[str],
    ports: Iterable[int] | str,
    *techniques: Technique,
    timing: Timing = BRISK,
    scan_flags: int | None = None,
    packets: PacketForm = AS_USUAL,
    discovery: Discovery = NO_DISCOVERY,
) -> Scan:
    """A scan of these targets that has not begun."""
    expression = ports if isinstance(ports, str) else ports_text(ports)
    request = ScanRequest(
        tuple(targets),
        ports=expression,
        techniques=techniques,
        timing=timing,
        discovery=discovery,
        scan_flags=scan_flags,
        packets=packets,
    )
    return prepare(plan(request, names=names, broadcasts=()), techniques)


def carried_out(scan: Scan, timeout: float = 3 * PATIENCE) -> ScanWorker:
    """Run a scan in the thread's namespace with the thread's rights until it ends."""
    worker = ScanWorker(scan, OwnSockets())
    worker.start()
    if not worker.join(timeout):
        worker.stop()
        worker.join(PATIENCE)
        raise AssertionError(f"the scan took more than {timeout} s: {scan.progress()}")
    return worker


def scanned(
    targets: Iterable[str],
    ports: Iterable[int] | str,
    *techniques: Technique,
    timing: Timing = BRISK,
    timeout: float = 3 * PATIENCE,
) -> Scan:
    """A scan that came to its end without an error."""
    scan = prepared(targets, ports, *techniques, timing=timing)
    worker = carried_out(scan, timeout)
    if worker.error:
        raise worker.error
    return scan


def seen(scan: Scan, technique: Technique, host: int = 0) -> Seen:
    """State and reason by port."""
    row, columns = scan.ledger.row(host), scan.columns.of(technique)
    states, reasons = scan.ledger.state[row][columns], scan.ledger.reason[row][columns]
    ports = scan.columns.port[columns]
    return {
        int(port): (PortState(state), Reason(reason))
        for port, state, reason in zip(ports, states, reasons, strict=True)
    }


def differences(mine: Seen, truth: Seen, most: int = 12) -> dict[int, tuple[object, object]]:
    """Ports on which two views differ: (mine, truth); at most ``most`` of them."""
    wrong = [port for port in sorted({*mine, *truth}) if mine.get(port) != truth.get(port)]
    return {port: (mine.get(port), truth.get(port)) for port in wrong[:most]}


def patient(timing: Timing, **changes: int) -> Timing:
    """A timing with some of its numbers changed (milliseconds, counts)."""
    return replace(timing, **changes)  # type: ignore[arg-type]


def protocol_of(technique: Technique) -> str:
    """``tcp`` or ``udp``."""
    return TECHNIQUES[technique].protocol.value


@contextmanager
def without_raw() -> Iterator[None]:
    """This thread, and threads it starts meanwhile, have no effective CAP_NET_RAW."""
    header = ctypes.create_string_buffer(_HEADER.pack(_VERSION_3, 0), _HEADER.size)
    before = ctypes.create_string_buffer(24)
    assert _libc.capget(header, before) == 0
    words = list(struct.unpack("6I", before.raw))
    words[0] &= ~(1 << CAP_NET_RAW)
    assert _libc.capset(header, ctypes.create_string_buffer(struct.pack("6I", *words), 24)) == 0
    try:
        yield
    finally:
        assert _libc.capset(header, before) == 0


def until(condition: object, seconds: float = PATIENCE) -> bool:
    """Wait for ``condition()`` to be true; whether it came to that."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True
