"""``tui-scan scan``: a scan without the interface."""

import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

from tui_scan.cli.interruption import Interruption, interruptible
from tui_scan.cli.key_presses import KeyPresses
from tui_scan.cli.narration import Narration
from tui_scan.cli.outputs import Outputs, Writer
from tui_scan.cli.scan_options import ScanOptions
from tui_scan.engine.discovery.naming import Naming
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan, default_techniques, prepare
from tui_scan.engine.worker import ScanWorker
from tui_scan.language import Sentence
from tui_scan.local.names import host_names
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import PrivilegeError
from tui_scan.options.output import Output
from tui_scan.privilege.sockets import SocketSource
from tui_scan.scope import guard
from tui_scan.scope.plan import plan
from tui_scan.services.chosen import services_of

if TYPE_CHECKING:
    from tui_scan.engine.watched import Shown, Watched
    from tui_scan.report.kept import Kept
    from tui_scan.report.run import Run

TURN = 0.1
"""Seconds between two looks at the worker."""

SETTLE, SETTLE_HINT = "s", "s: guess the rest"
"""The key that ends the waiting for hosts that limit their answers, and what the person is told of it."""

EXITS = {Phase.FINISHED: 0, Phase.STOPPED: 130, Phase.FAILED: 1}


def run(options: ScanOptions, sockets: SocketSource, argv: list[str]) -> int:
    """Run the command; return its exit status. Raises TuiScanError before the first packet leaves."""
    if options.output.iflist:
        return _list_interfaces()
    _refuse_unseen(options.output, sockets)
    with interruptible() as interruption:
        scan, kept = (_resumed if options.output.resume else _fresh)(options, sockets)
        outputs = Outputs(options.reports, options.output.append)
        narration = _narration(scan, options.output, options.verbosity > 0)
        watched = _watched(scan) if options.output.pcap else None
        for note in (*options.notes, *scan.notes):
            narration.say(note)
        worker = ScanWorker(scan, sockets)
        naming = Naming(scan, host_names)
        naming.start()
        if options.output.debugging:
            from tui_scan.cli import debugging

            _say_all(narration, debugging.before(scan))
        watch(worker, narration, interruption, partial(_load_reports, outputs.kinds, scan))
        if options.verbosity:
            from tui_scan.cli import debugging

            told = debugging.after(scan) if options.output.debugging else [debugging.counted(scan)]
            _say_all(narration, told)
        if worker.phase is Phase.FINISHED:
            naming.finish()
        from tui_scan.report.run import Run

        command = shlex.join(["tui-scan", "scan", *argv])
        run = Run(
            scan,
            command,
            worker.phase,
            worker.error.sentence if worker.error else "",
            options.reasons,
            options.output.open_only,
            options.verbosity,
            options.output.debugging,
        )
        if run.trouble:
            narration.say(run.trouble)
        writers = WRITERS if kept is None else WRITERS | {"json": partial(_json, kept=kept)}
        if watched is not None:
            writers = writers | {"pcap": partial(_pcap, shown=watched.shown, say=narration.say)}
        troubles = outputs.write(run, writers)
    for sentence in troubles:
        narration.say(sentence)
    if not (troubles or worker.phase is Phase.FINISHED):
        _tell_how_to_go_on(options, narration)
    failed = worker.error.exit_code if worker.error else EXITS[worker.phase]
    return failed or (1 if troubles else 0)


def _say_all(narration: Narration, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        narration.say(sentence)


def _narration(scan: Scan, output: Output, verbose: bool) -> Narration:
    every = None if output.stats_every is None else output.stats_every / 1000
    if not output.packet_trace:
        return Narration(scan, sys.stderr, verbose, every)
    from tui_scan.exchange.trace import Trace

    return Narration(scan, sys.stderr, verbose, every, Trace(scan).lines)


def _watched(scan: Scan) -> "Watched":
    from tui_scan.engine.watched import Watched

    return Watched(scan)


def _list_interfaces() -> int:
    from tui_scan.cli.iflist import interface_lines

    sys.stdout.writelines(f"{line}\n" for line in interface_lines())
    return 0


def _refuse_unseen(output: Output, sockets: SocketSource) -> None:
    if output.pcap and not sockets.raw:
        raise PrivilegeError(
            "--pcap writes the packets of the scan, and without raw sockets (no CAP_NET_RAW) no packet can be seen. "
            "Run it with sudo, or leave --pcap out: -oJ tells what the system calls said."
        )


def planned(options: ScanOptions, sockets: SocketSource) -> Scan:
    """From options to a scan that may begin: resolved, judged by the guard, its arrays made."""
    techniques = default_techniques(options.request, sockets.raw)
    made = plan(replace(options.request, techniques=techniques), names=services_of(options.request.datadir))
    if options.request.aim is not Aim.LIST:
        guard.check(made)
    return prepare(made, techniques)


def _fresh(options: ScanOptions, sockets: SocketSource) -> tuple[Scan, None]:
    return planned(options, sockets), None


def _resumed(options: ScanOptions, sockets: SocketSource) -> "tuple[Scan, Kept]":
    from tui_scan.cli.resume import resumed

    return resumed(str(options.output.resume), options.request.authorized, sockets)


def _tell_how_to_go_on(options: ScanOptions, narration: Narration) -> None:
    """How the scan goes on from the report that was written, or what it would have taken."""
    path = next((report.path for report in options.reports if report.kind == "json" and report.path != "-"), None)
    if options.request.aim is not Aim.PORTS:
        return
    if path is None:
        narration.say(Sentence("With -oJ FILE, a scan that was stopped can go on later: tui-scan scan --resume FILE"))
    else:
        words = ["tui-scan", "scan", "--resume", path, *(["--authorized"] if options.request.authorized else [])]
        narration.say(Sentence("To go on with the ports that have no verdict: {command}", command=shlex.join(words)))


def watch(
    worker: ScanWorker,
    narration: Narration,
    interruption: Interruption,
    meanwhile: Callable[[], object] = lambda: None,
) -> None:
    """Run the scan to its end, whatever end that is, and tell its progress; ``meanwhile`` is done while it sends."""
    known = len(worker.scan.notes)
    interruption.hold()
    worker.start()
    with KeyPresses() as keys:
        if not worker.join(TURN):
            meanwhile()
        while not worker.join(TURN):
            if interruption.asked:
                worker.stop()
            if worker.scan.tally.limited and SETTLE in keys.listen():
                worker.settle()
            narration.turn(SETTLE_HINT if keys.there else "")
    narration.end()
    for note in worker.scan.notes[known:]:
        if worker.error is None or note != worker.error.sentence:
            narration.say(note)


def _load_reports(kinds: Iterable[str], scan: Scan) -> None:
    """Import what writes these reports while the wire works, and read the names of services."""
    from tui_scan.services.names import service_name

    for kind in kinds:
        if kind in REPORTS:
            import_module(f"tui_scan.report.{kind}")
    for protocol in scan.plan.protocols:
        service_name(protocol, 0, scan.request.datadir)


def _text(kind: str, run: "Run", out: TextIO) -> None:
    write: Writer = getattr(import_module(f"tui_scan.report.{kind}"), f"write_{kind}")
    write(run, out)


def _pcap(run: "Run", out: TextIO, shown: "Sequence[Shown]", say: Callable[[str], None]) -> None:
    from tui_scan.report.pcapng_scan import lacking, write_pcapng

    for sentence in lacking(run.scan, write_pcapng(run, out.buffer, shown)):
        say(sentence)


def _json(run: "Run", out: TextIO, kept: "Kept | None" = None) -> None:
    from tui_scan.exchange.story import as_fields, story
    from tui_scan.report.json_lines import write_json_lines

    def tell(host: int, column: int) -> dict[str, Any]:
        return as_fields(story(run.scan, host, column))

    write_json_lines(run, out, tell if kept is None else kept.tell(tell))


REPORTS = ("normal", "kiddie", "xml", "grepable")
"""Kinds of reports, each with a module of ``tui_scan.report`` whose function ``write_KIND`` writes it."""

WRITERS: dict[str, Writer] = {kind: partial(_text, kind) for kind in REPORTS} | {"json": _json}
"""The writer by the kind of report; what only some scans want is imported by them alone."""
