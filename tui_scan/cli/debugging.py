"""What ``-v`` and ``-d`` tell: how the scan is paced, and at its end what was counted."""

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
    size = _many(scan.hosts.count, "host")
    if scan.columns.count:
        size += f" x {_many(scan.columns.count, 'port')} by {', '.join(scan.columns.techniques)}"
    yield f"{size}; timing {timing.name}:"
    yield " ".join(settings)


def counted(scan: Scan) -> str:
    """What was sent and answered, and how long that took."""
    tally, tries = scan.tally, int(scan.ledger.tries.max(initial=0))
    rounds = f"{_many(tally.round, 'round')} and " if tally.round else ""
    sent = f"{_many(tally.sent, 'probe')} sent in {rounds}{tally.elapsed():.3f} s, {_many(tally.answers, 'answer')}"
    return f"{sent}; {tries} {'try' if tries == 1 else 'tries'} of a port at most" if tries else sent


def after(scan: Scan) -> Iterator[str]:
    """The counters, and what the capture holds."""
    yield counted(scan)
    for technique, log in scan.captures.items():
        if isinstance(log, CallLog):
            yield f"{technique}: {_many(log.log.count, 'call')} kept"
        else:
            yield f"{technique}: {log.sent.count:,} probes, {log.received.count:,} packets kept, {log.dropped:,} let go"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
