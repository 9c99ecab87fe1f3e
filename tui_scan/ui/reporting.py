"""The reports that the interface writes: to a file whose name tells the kind, or to the terminal after the end."""

import io
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tui_scan.model.errors import UsageError
from tui_scan.ui.files import path_of, write_file
from tui_scan.ui.session import Session

if TYPE_CHECKING:  # numpy comes with the reports, and the first picture does not need it
    from tui_scan.report.run import Run


def _normal(session: Session, out: TextIO) -> None:
    from tui_scan.report.normal import write_normal

    write_normal(_run(session), out)


def _xml(session: Session, out: TextIO) -> None:
    from tui_scan.report.xml import write_xml

    write_xml(_run(session), out)


def _grepable(session: Session, out: TextIO) -> None:
    from tui_scan.report.grepable import write_grepable

    write_grepable(_run(session), out)


def _json_lines(session: Session, out: TextIO) -> None:
    from tui_scan.exchange.story import as_fields, story
    from tui_scan.report.json_lines import write_json_lines

    run = _run(session)
    write_json_lines(run, out, lambda host, column: as_fields(story(run.scan, host, column)))


def _pcapng(session: Session, out: TextIO) -> None:
    from tui_scan.report.pcapng_scan import lacking, write_pcapng

    run = _run(session)
    if not (written := write_pcapng(run, out.buffer, session.shown)):
        raise UsageError(" ".join(lacking(run.scan, written)))


WRITERS: dict[str, Callable[[Session, TextIO], None]] = {
    ".xml": _xml,
    ".gnmap": _grepable,
    ".nmap": _normal,
    ".txt": _normal,
    ".jsonl": _json_lines,
    ".pcapng": _pcapng,
}
"""The writer by the file name's ending."""


def write_report(session: Session, name: str, *, replace: bool = False) -> Path:
    """Write the report to a file; returns its path.

    Raises UsageError for an unknown ending, FileExistsError where the file is there and ``replace`` is
    False, LocalError where the file cannot be written. A file is whole or not there at all.
    """
    path = path_of(name)
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(
            "“{name}” ends in no known kind of report. End it in {writers}.", name=path.name, writers=", ".join(WRITERS)
        )
    whole = io.BytesIO()
    text = io.TextIOWrapper(whole, encoding="utf-8", newline="\n")
    writer(session, text)
    text.flush()
    return write_file(path, whole.getvalue(), replace=replace)


def summary(session: Session) -> str:
    """The normal report; empty where nothing was scanned."""
    if session.worker is None:
        return ""
    text = io.StringIO()
    _normal(session, text)
    return text.getvalue()


def _run(session: Session) -> "Run":
    from tui_scan.report.run import Run

    if session.scan is None or session.worker is None:
        raise UsageError("There is no scan to report yet. Start one with s.")
    return Run(session.scan, shlex.join(["tui-scan", *sys.argv[1:]]), session.phase, session.sentence)
