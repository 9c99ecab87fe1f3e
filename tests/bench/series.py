"""All runs of one benchmark: contenders in turn, each time in another order, every verdict held to the truth."""

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.cases import Case
from tests.bench.contenders import Contender, Failed
from tests.bench.rooms import Room
from tests.bench.verdicts import only_open, wrong

Tell = Callable[[str], None]


@dataclass(slots=True)
class Series:
    """The runs of one contender: seconds and MiB of each, and its worst run's wrong verdicts by (true, said)."""

    contender: Contender
    seconds: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    failure: str = ""

    @property
    def time(self) -> float:
        """The median in seconds."""
        return median(self.seconds)

    @property
    def peak(self) -> float | None:
        """The highest peak in MiB."""
        return max(self.peaks, default=None)


def ratio(ours: Series, theirs: Series) -> float:
    """The median of the ratios of runs made side by side."""
    return median(mine / other for mine, other in zip(ours.seconds, theirs.seconds, strict=True))


def measured(case: Case, runs: int, seed: int, tell: Tell) -> tuple[list[Series], int]:
    """Run a benchmark; its series, and how many verdicts there are in a run."""
    present = [Series(contender) for contender in case.contenders if not contender.program or _found(contender)]
    with case.room(random.Random(seed)) as room:
        for number in range(runs):
            turn = number % len(present)
            for series in (*present[turn:], *present[:turn]):
                if not series.failure:
                    _run(series, case, room, tell)
        return present, len(room.truth)


def _run(series: Series, case: Case, room: Room, tell: Tell) -> None:
    time.sleep(case.rest)
    contender = series.contender
    with tempfile.TemporaryDirectory() as place:
        try:
            finish = contender.run(room, Path(place))
        except (Failed, AssertionError) as error:
            series.failure = str(error)
            tell(f"{case.name}: {contender.label} failed: {error}")
            return
    series.seconds.append(finish.seconds)
    if finish.peak is not None:
        series.peaks.append(finish.peak)
    mistakes: Counter[tuple[str, str]] = Counter()
    if case.verdicts:
        mistakes = wrong(finish.said, only_open(room.truth) if contender.open_only else room.truth)
        series.wrong = max(series.wrong, mistakes, key=Counter.total)
    tell(f"{case.name}: {contender.label}: {finish.seconds:.3f} s, {mistakes.total()} wrong")


def _found(contender: Contender) -> bool:
    return shutil.which(contender.program) is not None
