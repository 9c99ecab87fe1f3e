"""Where the reports go: opened before the scan starts, written and closed when it ends."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tui_scan.model.errors import LocalError, UsageError
from tui_scan.report.run import Run

Writer = Callable[[Run, TextIO], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One report: the option that asked for it, its format (``normal``, ``xml``, …), its path or ``-``."""

    option: str
    kind: str
    path: str


class Outputs:
    """The open reports. The normal one goes to standard output where no other was sent there."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        _refuse_doubles(wanted)
        self._open: list[tuple[Wanted, TextIO]] = []
        for report in sorted(wanted, key=lambda one: one.path == "-"):
            self._open.append((report, sys.stdout if report.path == "-" else _opened(report)))
        if not any(report.path == "-" for report in wanted):
            self._open.append((Wanted("-oN", "normal", "-"), sys.stdout))

    def write(self, run: Run, writers: dict[str, Writer]) -> list[str]:
        """Write and close every report; returns a sentence for each that could not be written.

        Files come before standard output, so that a reader who left costs none of them. Raises
        BrokenPipeError for that reader, when all files are closed.
        """
        troubles: list[str] = []
        for report, out in self._open:
            try:
                writers[report.kind](run, out)
                out.flush()
                if out is not sys.stdout:
                    out.close()
            except BrokenPipeError:
                if out is sys.stdout:
                    raise
                troubles.append(_sentence(report, "whoever read it has gone"))
            except OSError as error:
                troubles.append(_sentence(report, error.strerror or str(error)))
        return troubles


def _opened(report: Wanted) -> TextIO:
    try:
        # The file outlives this function: Outputs.write closes it.
        return Path(report.path).open("w", encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LocalError(
            f"The report {report.path} ({report.option}) cannot be written: {reason}. Nothing was sent. "
            "Choose another path."
        ) from error


def _refuse_doubles(wanted: Sequence[Wanted]) -> None:
    seen: dict[str, Wanted] = {}
    for report in wanted:
        key = report.path if report.path == "-" else os.path.realpath(report.path)
        other = seen.setdefault(key, report)
        if other is not report:
            place = "standard output" if key == "-" else report.path
            raise UsageError(
                f"{other.option} and {report.option} both write to {place}. Give one of them another file."
            )


def _sentence(report: Wanted, reason: str) -> str:
    place = "standard output" if report.path == "-" else report.path
    return f"The report to {place} ({report.option}) could not be written whole: {reason}."
