"""The results as a Markdown table, and what the machine is, in words that name no machine."""

import os
import platform
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator

from tests.bench.cases import Bar, Case
from tests.bench.series import Series, ratio

HEAD = (
    "| work | bar | tui_scan | beside | ratio | wrong verdicts | beside: wrong | peak memory, both |",
    "|---|---|---|---|---|---|---|---|",
)


def machine() -> str:
    """Kernel, cores, Python, peers."""
    python, kernel = platform.python_version(), ".".join(platform.release().split(".")[:2])
    peers = [f"{name} {version}" for name in ("nmap", "masscan", "zmap") if (version := _version(name))]
    cores = len(os.sched_getaffinity(0))
    return f"Linux {kernel} ({platform.machine()}), {cores} cores, Python {python}, {', '.join(peers)}"


def rows(case: Case, series: list[Series], cells: int) -> Iterator[str]:
    """A row for each contender beside ours, or one alone."""
    ours, *beside = series
    for number, theirs in enumerate(beside or [None]):
        first = number == 0
        yield _line(
            case.title if first else "",
            bar_words(case.bar) if first else "",
            _time(ours) if first else "",
            f"{theirs.contender.label} {_time(theirs)}" if theirs else "",
            _ratio(ours, theirs) if theirs else "",
            _wrong(case, ours, cells) if first else "",
            _wrong(case, theirs, cells) if theirs else "",
            " / ".join(_peak(one) for one in (ours, theirs) if one),
        )


def mistakes(case: Case, series: list[Series]) -> Iterator[str]:
    """A sentence for each contender that was wrong, or that failed."""
    for one in series:
        who = f"{case.name}, {one.contender.label}"
        if one.failure:
            yield f"{who} failed: {one.failure}"
        for (truth, said), count in one.wrong.most_common():
            yield f"{who}: {count:,} {truth} said to be {said}"


def bar_words(bar: Bar) -> str:
    """``≤ 0.55``, ``≤ 4 s, ≤ 250 MiB``."""
    limits = ((bar.ratio, ""), (bar.seconds, " s"), (bar.mib, " MiB"))
    return ", ".join(f"≤ {value:g}{unit}" for value, unit in limits if value is not None)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _time(series: Series) -> str:
    if not series.seconds:
        return "failed"
    seconds = series.time
    return f"{seconds:.{3 if seconds < 1 else 2 if seconds < 10 else 1}f} s"


def _ratio(ours: Series, theirs: Series) -> str:
    if ours.failure or theirs.failure or not theirs.seconds:
        return ""
    return f"{ratio(ours, theirs):.2f}"


def _wrong(case: Case, series: Series, cells: int) -> str:
    if not case.verdicts or not series.seconds:
        return ""
    missing: Counter[tuple[str, str]] = series.wrong
    return f"{missing.total():,} of {cells:,}"


def _peak(series: Series) -> str:
    return f"{series.peak:.0f} MiB" if series.peak is not None else "–"


def _version(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        return ""
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = (word for word in told.split() if word[:1].isdigit() and "." in word)
    return next(numbers, "")
