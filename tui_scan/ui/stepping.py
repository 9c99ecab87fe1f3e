"""The life of step mode as the interface sees it: the probes one by one, what was predicted, how far it is read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING

from tui_scan.model.errors import LocalError
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.privilege.sockets import SocketSource

if TYPE_CHECKING:  # numpy comes with the engine, and the first picture does not need it
    from tui_scan.engine.stepping import StepWorker
    from tui_scan.exchange.other_side import OtherSide
    from tui_scan.exchange.prediction import Prediction
    from tui_scan.exchange.steps import Exchange
    from tui_scan.model.other_side import Sight
    from tui_scan.model.packets import Event, Packet
    from tui_scan.scope.plan import ScanPlan


class Stage(Enum):
    """Where a probe is."""

    PREPARING = auto()
    ASKING = auto()
    LISTENING = auto()
    TOLD = auto()
    KEPT_BACK = auto()


@dataclass(eq=False)
class Probe:
    """One probe. ``choices`` are what it can be answered with, ``predicted`` the one that the person chose, if any.

    ``upcoming`` is what will be sent, known from ASKING on; ``going`` says that the person let it go. ``exchange`` is
    what came of it so far, all if ``complete``; of its steps ``shown`` are shown and ``seen`` were shown at any time.
    ``sight`` is what the target saw: None where it is no host of a lab (``watched`` is False then) or has not told yet.
    """

    worker: "StepWorker"
    plan: "ScanPlan"
    technique: Technique
    port: int
    address: str
    choices: "tuple[Prediction, ...]"
    predicted: "Prediction | None" = None
    upcoming: "list[Packet | Event]" = field(default_factory=list)
    going: bool = False
    exchange: "Exchange | None" = None
    complete: bool = False
    shown: int = 0
    seen: int = 0
    watched: bool = False
    sight: "Sight | None" = None
    other_side_error: str = ""

    @property
    def stage(self) -> Stage:
        """Where it is."""
        if self.worker.phase.ended:
            return Stage.TOLD if self.worker.released else Stage.KEPT_BACK
        if self.going:
            return Stage.LISTENING
        return Stage.ASKING if self.worker.holding else Stage.PREPARING

    @property
    def steps(self) -> int:
        """How many steps its exchange has so far."""
        return len(self.exchange.steps) if self.exchange else 0

    @property
    def all_shown(self) -> bool:
        """The probe is over, and all of its steps are shown: nothing is given away by its verdict."""
        return self.complete and self.shown >= self.steps

    @property
    def all_seen(self) -> bool:
        """All of its steps were shown once."""
        return self.complete and self.seen >= self.steps

    @property
    def held(self) -> bool | None:
        """Whether the prediction held; None where there is none, or no verdict."""
        verdict = self.worker.scan.verdict(0, 0)
        if self.predicted is None or not self.complete or not verdict.state:
            return None
        return self.predicted.holds(verdict)

    @cached_property
    def _told_side(self) -> "OtherSide | None":
        from tui_scan.exchange.other_side import other_side

        first_ns = min((item.time_ns for item in self.worker.scan.exchange(0, 0)), default=0)
        return other_side(self.sight, first_ns) if self.sight is not None else None

    @property
    def other_side(self) -> "OtherSide | None":
        """What the target saw, told; None where that is not known."""
        return self._told_side if self.complete and self.sight is not None else None

    def tell(self) -> None:
        """Tell its exchange as it is by now; loads scapy, which takes a moment the first time."""
        from tui_scan.exchange.story import story

        over = self.stage is Stage.TOLD
        if over or self.stage is Stage.LISTENING:
            self.exchange = story(self.worker.scan, 0, 0)
            self.complete = over

    def send(self, predicted: "Prediction | None") -> None:
        """Send the probe, wait for its end, and ask the target what it saw, where it is a host of a lab.

        Blocks, so never call it in the event loop; ``going`` is to be set before.
        """
        from tui_scan.lab.watching_channel import Watch
        from tui_scan.model.other_side import Watched

        self.predicted, watch = predicted, None
        try:
            watched = Watched(TECHNIQUES[self.technique].protocol, self.port, self.technique)
            watch = Watch.begin(self.address, watched)
        except LocalError as error:
            self.other_side_error = str(error)
        self.watched = watch is not None
        self.worker.send()
        self.worker.join()
        try:
            self.sight = watch.finish() if watch else None
        except LocalError as error:
            self.other_side_error = str(error)


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
        if probe.stage is Stage.ASKING and not probe.upcoming:
            probe.upcoming = probe.worker.upcoming()
        if probe.going and not probe.complete:
            probe.tell()
        if self.shown is probe and probe.shown == probe.seen and (self.flowing or not probe.seen):
            while self.reveal() and self.flowing:
                pass
