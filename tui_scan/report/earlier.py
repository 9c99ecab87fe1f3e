"""Reads back what ``-oJ`` wrote of a scan that was interrupted: what was asked for, and the verdicts it had."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tui_scan.engine.progress import Phase
from tui_scan.language import Sentence
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import UsageError
from tui_scan.model.records import from_record
from tui_scan.model.request import ScanRequest
from tui_scan.report.ports import ports_of
from tui_scan.scope.ports import PortSelection
from tui_scan.scope.resolving import system_resolver

T = TypeVar("T")
Line = tuple[int, dict[str, Any]]
_FOREIGN = Sentence("Give the file that -oJ wrote of an interrupted scan.")
MALFORMED = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An interrupted scan. ``ports`` are those it probed, ``resolved`` the addresses of the names it was given.

    ``lines`` are the report's lines on hosts and ports, each with its number.
    """

    path: str
    request: ScanRequest
    ports: PortSelection
    command: str
    started: float
    resolved: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()

    def resolver(self, name: str, family: int) -> tuple[str, ...]:
        """The addresses that names had then, so that the same hosts are scanned; others are looked up."""
        address = self.resolved.get(name)
        if address is None or (":" in address) != (family == 6):
            return system_resolver(name, family)
        return (address,)


def read_earlier(path: str) -> Earlier:
    """Read a report; UsageError where it is none, is cut off, or where nothing is left to do."""
    lines = _last_report(list(_lines(path)))
    first, last = (lines[0][1], lines[-1][1]) if lines else ({}, {})
    if first.get("type") != "scan" or first.get("program") != "tui_scan":
        raise UsageError("{path} is no JSON report of this program. {foreign}", path=path, foreign=_FOREIGN)
    if last.get("type") != "end":
        raise UsageError(
            "{path} breaks off before its end, so what was found cannot be told from it. Scan anew.", path=path
        )
    if last.get("phase") == Phase.FINISHED:
        raise UsageError("The scan in {path} came to its end: nothing is left to resume.", path=path)
    if "request" not in first:
        raise UsageError(
            "{path} was written by version {first}, which kept no request. Scan anew.",
            path=path,
            first=first.get("version"),
        )
    earlier = told(path, lines[0][0], lambda: _earlier(path, first, tuple(lines[1:-1])))
    if earlier.request.aim is not Aim.PORTS:
        raise UsageError("The scan in {path} probes no ports: nothing of it could be kept. Scan anew.", path=path)
    return earlier


def told(path: str, number: int, make: Callable[[], T]) -> T:
    """What ``make`` reads from a line; UsageError where the line does not say what it should."""
    try:
        return make()
    except MALFORMED as error:
        raise UsageError(
            "Line {number} of {path} is not as -oJ writes it ({error}). It was changed, or another version wrote it.",
            number=number,
            path=path,
            error=error,
        ) from error


def _lines(path: str) -> Iterator[Line]:
    try:
        with Path(path).open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise ValueError
                yield number, line
    except OSError as error:
        raise UsageError(
            "Cannot read {path}: {strerror}. {foreign}", path=path, strerror=error.strerror, foreign=_FOREIGN
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            "{path} does not hold JSON lines, or is cut off. {foreign}", path=path, foreign=_FOREIGN
        ) from error


def _last_report(lines: list[Line]) -> list[Line]:
    """--append-output puts several reports into one file."""
    begins = [at for at, (_, line) in enumerate(lines) if line.get("type") == "scan"]
    return lines[begins[-1] :] if begins else lines


def _earlier(path: str, first: dict[str, Any], lines: tuple[Line, ...]) -> Earlier:
    parts = {part["proto"]: tuple(ports_of(part["ports"]).tolist()) for part in first["techniques"]}
    return Earlier(
        path,
        from_record(ScanRequest, first["request"]),
        PortSelection(**parts),
        str(first["args"]),
        float(first["started"]),
        {str(name): str(address) for name, address in first["resolved"].items()},
        tuple(str(note) for note in first["notes"]),
        lines,
    )
