"""``tui-scan scan`` up to the import of the engine: the kernel makes the receive ring while the modules load."""

from tui_scan.cli.scan_options import scan_options
from tui_scan.model.techniques import Technique
from tui_scan.privilege.descriptors import make_room
from tui_scan.privilege.sockets import OwnSockets


def main(argv: list[str]) -> int:
    """Run the command; return its exit status. Raises TuiScanError before the first packet leaves."""
    options = scan_options(argv)
    if options is None:
        return 0
    make_room()
    sockets = OwnSockets()
    if sockets.raw and options.request.techniques != (Technique.CONNECT,):
        sockets.rings.expect()
    try:
        from tui_scan.cli import scan

        return scan.run(options, sockets, argv)
    finally:
        sockets.rings.close()
