"""``tui-scan scan --resume FILE``: an interrupted scan goes on with the ports that have no verdict yet."""

from dataclasses import replace

from tui_scan.engine.scan import Scan, default_techniques, prepare
from tui_scan.language import Sentence
from tui_scan.options.values import interface_name
from tui_scan.privilege.sockets import SocketSource
from tui_scan.report.earlier import read_earlier
from tui_scan.report.kept import Kept
from tui_scan.report.run import clock_text
from tui_scan.scope import guard
from tui_scan.scope.plan import plan
from tui_scan.services.chosen import services_of


def resumed(path: str, authorized: bool, sockets: SocketSource) -> tuple[Scan, Kept]:
    """The scan that goes on from the report at ``path``, with the verdicts it had; TuiScanError where it cannot.

    The guard judges it anew: its yes is not taken from a file.
    """
    earlier = read_earlier(path)
    request = replace(earlier.request, authorized=authorized)
    if request.interface is not None:
        interface_name("-e", request.interface)
    techniques = default_techniques(request, sockets.raw)
    made = plan(request, names=services_of(request.datadir), resolver=earlier.resolver)
    made = replace(made, ports=earlier.ports)
    guard.check(made)
    scan = prepare(made, techniques)
    kept = Kept(scan, earlier)
    if kept.count:
        # Ports are probed when all hosts have been looked for: the report tells which of them are down.
        scan.hosts_known.set()
    scan.notes[:] = dict.fromkeys((*earlier.notes, *scan.notes))
    scan.notes.append(
        Sentence(
            "This goes on from the scan of {time} ({command}): {kept:,} of {ports:,} ports have their verdict from it.",
            time=clock_text(earlier.started),
            command=earlier.command,
            kept=kept.count,
            ports=scan.ledger.size,
        )
    )
    return scan, kept
