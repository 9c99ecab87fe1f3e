"""nmap's options for a scan, as the interface and ``tui-scan scan`` both take them.

The options themselves stand in the tables of ``tui_scan.options``.
"""

import argparse
from typing import NamedTuple

from tui_scan.cli.parser import Parser
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.options.groups import GROUPS
from tui_scan.options.reading import add_groups, fill
from tui_scan.options.targets import typed
from tui_scan.options.values import count

_DESCRIPTION = """\
A target is a name, an address, a network (10.0.0.0/24) or octet ranges (10.0.0.1-20,30).
Scan only what is yours, or what you are allowed to scan."""


class InterfaceOptions(NamedTuple):
    """What ``tui-scan [options] [TARGET…]`` was asked for."""

    request: ScanRequest
    start: bool = False
    fps: int | None = None
    mouse: bool = True
    ascii_only: bool = False


def interface_options(argv: list[str]) -> InterfaceOptions | None:
    """The options of the interface; None after ``-h``. UsageError says what is wrong."""
    made = Parser(
        prog="tui-scan", usage="tui-scan [options] [TARGET ...]", description=_DESCRIPTION, allow_abbrev=False
    )
    add_scan_options(made)
    add_display_options(made)
    found = made.read(argv)
    if found is None:
        return None
    request = request_of(found)
    if found.start and not request.targets:
        raise UsageError("--start has nothing to scan: no target was given. Add one, such as 192.168.1.0/24.")
    return displayed(request, found)


def add_display_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how the interface begins and draws."""
    group = parser.add_argument_group("interface")
    group.add_argument("--start", action="store_true", help="start the scan at once")
    group.add_argument("--fps", metavar="N", help="draw N pictures a second at most (1 to 60)")
    group.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    group.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")


def displayed(request: ScanRequest, found: argparse.Namespace) -> InterfaceOptions:
    """The request with the options of ``add_display_options``. UsageError says what is wrong."""
    fps = None if found.fps is None else count("--fps", found.fps, 1, 60)
    return InterfaceOptions(request, found.start, fps, not found.no_mouse, found.ascii)


def add_scan_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that make a ScanRequest."""
    add_groups(parser, GROUPS)


def request_of(found: argparse.Namespace) -> ScanRequest:
    """The request that parsed options make; reads the list files. UsageError says what is wrong."""
    files = [*(vars(found)["-iL"] or ()), *(vars(found)["--excludefile"] or ())]
    if files.count("-") > 1:
        raise UsageError("Two lists are to be read from standard input. Give the file of one of them.")
    request = fill(ScanRequest(targets=typed(found.targets)), found, GROUPS)
    kinds = [option for option in request.third.options if option in ("-sI", "-b")]
    if kinds and request.techniques:
        other = TECHNIQUES[request.techniques[0]].option
        raise UsageError(
            "{kinds} and {other} are two scan types, and {kinds} goes with no other. Scan twice.",
            kinds=kinds[0],
            other=other,
        )
    return request
