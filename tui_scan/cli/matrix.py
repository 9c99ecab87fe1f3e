"""``tui-scan matrix``: every scan type on the same ports in one table, and the kind of filter that it proves."""

import json
import sys
from collections.abc import Iterator

from tui_scan.cli.interruption import Interruption, interruptible
from tui_scan.cli.key_presses import KeyPresses
from tui_scan.cli.matrix_options import MatrixOptions, matrix_options
from tui_scan.cli.matrix_table import table_lines, table_width
from tui_scan.cli.narration import Narration
from tui_scan.cli.scan import EXITS, SETTLE, SETTLE_HINT, TURN
from tui_scan.engine.matrix import Matrix, MatrixWorker, matrix_plan, prepare_matrix
from tui_scan.engine.progress import Phase
from tui_scan.exchange.matrix import HostFinding, findings, title
from tui_scan.language import Sentence, translate
from tui_scan.model.verdict import Verdict
from tui_scan.privilege.sockets import OwnSockets, SocketSource
from tui_scan.scope import guard
from tui_scan.scope.plan import plan
from tui_scan.services.chosen import services_of

DOWN = {
    (True, False): "1 host is down, or answers no discovery probe.",
    (True, True): "1 host is down, or answers no discovery probe; -Pn probes the ports all the same.",
    (False, False): "{count:,} hosts are down, or answer no discovery probe.",
    (False, True): "{count:,} hosts are down, or answer no discovery probe; -Pn probes the ports all the same.",
}
"""What is said of hosts that were not found: whether it is one, and whether they were asked for."""


def main(argv: list[str]) -> int:
    """Run the command; return its exit status. Raises TuiScanError before the first packet leaves."""
    options = matrix_options(argv)
    if options is None:
        return 0
    sockets = OwnSockets()
    try:
        return run(options, sockets)
    finally:
        sockets.rings.close()


def run(options: MatrixOptions, sockets: SocketSource) -> int:
    """Carry the matrix out and print what it found; return the exit status."""
    with interruptible() as interruption:
        made = matrix_plan(plan(options.request, names=services_of(options.request.datadir)))
        guard.check(made)
        matrix = prepare_matrix(made, sockets.raw)
        if matrix.lacking:
            _say(lacking(matrix))
        worker = MatrixWorker(matrix, sockets)
        _watch(worker, interruption)
        found = findings(matrix)
        lines = json_lines(found) if options.as_json else table_lines(found, table_width(sys.stdout))
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    down = matrix.first.hosts.count - len(found)
    if worker.phase is not Phase.FINISHED:
        _say(unfinished(worker))
    elif down:
        _say(Sentence(DOWN[down == 1, not made.request.discovery.skip], count=down))
    return worker.error.exit_code if worker.error else EXITS[worker.phase]


def unfinished(worker: MatrixWorker) -> str:
    """Why the matrix is not whole, and how much of it there is."""
    progress = [scan.progress() for scan in worker.matrix.scans.values()]
    settled, cells = sum(one.settled for one in progress), sum(one.cells for one in progress)
    return translate(
        "{why} {settled:,} of {cells:,} cells have a verdict; the others were not probed to the end.",
        why=worker.error or translate("The matrix was stopped before its end."),
        settled=settled,
        cells=cells,
    )


def lacking(matrix: Matrix) -> str:
    """Which types could not be run, and what to do about it."""
    able = translate(" and ").join(title(technique) for technique in matrix.scans)
    others = ", ".join(title(technique) for technique in matrix.lacking)
    return translate(
        "Only {able} are run: {others} need raw sockets, and this process may not open them (no CAP_NET_RAW). So no "
        "kind of filter is proven. Run it with sudo for all of them.",
        able=able,
        others=others,
    )


def _say(sentence: str) -> None:
    print(f"tui-scan: {translate(sentence)}", file=sys.stderr, flush=True)


def _watch(worker: MatrixWorker, interruption: Interruption) -> None:
    """Run the matrix to its end, whatever end that is, and tell each scan's progress."""
    narrations = {technique: Narration(scan, sys.stderr, False) for technique, scan in worker.matrix.scans.items()}
    interruption.hold()
    worker.start()
    before = None
    with KeyPresses() as keys:
        while not worker.join(TURN):
            if interruption.asked:
                worker.stop()
            if before is not worker.now and before is not None:
                narrations[before].end()
            before = worker.now
            if before is not None:
                if worker.matrix.scans[before].tally.limited and SETTLE in keys.listen():
                    worker.settle()
                narrations[before].turn(SETTLE_HINT if keys.there else "")
    if before is not None:
        narrations[before].end()
    for note in worker.matrix.notes:
        if worker.error is None or note != worker.error.sentence:
            _say(note)


def json_lines(found: list[HostFinding]) -> Iterator[str]:
    """One object a line: each port of a host, then the host."""
    for host in found:
        for port in host.ports:
            answers = {technique.value: _answer(verdict) for technique, verdict in port.row.items()}
            yield json.dumps(
                {
                    "type": "port",
                    "addr": host.address,
                    "port": port.port,
                    "answers": answers,
                    "kind": port.kind.value,
                    "explanation": port.explanation,
                }
            )
        yield json.dumps(
            {"type": "host", "addr": host.address, "kind": host.kind.value, "explanation": host.explanation}
        )


def _answer(verdict: Verdict | None) -> dict[str, str] | None:
    """State and reason; None where the type could not be run."""
    if verdict is None:
        return None
    sender = {"from": verdict.sender} if verdict.sender else {}
    return {"state": verdict.state.label, "reason": verdict.reason.label, **sender}
