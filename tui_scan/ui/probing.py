"""The life of a matrix as the interface sees it: from what was typed to the worker and its end. No textual."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.ui.session import Proposal, Session

if TYPE_CHECKING:  # numpy comes with the engine, and the first picture does not need it
    from tui_scan.engine.matrix import Matrix


def matrix_request(request: ScanRequest, targets: str, ports: str) -> ScanRequest:
    """The form's request with other targets and ports; its scan types and its choice of ports do not count."""
    return replace(
        request,
        targets=tuple(targets.split()),
        ports=ports.strip() or None,
        techniques=(Technique.SYN,),
        scan_flags=None,
        top_ports=None,
        port_ratio=None,
        trace=False,
    )


def propose_matrix(request: ScanRequest) -> Proposal:
    """Resolve names, count and judge; may wait for the name server, so never call it in the event loop.

    Raises UsageError with the sentence for the person.
    """
    from tui_scan.engine.matrix import PLANNED, matrix_plan
    from tui_scan.model.discovery import Aim
    from tui_scan.model.errors import UsageError
    from tui_scan.scope.broadcasts import own_broadcasts
    from tui_scan.scope.guard import judge
    from tui_scan.scope.plan import plan
    from tui_scan.services.chosen import services_of

    if request.ports is None:
        raise UsageError("No port. Each is probed in nine ways, so say which, such as 22,80.")
    broadcasts = own_broadcasts()
    asked = replace(request, aim=Aim.PORTS)
    made = matrix_plan(plan(asked, names=services_of(request.datadir), broadcasts=broadcasts))
    return Proposal(made.request, made, judge(made, broadcasts=broadcasts), PLANNED)


def begin_matrix(session: Session, proposal: Proposal) -> "Matrix":
    """Prepare and start what was allowed; the matrix before, if it runs, is stopped. UsageError where too large."""
    from tui_scan.engine.matrix import MatrixWorker, prepare_matrix

    matrix = prepare_matrix(proposal.plan, session.raw)
    session.stop_matrix()
    session.matrix = MatrixWorker(matrix, session.sockets())
    session.matrix.start()
    return matrix
