"""The life of a matrix as the interface sees it: from what was typed to the worker and its end. No textual."""

from typing import TYPE_CHECKING

from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Technique
from tui_scan.model.third_party import ThirdParties
from tui_scan.ui.session import Proposal, Session

if TYPE_CHECKING:  # numpy comes with the engine, and the first picture does not need it
    from tui_scan.engine.matrix import Matrix


def matrix_request(request: ScanRequest, targets: str, ports: str) -> ScanRequest:
    """A request for these targets and ports; of the form's count what says who is asked, how fast, by which way and by
    which packets."""
    return ScanRequest(
        targets=tuple(targets.split()),
        excludes=request.excludes,
        ports=ports.strip() or None,
        techniques=(Technique.SYN,),
        family=request.family,
        timing=request.timing,
        interface=request.interface,
        authorized=request.authorized,
        discovery=request.discovery,
        exclude_ports=request.exclude_ports,
        datadir=request.datadir,
        packets=request.packets,
        third=ThirdParties(source=request.third.source, scope=request.third.scope),
    )


def propose_matrix(request: ScanRequest) -> Proposal:
    """Resolve names, count and judge; may wait for the name server, so never call it in the event loop.

    Raises UsageError with the sentence for the person.
    """
    from tui_scan.engine.matrix import PLANNED, matrix_plan
    from tui_scan.model.errors import UsageError
    from tui_scan.scope.broadcasts import own_broadcasts
    from tui_scan.scope.guard import judge
    from tui_scan.scope.plan import plan
    from tui_scan.services.chosen import services_of

    if request.ports is None:
        raise UsageError("No port. Each is probed in nine ways, so say which, such as 22,80.")
    broadcasts = own_broadcasts()
    made = matrix_plan(plan(request, names=services_of(request.datadir), broadcasts=broadcasts))
    return Proposal(made.request, made, judge(made, broadcasts=broadcasts), PLANNED)


def begin_matrix(session: Session, proposal: Proposal) -> "Matrix":
    """Prepare and start what was allowed; the matrix before, if it runs, is stopped. UsageError where too large."""
    from tui_scan.engine.matrix import MatrixWorker, prepare_matrix

    matrix = prepare_matrix(proposal.plan, session.raw)
    session.stop_matrix()
    session.matrix = MatrixWorker(matrix, session.sockets())
    session.matrix.start()
    return matrix
