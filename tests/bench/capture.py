"""``python -m tests.bench.capture [--runs N] [--seed N]``: what keeping the packets of a -p- scan costs.

Tells how long it takes to show the exchange of any port, what memory 65,535 exchanges take, how fast they are written
as pcapng, and how much longer the scan takes than one that keeps nothing.
"""

import argparse
import io
import random
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import rooms
from tests.namespaces import inside, obstacle
from tests.scans import carried_out, prepared
from tui_scan.engine.capture import Capture
from tui_scan.engine.loops.intake import Intake
from tui_scan.engine.progress import Phase
from tui_scan.engine.scan import Scan
from tui_scan.exchange.decode import warm
from tui_scan.exchange.story import story
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.report.pcapng_scan import write_pcapng
from tui_scan.report.run import Run

PORTS = 1000
MOST_MS, MOST_MIB, MOST_COST = 50.0, 100.0, 0.15
"""The bars: an exchange in that time, 65,535 of them in that memory, that share of the scan's time."""


def main() -> int:
    """Measure and print; 0 where all stays below the bars."""
    asked = _asked()
    if reason := obstacle():
        print(f"The benchmarks cannot run: {reason}.", file=sys.stderr)
        return 1
    chance = random.Random(asked.seed)
    with rooms.answering(chance) as room, inside(room.scanner):
        _scan(room)  # what is loaded at first need is no packet's memory
        before = _resident()
        scan = _scan(room)
        held, grown = _held(scan) / 2**20, _resident() - before
        times, processor = _times(scan, chance)
        began = time.perf_counter()
        written = write_pcapng(Run(scan, "", Phase.FINISHED), io.BytesIO())
        write = time.perf_counter() - began
        del scan
        pairs = [(_seconds(room), _seconds_without(room)) for _ in range(asked.runs)]
    cost, used = (statistics.median(one[by] / other[by] for one, other in pairs) - 1 for by in (0, 1))
    with_it, without = (statistics.median(pair[which][0] for pair in pairs) for which in (0, 1))
    print(
        f"Exchange of one of {PORTS} random ports: {_spread(times)} ms (bar {MOST_MS:g}); "
        f"of the processor {_spread(processor)}"
    )
    print(f"65,535 exchanges: {held:.1f} MiB held, {grown:.1f} MiB more resident (bar {MOST_MIB:g})")
    print(f"pcapng: {written:,} packets in {write:.2f} s")
    print(
        f"Scan: {with_it:.3f} s with, {without:.3f} s without capture; {cost:+.1%} of its time, {used:+.1%} of the "
        f"processor's, by {asked.runs} pairs (bar 15 %)"
    )
    print(f"seed {asked.seed}")
    return 0 if max(times) <= MOST_MS and max(held, grown) <= MOST_MIB and cost <= MOST_COST else 1


def _scan(room: rooms.Room) -> Scan:
    scan = prepared([room.target], "-", Technique.SYN, timing=TEMPLATES[3])
    worker = carried_out(scan)
    if worker.error:
        raise worker.error
    return scan


def _seconds(room: rooms.Room) -> tuple[float, float]:
    """How long a scan takes by its own clock, and of the processor."""
    began = time.process_time()
    return _scan(room).tally.elapsed(), time.process_time() - began


def _seconds_without(room: rooms.Room) -> tuple[float, float]:
    with _nothing_kept():
        return _seconds(room)


@contextmanager
def _nothing_kept() -> Iterator[None]:
    """Meanwhile no packet is kept, and none is made ready to be."""
    keep, sent = Intake._keep, Capture.note_sent
    Intake._keep = Capture.note_sent = lambda *_: None  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Intake._keep, Capture.note_sent = keep, sent  # type: ignore[method-assign]


def _held(scan: Scan) -> int:
    return sum(capture.nbytes for capture in scan.captures.values() if isinstance(capture, Capture))


def _times(scan: Scan, chance: random.Random) -> tuple[list[float], list[float]]:
    """Milliseconds for the exchange of each of some ports, with scapy loaded: by the clock, and of the processor."""
    warm().join()
    clock, processor = [], []
    for column in chance.sample(range(scan.columns.count), PORTS):
        began, used = time.perf_counter(), time.thread_time()
        assert story(scan, 0, column).steps
        processor.append((time.thread_time() - used) * 1000)
        clock.append((time.perf_counter() - began) * 1000)
    return clock, processor


def _spread(times: list[float]) -> str:
    return f"{min(times):.2f} to {max(times):.2f}, median {statistics.median(times):.2f}"


def _resident() -> float:
    """Memory of this process in MiB."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.capture", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="pairs of scans with and without capture")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32) + 1, metavar="N")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
