"""One row, every type: the same ports of the same hosts by nine scan types, one after the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tui_scan.engine.background import Background
from tui_scan.engine.ledger import NO_RTT
from tui_scan.engine.matrix_needs import check_matrix, plan_for_connect, told_of_connect
from tui_scan.engine.progress import Phase
from tui_scan.engine.rtt import LEAST_BY_ONE_MS, RttEstimator
from tui_scan.engine.scan import Scan, prepare
from tui_scan.engine.worker import ScanWorker
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.timing import Timing
from tui_scan.privilege.sockets import SocketSource
from tui_scan.scope.plan import ScanPlan
from tui_scan.scope.ports import PortSelection

TYPES = (
    Technique.SYN,
    Technique.CONNECT,
    Technique.ACK,
    Technique.WINDOW,
    Technique.NULL,
    Technique.FIN,
    Technique.XMAS,
    Technique.MAIMON,
    Technique.UDP,
)
"""The columns, in the order in which they are run."""

SURELY = 2
"""How many times the longest round trip a silent port is waited for at the least."""
PLANNED = (Technique.SYN, Technique.UDP)
"""One type of each protocol: what a plan of the whole matrix is made for."""


@dataclass(frozen=True)
class Matrix:
    """The scans by type, in their order; every one has the same hosts, and ``ports`` as its columns.

    ``lacking`` are the types that need raw sockets where none can be had, ``told`` sentences about the whole.
    """

    plan: ScanPlan
    ports: Sequence[int]
    scans: dict[Technique, Scan]
    lacking: tuple[Technique, ...]
    told: tuple[str, ...] = ()

    @property
    def first(self) -> Scan:
        """The scan that finds out which hosts are up."""
        return next(iter(self.scans.values()))

    @property
    def version(self) -> int:
        """Another number whenever a cell has changed."""
        return sum(scan.ledger.version for scan in self.scans.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """The sentences of all scans, each once."""
        return tuple(dict.fromkeys((*self.told, *(note for scan in self.scans.values() for note in scan.notes))))


def matrix_plan(plan: ScanPlan) -> ScanPlan:
    """The same plan, of which UDP is asked at the ports of TCP."""
    request = replace(plan.request, techniques=PLANNED)
    return replace(plan, request=request, ports=PortSelection(tcp=plan.ports.tcp, udp=plan.ports.tcp))


def prepare_matrix(plan: ScanPlan, raw: bool) -> Matrix:
    """Make the arrays for a plan by ``matrix_plan``; nothing is sent.

    UsageError where it is too large for memory, or where options do not go with a matrix; PrivilegeError where they
    need raw sockets.
    """
    able = tuple(technique for technique in TYPES if raw or not TECHNIQUES[technique].needs_raw)
    check_matrix(plan.request, able, raw)
    scans = {technique: prepare(_plan_of(plan, technique), (technique,)) for technique in able}
    lacking = tuple(technique for technique in TYPES if technique not in scans)
    return Matrix(plan, plan.ports.tcp, scans, lacking, told_of_connect(plan.request))


def _plan_of(plan: ScanPlan, technique: Technique) -> ScanPlan:
    plan = plan_for_connect(plan) if technique is Technique.CONNECT else plan
    tcp = TECHNIQUES[technique].protocol is Protocol.TCP
    ports = PortSelection(tcp=plan.ports.tcp) if tcp else PortSelection(udp=plan.ports.udp)
    return replace(plan, request=replace(plan.request, techniques=(technique,)), ports=ports)


class MatrixWorker(Background):
    """Runs the scans of a matrix in a thread of its own, one after the other, so that none disturbs another.

    ``phase`` tells what it does, ``now`` the type that runs, or ran last; ``error`` is set when it is FAILED. What was
    found stays in the matrix whatever the end. All methods may be called from any thread.
    """

    def __init__(self, matrix: Matrix, sockets: SocketSource) -> None:
        super().__init__("matrix")
        self.matrix = matrix
        self.now: Technique | None = None
        self._sockets = sockets
        self._current: ScanWorker | None = None

    def stop(self) -> None:
        """End the scan that runs and begin no other; the answers so far stay."""
        if not self.phase.ended:
            self.phase = Phase.STOPPING
        if self._current is not None:
            self._current.stop()

    def settle(self) -> bool:
        """Wait no longer for hosts that limit their answers; False where no limit holds the scan up."""
        return self._current is not None and self._current.settle()

    def work(self) -> None:
        """Run the scans until one does not finish."""
        end = Phase.FINISHED
        before: Scan | None = None
        for technique, scan in self.matrix.scans.items():
            if before is not None:
                hand_on(self.matrix.first, before, scan)
            before = scan
            worker = ScanWorker(scan, self._sockets)
            self._current, self.now = worker, technique
            if self.phase is Phase.STOPPING:
                end = Phase.STOPPED
                break
            worker.start()
            worker.join()
            if worker.phase is not Phase.FINISHED:
                end, self.error = worker.phase, worker.error
                break
        self.phase = end


def hand_on(first: Scan, before: Scan, scan: Scan) -> None:
    """Take over what is known by now: which hosts are up, how long they were worked on, how soon they answer."""
    for name in ("state", "reason", "ttl", "rtt_us"):
        getattr(scan.hosts, name)[:] = getattr(first.hosts, name)
    scan.hosts.worked[:] = before.hosts.worked
    scan.hosts.macs.update(first.hosts.macs)
    scan.hosts_known.set()
    request = replace(scan.request, timing=measured(first))
    scan.plan = replace(scan.plan, request=request)


def measured(scan: Scan) -> Timing:
    """The timing of a scan, whose silent ports are waited for no longer than its hosts take to answer.

    As it is where a host that is not down has told no round trip, for then its own may be longer than all others. ARP
    and neighbour discovery are quick on any host, and tell but that it is on the link.
    """
    timing, ledger, hosts = scan.request.timing, scan.ledger, scan.hosts
    there = np.flatnonzero(hosts.state != HostState.DOWN)
    rtts = ledger.rtt_us.reshape(hosts.count, -1)[there].astype(np.int64)
    by_link = np.isin(hosts.reason[there], (Reason.ARP_RESPONSE, Reason.ND_RESPONSE))
    known = np.column_stack([np.where(rtts == NO_RTT, 0, rtts), np.where(by_link, 0, hosts.rtt_us[there])])
    answered = known > 0
    if not len(there) or not (answered.any(axis=1) | by_link).all():
        return timing
    estimator = RttEstimator(timing, len(there))
    estimator.sample(np.nonzero(answered)[0], known[answered].astype(np.float64))
    longest = max(estimator.timeout if answered.any() else 0.0, SURELY * int(known.max()) / 1e6)
    longest = longest if answered.any(axis=1).all() else max(longest, LEAST_BY_ONE_MS / 1000)
    return replace(timing, initial_rtt_timeout=min(timing.initial_rtt_timeout, max(1, math.ceil(longest * 1000))))
