"""Carries ``tui-scan compare`` out: reads the list, looks at the ports, and tells what both make together."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from tui_scan.cli.compare_options import CompareOptions
from tui_scan.cli.compare_table import difference_lines, table_lines
from tui_scan.cli.interruption import Interruption, interruptible
from tui_scan.cli.matrix_table import table_width
from tui_scan.cli.narration import Narration
from tui_scan.cli.scan import EXITS, TURN, watch
from tui_scan.compare.expectations import differences
from tui_scan.compare.expectations_file import read_expectations
from tui_scan.compare.join import Finding, compared
from tui_scan.compare.listed import check_size, foreign_note, listing_again, listing_of, ssh_words
from tui_scan.compare.planning import Ports, Question, by_family, listening_ports, question
from tui_scan.compare.record import record
from tui_scan.compare.scan_look import down
from tui_scan.compare.seen import Seen, seen_by
from tui_scan.compare.told import NOT_AGAIN, summary
from tui_scan.compare.worker import CompareWorker
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import prepare
from tui_scan.engine.worker import ScanWorker
from tui_scan.language import translate
from tui_scan.local.listing import Listing
from tui_scan.model.errors import TuiScanError, UsageError
from tui_scan.model.techniques import Protocol
from tui_scan.privilege.sockets import SocketSource
from tui_scan.report.run import Run
from tui_scan.scope import guard
from tui_scan.services.chosen import services_of


def run(options: CompareOptions, sockets: SocketSource) -> int:
    """Read the list, look at the ports, and tell what both make together; return the exit status."""
    with interruptible() as interruption:
        names = services_of(options.request.datadir)
        expected = read_expectations(options.expect, names) if options.expect else None
        options = _with_targets(options)
        # Bad input and refused targets are told before ssh is called.
        _questions(options, frozenset(), sockets.raw)
        listing = listing_of(options.ssh, options.file, ssh_words(options.ssh_command))
        wanted = listening_ports(listing) | (expected.ports if expected else frozenset())
        questions = _questions(options, wanted, sockets.raw)
        targets = [text for one in questions for text in one.plan.addresses()]
        _say(*listing.notes, foreign_note(listing, targets))
        if options.from_host is None:
            seen, status = _scanned(questions, wanted, sockets, interruption)
        else:
            seen, status = _seen_from(options, listing, questions, wanted, interruption)
        afterwards = None if interruption.asked else _again(options)
    comparison = compared(listing, seen, afterwards)
    found = differences(expected, comparison, seen) if expected else []
    told = difference_lines(found, expected)
    if options.as_json:
        new = {(one.address, one.protocol, one.port) for one in found if one.new} if expected else None
        _print(json.dumps(_record(one, new)) for one in comparison.findings)
        _say(*told, summary(comparison))
    else:
        _print(table_lines(comparison, table_width(sys.stdout), told))
    failed = any(one.possible & options.fail_on for one in comparison.findings) or any(one.counts for one in found)
    return status or (1 if failed else 0)


def _again(options: CompareOptions) -> Listing | None:
    """The list as it is after the look; None where it was saved, or cannot be read any more, which is told."""
    read = listing_again(options.ssh, options.file, ssh_words(options.ssh_command))
    try:
        return read() if read is not None else None
    except TuiScanError as error:
        _say(translate(NOT_AGAIN, error=error))
        return None


def _with_targets(options: CompareOptions) -> CompareOptions:
    """Where another host looks at this machine: all own addresses that it may reach, if no target was given.

    The guard need not ask for a yes then, since nothing but this machine's own addresses is ever looked at so.
    """
    if options.from_host is None:
        return options
    options = replace(options, request=replace(options.request, authorized=True))
    if options.request.targets:
        return options
    from tui_scan.compare.reverse_look import reachable_addresses

    own = reachable_addresses()
    if not own:
        raise UsageError("This machine has no address that another host could reach: --from has nothing to look at.")
    return replace(options, request=replace(options.request, targets=own))


def _record(one: Finding, new: set[tuple[str, Protocol, int]] | None) -> dict[str, Any]:
    """The object of a port; where there are expectations, whether it is as they have it."""
    told = record(one)
    return told if new is None else {**told, "expected": (one.address, one.protocol, one.port) not in new}


def _questions(options: CompareOptions, wanted: Ports, raw: bool) -> list[Question]:
    """What is asked of the targets of each family, after the guard has looked at it."""
    names = services_of(options.request.datadir)
    raw = raw and options.from_host is None
    questions = [question(request, wanted, raw, names) for request in by_family(options.request)]
    check_size(sum(one.plan.host_count for one in questions))
    for one in questions:
        guard.check(one.plan)
    return questions


def _scanned(
    questions: Sequence[Question], wanted: Ports, sockets: SocketSource, interruption: Interruption
) -> tuple[list[Seen], int]:
    """What the scans saw, one after the other, and the exit status that they ask for."""
    seen: list[Seen] = []
    status = 0
    for asked in questions:
        scan = prepare(asked.plan, asked.techniques)
        narration = Narration(scan, sys.stderr, False)
        _say(*scan.notes)
        worker = ScanWorker(scan, sockets)
        watch(worker, narration, interruption)
        seen += seen_by(scan, wanted)
        unasked = down(scan)
        _say(*unasked)
        if worker.phase is not Phase.FINISHED:
            _say(Run(scan, "", worker.phase, worker.error.sentence if worker.error else "").trouble)
            return seen, worker.error.exit_code if worker.error else EXITS[worker.phase]
        # What could not be looked at must not pass for a comparison without a fault.
        status = status or int(bool(unasked))
    return seen, status


def _seen_from(
    options: CompareOptions, listing: Listing, questions: Sequence[Question], wanted: Ports, interruption: Interruption
) -> tuple[list[Seen], int]:
    """What another host saw of this machine, and the exit status that it asks for."""
    from tui_scan.compare.reverse_look import ReverseLook

    command = ssh_words(options.ssh_command)
    look = ReverseLook(questions, wanted, str(options.from_host), command)
    worker = CompareWorker(listing, (look,))
    interruption.hold()
    worker.start()
    while not worker.join(TURN):
        if interruption.asked:
            worker.stop()
    if worker.error and not look.version:
        raise worker.error
    _say(*look.notes, str(worker.error or ""))
    status = worker.error.exit_code if worker.error else EXITS[worker.phase]
    return look.seen(), status or int(bool(look.notes))


def _print(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def _say(*sentences: str) -> None:
    """Tell sentences on standard error; empty ones are none."""
    for sentence in filter(None, sentences):
        print(f"tui-scan: {translate(sentence)}", file=sys.stderr, flush=True)
