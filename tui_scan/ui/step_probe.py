"""One probe of step mode: where it is, what is predicted of it, what came of it, and how far that is read."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import TYPE_CHECKING

from tui_scan.model.errors import LocalError
from tui_scan.model.techniques import TECHNIQUES, Technique

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

    ``going`` says that the person let it go. ``exchange`` is what came of it so far, all if ``complete``; of its steps
    ``shown`` are shown and ``seen`` were shown at any time. ``sight`` is what the target saw: None where it is no host
    of a lab (``watched`` is False then) or has not told yet.
    """

    worker: "StepWorker"
    plan: "ScanPlan"
    technique: Technique
    port: int
    address: str
    choices: "tuple[Prediction, ...]"
    predicted: "Prediction | None" = None
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

    @cached_property
    def upcoming(self) -> "list[Packet | Event]":
        """What will be sent, or was; to be asked from ASKING on."""
        return self.worker.upcoming()

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
