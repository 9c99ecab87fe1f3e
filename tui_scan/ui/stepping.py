"""The life of step mode as the interface sees it: the probes one by one, their score, back and forth. No textual."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import SocketSource
from tui_scan.ui.step_probe import Probe

if TYPE_CHECKING:  # numpy comes with the engine, and the first picture does not need it
    from tui_scan.scope.plan import ScanPlan


class Stepper:
    """The probes of one sitting, and the ports that are still to be asked.

    ``at`` is the number of the probe that is shown; a probe is prepared only when the one before is over.
    """

    def __init__(self, sockets: Callable[[], SocketSource]) -> None:
        self.probes: list[Probe] = []
        self.at = 0
        self.flowing = False
        self._sockets = sockets
        self._plan: ScanPlan | None = None
        self._technique: Technique = Technique.CONNECT
        self._left: list[int] = []

    @property
    def shown(self) -> Probe | None:
        """The probe that is shown."""
        return self.probes[self.at] if self.probes else None

    @property
    def current(self) -> Probe | None:
        """The latest probe."""
        return self.probes[-1] if self.probes else None

    @property
    def under_way(self) -> bool:
        """A probe waits to be sent, or is on its way."""
        return self.current is not None and not self.current.worker.phase.ended

    @property
    def left(self) -> int:
        """How many ports are still to be asked."""
        return len(self._left)

    @property
    def score(self) -> tuple[int, int]:
        """How many predictions held, and how many were made of probes whose verdict was seen."""
        told = [probe.held for probe in self.probes if probe.all_seen or probe is not self.current]
        return told.count(True), len(told) - told.count(None)

    def begin(self, plan: "ScanPlan", technique: Technique) -> None:
        """Ask the ports of a plan (see ``engine.stepping``) from now on; UsageError where it is not to be stepped."""
        from tui_scan.engine.stepping import step_ports

        ports = step_ports(plan, technique)
        self._plan, self._technique, self._left = plan, technique, list(ports)

    def prepare(self, like: Probe | None = None) -> Probe | None:
        """Make ready the next port's probe, or one more ``like`` another; None where no port is left.

        May raise TuiScanError; nothing is sent.
        """
        from tui_scan.engine.stepping import StepWorker, step_scan
        from tui_scan.exchange.prediction import predictions

        if like is not None:
            plan, technique, port = like.plan, like.technique, like.port
        elif self._plan is not None and self._left:
            plan, technique, port = self._plan, self._technique, self._left.pop(0)
        else:
            return None
        self.stop()
        scan = step_scan(plan, technique, port)
        worker = StepWorker(scan, self._sockets())
        probe = Probe(worker, plan, technique, port, scan.hosts.address(0), predictions(technique, plan.family))
        self.probes.append(probe)
        self.at = len(self.probes) - 1
        worker.start()
        return probe

    def keep_back(self) -> None:
        """Ask the latest probe to stay, or to be waited for no longer."""
        if self.current is not None and self.under_way:
            self.current.worker.stop()

    def stop(self) -> None:
        """The same, and wait up to a second for its thread."""
        self.keep_back()
        if self.current is not None:
            self.current.worker.join(1.0)

    def back(self) -> bool:
        """One step back in what was seen; False at the beginning."""
        probe = self.shown
        if probe is not None and probe.shown > 0:
            probe.shown -= 1
        elif self.at > 0:
            self.at -= 1
        else:
            return False
        return True

    def forth(self) -> bool:
        """One step forth in what was seen; False at its end."""
        probe = self.shown
        if probe is not None and probe.shown < probe.seen:
            probe.shown += 1
        elif self.at + 1 < len(self.probes):
            self.at += 1
            self.probes[self.at].shown = 0
        else:
            return False
        return True

    def reveal(self) -> bool:
        """Show one more step of the latest probe; False where there is none yet."""
        probe = self.current
        if probe is None or probe.shown >= probe.steps:
            return False
        probe.shown += 1
        probe.seen = max(probe.seen, probe.shown)
        return True

    def follow(self) -> None:
        """Take what has come of the latest probe: what was sent is shown at once, and all where packets flow."""
        probe = self.current
        if probe is None:
            return
        if probe.going and not probe.complete:
            probe.tell()
        if self.shown is probe and probe.shown == probe.seen and (self.flowing or not probe.seen):
            while self.reveal() and self.flowing:
                pass
