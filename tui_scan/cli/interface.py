"""``tui-scan [options] [TARGET…]``: the interface, its form filled in."""

import sys

from tui_scan.cli.commands import check_first, check_targets
from tui_scan.cli.options import InterfaceOptions, interface_options
from tui_scan.model.errors import UsageError


def main(argv: list[str]) -> int:
    """Run the command; return its exit status. UsageError says what is wrong with the options."""
    check_first(argv)
    options = interface_options(argv)
    if options is None:
        return 0
    check_targets(argv, options.request.targets)
    return open_interface(options)


def open_interface(options: InterfaceOptions, lab: str | None = None) -> int:
    """Open the interface with these options; ``lab`` is the title of the practice network."""
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
