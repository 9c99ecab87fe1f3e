"""``tui-scan compare`` up to the import of the engine."""

from tui_scan.cli.compare_options import compare_options
from tui_scan.privilege.sockets import OwnSockets


def main(argv: list[str]) -> int:
    """Run the command; return its exit status. Raises TuiScanError before the first packet leaves."""
    options = compare_options(argv)
    if options is None:
        return 0
    sockets = OwnSockets()
    try:
        from tui_scan.cli import compare_run

        return compare_run.run(options, sockets)
    finally:
        sockets.rings.close()
