"""The life of a scan as the interface sees it: from what was asked to the worker and its end. No textual."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui_scan.language import translate
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.privilege.capabilities import can_raw
from tui_scan.privilege.sockets import OwnSockets, SocketSource

if TYPE_CHECKING:  # numpy comes with the engine, and the first picture does not need it
    from tui_scan.compare.worker import CompareWorker
    from tui_scan.engine.matrix import MatrixWorker
    from tui_scan.engine.progress import Phase, Progress
    from tui_scan.engine.scan import Scan
    from tui_scan.engine.watched import Shown, Watched
    from tui_scan.engine.worker import ScanWorker
    from tui_scan.scope.guard import Judgement
    from tui_scan.scope.plan import ScanPlan
    from tui_scan.ui.stepping import Stepper

MOST_SHOWN = 100_000
"""Packets of discovery and traces that are kept for the list of packets: some megabytes."""

PREVIEW_CELLS = 1 << 20
"""The largest scan whose empty map is shown before it starts."""


COMMAND_LINE_YES = " If that is so, say it with --authorized."
"""The end of the guard's sentence on public addresses: in the interface one types the yes instead."""


BUSY = (
    "A scan is running, and both would disturb each other. Stop it first (1, then s).",
    "A matrix is running, and both would disturb each other. Stop it first (5, then s).",
    "A comparison is running, and both would disturb each other. Stop it first (3, then s).",
    "A probe of step mode is under way, and both would disturb each other. Stop it first (6, then Esc).",
)
"""Why nothing else can be sent while something is."""


@dataclass(frozen=True)
class Proposal:
    """A request that was understood: what it would send where, and what the guard says of it."""

    request: ScanRequest
    plan: "ScanPlan"
    judgement: "Judgement"
    techniques: tuple[Technique, ...]

    @property
    def warning(self) -> str:
        """What the guard says, without the option that says yes on a command line; empty where all is allowed."""
        from tui_scan.scope.rules import GuardVerdict

        if self.judgement.verdict is GuardVerdict.ALLOWED:
            return ""
        return translate(self.judgement.sentence).removesuffix(translate(COMMAND_LINE_YES))

    def authorized(self) -> "Proposal":
        """The same after the person typed yes."""
        from tui_scan.scope.broadcasts import own_broadcasts
        from tui_scan.scope.guard import judge

        request = replace(self.request, authorized=True)
        plan = replace(self.plan, request=request)
        return replace(self, request=request, plan=plan, judgement=judge(plan, broadcasts=own_broadcasts()))


def propose(request: ScanRequest, raw: bool) -> Proposal:
    """Resolve names, count and judge; may wait for the name server, so never call it in the event loop.

    Raises UsageError with the sentence for the person.
    """
    from tui_scan.engine.packet_needs import check_plan
    from tui_scan.engine.scan import default_techniques
    from tui_scan.scope.broadcasts import own_broadcasts
    from tui_scan.scope.guard import judge
    from tui_scan.scope.plan import plan
    from tui_scan.services.chosen import services_of

    techniques, broadcasts = default_techniques(request, raw), own_broadcasts()
    names = services_of(request.datadir)
    planned = plan(replace(request, techniques=techniques), names=names, broadcasts=broadcasts)
    check_plan(planned)
    return Proposal(request, planned, judge(planned, broadcasts=broadcasts), techniques)


class Session:
    """One scan at a time: ``request`` as the form has it, ``scan`` and its ``worker`` once there are any.

    ``lab`` is the title of the practice network, None outside it. ``generation`` counts the scans shown, so
    that a view knows when to start anew; ``begun`` says that a scan was started, or is about to. ``matrix`` is the
    latest of the matrices that the matrix view started, ``comparison`` of the comparisons, ``stepper`` is step
    mode once it was used; ``sockets`` makes what any of them sends by.
    """

    def __init__(
        self,
        request: ScanRequest,
        *,
        lab: str | None = None,
        raw: bool | None = None,
        sockets: Callable[[], SocketSource] = OwnSockets,
    ) -> None:
        self.request = request
        self.lab = lab
        self.raw = can_raw() if raw is None else raw
        self.scan: Scan | None = None
        self.worker: ScanWorker | None = None
        self.matrix: MatrixWorker | None = None
        self.comparison: CompareWorker | None = None
        self.stepper: Stepper | None = None
        self.proposal: Proposal | None = None
        self.frozen = False
        self.generation = 0
        self.begun = False
        self._previewed: Proposal | None = None
        self._watched: Watched | None = None
        self.sockets = sockets

    @property
    def phase(self) -> "Phase":
        """What the worker does; READY while there is none."""
        from tui_scan.engine.progress import Phase

        return self.worker.phase if self.worker else Phase.READY

    @property
    def running(self) -> bool:
        """A scan was started and has not ended."""
        return self.worker is not None and not self.worker.phase.ended

    @property
    def probing(self) -> bool:
        """A matrix was started and has not ended."""
        return self.matrix is not None and not self.matrix.phase.ended

    @property
    def comparing(self) -> bool:
        """A comparison was started and has not ended."""
        return self.comparison is not None and not self.comparison.phase.ended

    @property
    def stepping(self) -> bool:
        """A probe of step mode waits to be sent, or is on its way."""
        return self.stepper is not None and self.stepper.under_way

    @property
    def busy(self) -> str:
        """Why nothing else can be sent now, as a sentence; empty where it can."""
        runs = (self.running, self.probing, self.comparing, self.stepping)
        return next((translate(sentence) for run, sentence in zip(runs, BUSY, strict=True) if run), "")

    @property
    def sentence(self) -> str:
        """Why the scan failed, empty where it did not."""
        return self.worker.error.sentence if self.worker and self.worker.error else ""

    @property
    def mark(self) -> tuple[object, ...]:
        """What is another one whenever there is something new to show, but for the clock of a running scan."""
        version = self.scan.ledger.version if self.scan else 0
        return (
            self.generation,
            self.phase,
            self.frozen,
            version,
            self.names_known,
            self.request,
            id(self.proposal),
            self.probing,
            self.comparing,
        )

    @property
    def names_known(self) -> int:
        """How many hosts have a name."""
        return len(self.scan.hosts.names) if self.scan else 0

    def progress(self) -> "Progress | None":
        """The scan's counters; None while there is no scan."""
        return self.scan.progress() if self.scan else None

    def preview(self, proposal: Proposal) -> bool:
        """Show the empty map of a proposal unless results would be lost; returns whether it is shown."""
        from tui_scan.engine.scan import prepare

        cells = proposal.plan.host_count * proposal.plan.port_count
        if self.begun or cells > PREVIEW_CELLS:
            return False
        if self._previewed != proposal:
            self._previewed = proposal
            self._take(prepare(proposal.plan, proposal.techniques))
        return True

    def prepare(self, proposal: Proposal) -> None:
        """Show the empty map of a scan that is about to start, in place of the one before, which is stopped.

        Where it is shown already nothing need be drawn anew. Waits up to a second for the scan before.
        """
        from tui_scan.engine.scan import prepare

        shown = self.scan if self._previewed == proposal else None
        scan = shown or prepare(proposal.plan, proposal.techniques)
        self.close()
        self.worker, self._previewed, self._watched, self.begun = None, None, None, True
        if scan is not shown:
            self._take(scan)

    def start(self) -> None:
        """Start the scan that was prepared."""
        from tui_scan.engine.watched import Watched
        from tui_scan.engine.worker import ScanWorker

        if self.scan is not None:
            self._watched = Watched(self.scan, MOST_SHOWN)
            self.worker = ScanWorker(self.scan, self.sockets())
            self.worker.start()

    @property
    def shown(self) -> "Sequence[Shown]":
        """The packets of the scan's discovery and traces so far."""
        return self._watched.shown if self._watched is not None else ()

    def toggle_pause(self) -> None:
        """Hold the scan, or let it go on."""
        from tui_scan.engine.progress import Phase

        if self.worker is None:
            return
        if self.worker.phase is Phase.PAUSED:
            self.worker.resume()
        else:
            self.worker.pause()

    def settle(self) -> bool:
        """Wait no longer for hosts that limit their answers; False where none is waited for."""
        return self.worker is not None and self.worker.settle()

    def stop(self) -> None:
        """Ask the scan to end; the results stay."""
        if self.worker is not None:
            self.worker.stop()

    def close(self) -> None:
        """Stop the scan and wait up to a second for its thread."""
        if self.worker is not None and not self.worker.phase.ended:
            self.worker.stop()
            self.worker.join(1.0)

    def stop_matrix(self) -> None:
        """Stop the matrix and wait up to a second for its thread."""
        if self.matrix is not None and not self.matrix.phase.ended:
            self.matrix.stop()
            self.matrix.join(1.0)

    def stop_steps(self) -> None:
        """End the probe of step mode that is under way, and wait up to a second for its thread."""
        if self.stepper is not None:
            self.stepper.stop()

    def stop_comparison(self) -> None:
        """Stop the comparison and wait up to a second for its thread."""
        if self.comparison is not None and not self.comparison.phase.ended:
            self.comparison.stop()
            self.comparison.join(1.0)

    def _take(self, scan: "Scan") -> None:
        self.scan = scan
        self.generation += 1
