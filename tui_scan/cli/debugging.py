"""What ``-d`` tells: how the scan is paced, and at its end what was counted."""

from collections.abc import Iterator
from dataclasses import fields

from tui_scan.engine.calls import CallLog
from tui_scan.engine.scan import Scan
from tui_scan.options.timing import TIMING


def before(scan: Scan) -> Iterator[str]:
    """The size of the scan and its timing, as options that would ask for it."""
    timing = scan.request.timing
    settings = [
        f"{option.flag} {option.show(getattr(timing, option.field))}"
        for option in TIMING.options
        if option.field in {field.name for field in fields(timing)} and getattr(timing, option.field) is not None
    ]
    techniques = ", ".join(scan.columns.techniques)
    yield f"{scan.hosts.count:,} hosts x {scan.columns.count:,} ports by {techniques}; timing {timing.name}:"
    yield " ".join(settings)


def after(scan: Scan) -> Iterator[str]:
    """The counters, and what the capture holds."""
    tally = scan.tally
    yield (
        f"{tally.sent:,} probes sent in {tally.round} rounds and {tally.elapsed():.3f} s, {tally.answers:,} answers; "
        f"{int(scan.ledger.tries.max(initial=0))} tries of a port at most"
    )
    for technique, log in scan.captures.items():
        if isinstance(log, CallLog):
            yield f"{technique}: {log.log.count:,} calls kept"
        else:
            yield f"{technique}: {log.sent.count:,} probes, {log.received.count:,} packets kept, {log.dropped:,} let go"
