"""``tui-scan [options] [TARGET…]``: the interface, its form filled in."""

import sys
from collections.abc import Sequence

from tui_scan.cli.options import InterfaceOptions, interface_options
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest


def main(argv: list[str]) -> int:
    """Run the command; return its exit status. UsageError says what is wrong with the options."""
    options = interface_options(argv)
    return 0 if options is None else _open(options, None)


def open_interface(targets: Sequence[str], lab: str | None = None) -> int:
    """Open the interface with these targets in its form; ``lab`` is the title of the practice network."""
    return _open(InterfaceOptions(ScanRequest(targets=tuple(targets))), lab)


def _open(options: InterfaceOptions, lab: str | None) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "The interface needs a terminal, and input or output is none. “tui-scan scan” scans without the interface."
        )
    from tui_scan.ui.app import run

    return run(
        options.request,
        lab=lab,
        start=options.start,
        fps=options.fps,
        mouse=options.mouse,
        ascii_only=options.ascii_only,
    )
