"""What ``-v`` and ``-d`` tell: how the scan is paced, and at its end what was counted."""

from collections.abc import Iterator
from dataclasses import fields

from tui_scan.engine.calls import CallLog
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.options.timing import TIMING

SENT = "{probes} sent in {seconds:.3f} s, {answers}"
SENT_IN_ROUNDS = "{probes} sent in {rounds} and {seconds:.3f} s, {answers}"
ONE_TRY = "{sent}; {tries} try of a port at most"
TRIES = "{sent}; {tries} tries of a port at most"
KEPT = "{technique}: {probes:,} probes, {packets:,} packets kept, {dropped:,} let go"
NOUNS = ("round", "rounds", "answer", "answers", "call", "calls")
"""What is counted, beside hosts, ports and probes."""


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
        ports, techniques = _many(scan.columns.count, "port"), ", ".join(scan.columns.techniques)
        size = Sentence("{hosts} x {ports} by {techniques}", hosts=size, ports=ports, techniques=techniques)
    yield Sentence("{size}; timing {name}:", size=size, name=timing.name)
    yield " ".join(settings)


def counted(scan: Scan) -> Sentence:
    """What was sent and answered, and how long that took."""
    tally, tries = scan.tally, int(scan.ledger.tries.max(initial=0))
    sent = Sentence(
        SENT_IN_ROUNDS if tally.round else SENT,
        probes=_many(tally.sent, "probe"),
        rounds=_many(tally.round, "round"),
        seconds=tally.elapsed(),
        answers=_many(tally.answers, "answer"),
    )
    return Sentence(ONE_TRY if tries == 1 else TRIES, sent=sent, tries=tries) if tries else sent


def after(scan: Scan) -> Iterator[str]:
    """The counters, and what the capture holds."""
    yield counted(scan)
    for technique, log in scan.captures.items():
        if isinstance(log, CallLog):
            yield Sentence("{technique}: {calls} kept", technique=technique.value, calls=_many(log.log.count, "call"))
        else:
            sent, received, dropped = log.sent.count, log.received.count, log.dropped
            yield Sentence(KEPT, technique=technique.value, probes=sent, packets=received, dropped=dropped)


def _many(count: int, noun: str) -> Sentence:
    return Sentence("{count:,} {noun}", count=count, noun=Sentence(noun if count == 1 else f"{noun}s"))
