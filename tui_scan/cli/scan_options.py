"""The options of ``tui-scan scan``: those of a scan, and where its reports go."""

import argparse
from dataclasses import dataclass

from tui_scan.cli.options import add_scan_options, request_of
from tui_scan.cli.outputs import Wanted
from tui_scan.cli.parser import Parser
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest

_REPORTS = (
    ("-oN", "normal", "normal output to FILE (- is standard output)"),
    ("-oX", "xml", "nmap's XML"),
    ("-oG", "grepable", "nmap's grepable output"),
    ("-oJ", "json", "JSON lines, each port with its exchange"),
)
_ALL = (("normal", ".nmap"), ("xml", ".xml"), ("grepable", ".gnmap"))
"""What ``-oA BASE`` writes, and the endings of the files."""

_DESCRIPTION = """\
Scan without the interface: the results on standard output, the progress on standard error.
A target is a name, an address, a network (10.0.0.0/24) or octet ranges (10.0.0.1-20,30).
Scan only what is yours, or what you are allowed to scan."""


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What ``tui-scan scan`` was asked for. ``verbosity`` counts ``-v``."""

    request: ScanRequest
    reports: tuple[Wanted, ...]
    reasons: bool
    open_only: bool
    verbosity: int


def scan_options(argv: list[str]) -> ScanOptions | None:
    """Read the command line; None after ``-h``. UsageError says what is wrong."""
    found = _parser().read(argv)
    if found is None:
        return None
    reports = [Wanted(option, kind, path) for option, kind, _ in _REPORTS for path in getattr(found, kind)]
    reports += [Wanted("-oA", kind, base + ending) for base in found.everything for kind, ending in _ALL]
    request = request_of(found)
    if not request.targets:
        raise UsageError("No target. Write a host name, an address or a network, such as 192.168.1.0/24.")
    return ScanOptions(request, tuple(reports), found.reasons, found.open_only, found.verbosity)


def _parser() -> Parser:
    made = Parser(
        prog="tui-scan scan",
        usage="tui-scan scan [options] TARGET ...",
        description=_DESCRIPTION,
        allow_abbrev=False,
    )
    add_scan_options(made)
    _add_reports(made.add_argument_group("results"))
    return made


def _add_reports(group: argparse._ArgumentGroup) -> None:
    for option, kind, says in _REPORTS:
        group.add_argument(option, dest=kind, action="append", default=[], metavar="FILE", help=says)
    group.add_argument(
        "-oA", dest="everything", action="append", default=[], metavar="BASE", help="BASE.nmap, BASE.xml, BASE.gnmap"
    )
    group.add_argument("--reason", dest="reasons", action="store_true", help="say why a port has its state")
    group.add_argument("--open", dest="open_only", action="store_true", help="show only ports that may be open")
    group.add_argument("-v", dest="verbosity", action="count", default=0, help="tell open ports as they are found")
