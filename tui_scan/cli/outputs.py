"""Where the reports go: opened before the scan starts, written and closed when it ends."""

import os
import stat
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, NamedTuple, TextIO

from tui_scan.language import Sentence
from tui_scan.model.errors import LocalError, UsageError

if TYPE_CHECKING:
    from tui_scan.report.run import Run

Writer = Callable[["Run", TextIO], None]


class Wanted(NamedTuple):
    """One report: the option that asked for it, its format (``normal``, ``xml``, …), its path or ``-``."""

    option: str
    kind: str
    path: str


class Outputs:
    """The open reports. The normal one goes to standard output where no other was sent there."""

    def __init__(self, wanted: Sequence[Wanted], append: bool = False) -> None:
        """Open every file, emptied but for ``append``.

        Raises LocalError, with no file changed, where one of them cannot be written.
        """
        _refuse_doubles(wanted)
        with ExitStack() as opened:
            files = [(report, opened.enter_context(_opened(report))) for report in wanted if report.path != "-"]
            opened.pop_all()
        if not append:
            for _, out in files:
                _empty(out)
        there = [(report, sys.stdout) for report in wanted if report.path == "-"]
        self._open = files + (there or [(Wanted("-oN", "normal", "-"), sys.stdout)])

    @property
    def kinds(self) -> list[str]:
        """The formats of the reports."""
        return [report.kind for report, _ in self._open]

    def write(self, run: "Run", writers: dict[str, Writer]) -> list[str]:
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
                troubles.append(_sentence(report, Sentence("whoever read it has gone")))
            except OSError as error:
                troubles.append(_sentence(report, error.strerror or str(error)))
            finally:
                if out is not sys.stdout:
                    with suppress(OSError):
                        out.close()
        return troubles


def _opened(report: Wanted) -> TextIO:
    try:
        return open(report.path, "a", encoding="utf-8", newline="\n")  # noqa: PTH123 - pathlib takes 3 ms
    except OSError as error:
        raise LocalError(
            "The report {path} ({option}) cannot be written: {strerror}. Nothing was sent. Choose another path.",
            path=report.path,
            option=report.option,
            strerror=error.strerror,
        ) from error


def _empty(out: TextIO) -> None:
    """Drop what a file held before; pipes and devices hold nothing."""
    if stat.S_ISREG(os.fstat(out.fileno()).st_mode):
        out.truncate(0)


def _refuse_doubles(wanted: Sequence[Wanted]) -> None:
    seen: dict[str, Wanted] = {}
    for report in wanted:
        key = report.path if report.path == "-" else os.path.realpath(report.path)
        other = seen.setdefault(key, report)
        if other is not report and key != os.devnull:
            place = Sentence("standard output") if key == "-" else report.path
            raise UsageError(
                "{option} and {other} both write to {place}. Give one of them another file.",
                option=other.option,
                other=report.option,
                place=place,
            )


def _sentence(report: Wanted, reason: str) -> Sentence:
    return Sentence(
        "The report to {place} ({option}) could not be written whole: {reason}.",
        place=Sentence("standard output") if report.path == "-" else report.path,
        option=report.option,
        reason=reason,
    )
