"""The options of ``tui-scan scan``: those of a scan, and where its reports go."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from tui_scan.cli.options import add_scan_options, request_of
from tui_scan.cli.outputs import Wanted
from tui_scan.cli.parser import Parser
from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.options.output import FORMATS, OUTPUT, Output
from tui_scan.options.reading import add_groups, fill

_ALL = (("normal", ".nmap"), ("xml", ".xml"), ("grepable", ".gnmap"))
"""What ``-oA BASE`` writes, and the endings of the files."""

_AGGRESSIVE = (
    "Of -A there is --traceroute alone: versions, systems and scripts are not looked into here. nmap -A does that."
)

_ALL_OF_THEM = "{option} is given more than once, and all are written: {paths}. nmap writes the last alone."

_DESCRIPTION = """\
Scan without the interface: the results on standard output, the progress on standard error.
A target is a name, an address, a network (10.0.0.0/24) or octet ranges (10.0.0.1-20,30).
Scan only what is yours, or what you are allowed to scan."""


class ScanOptions(NamedTuple):
    """What ``tui-scan scan`` was asked for; ``reports`` are the files, ``output`` all that is told otherwise.

    ``notes`` say which part of what was asked for does not exist here.
    """

    request: ScanRequest
    reports: tuple[Wanted, ...]
    output: Output
    notes: tuple[str, ...] = ()

    @property
    def reasons(self) -> bool:
        """Reasons are shown: ``--reason``, and as in nmap ``-vv`` and ``-d``."""
        return self.output.reasons or self.verbosity > 1 or self.output.debugging > 0

    @property
    def verbosity(self) -> int:
        """How much is told; ``-d`` tells no less than ``-v``."""
        return max(self.output.verbosity, self.output.debugging)


def scan_options(argv: list[str]) -> ScanOptions | None:
    """Read the command line; None after ``-h``. UsageError says what is wrong."""
    found = _parser().read(argv)
    if found is None:
        return None
    output = fill(Output(), found, (OUTPUT,))
    request = request_of(found)
    reports = _wanted(output)
    if output.resume is not None:
        _check_resume(output.resume, request, output, reports)
    elif not request.targets and not output.iflist:
        raise UsageError("No target. Write a host name, an address or a network, such as 192.168.1.0/24.")
    return ScanOptions(request, reports, output, tuple(_notes(output, bool(vars(found)["-A"]))))


def _notes(output: Output, aggressive: bool) -> Iterator[Sentence]:
    if aggressive:
        yield Sentence(_AGGRESSIVE)
    for option in OUTPUT.options:
        paths = getattr(output, option.field) if option.gathers else ()
        if len(paths) > 1:
            yield Sentence(_ALL_OF_THEM, option=option.flag, paths=", ".join(paths))


def _wanted(output: Output) -> tuple[Wanted, ...]:
    reports = [
        Wanted(option.flag, option.field, path)
        for option in OUTPUT.options
        if option.field in FORMATS
        for path in getattr(output, option.field)
    ]
    reports += [Wanted("-oA", kind, base + ending) for base in output.everything for kind, ending in _ALL]
    return tuple(reports)


def _check_resume(path: str, request: ScanRequest, output: Output, reports: tuple[Wanted, ...]) -> None:
    """A scan is resumed as it was asked for, and its report is not written over before it has ended."""
    if request != ScanRequest(authorized=request.authorized):
        raise UsageError(
            "--resume repeats the scan of the report with its own targets and options. Leave them out; only options of "
            "the results and --authorized may stand beside it."
        )
    for report in () if output.append else reports:
        if os.path.realpath(report.path) == os.path.realpath(path):
            raise UsageError(
                "{option} would write over {path} before the scan has ended. Give another file, or add "
                "--append-output.",
                option=report.option,
                path=path,
            )


def _parser() -> Parser:
    made = Parser(
        prog="tui-scan scan",
        usage="tui-scan scan [options] TARGET ...\n       tui-scan scan --resume FILE [reports]",
        description=_DESCRIPTION,
        allow_abbrev=False,
    )
    add_scan_options(made)
    add_groups(made, (OUTPUT,))
    return made
