"""Probes by step mode inside a lab, a line of JSON each: ``python -m tests.stepped ADDRESS,PORT,TECHNIQUE …``."""

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tui_scan.engine.progress import Phase
from tui_scan.engine.stepping import StepWorker, step_ports, step_request, step_scan
from tui_scan.exchange.other_side import other_side
from tui_scan.lab.running import RunningLab
from tui_scan.lab.watching_channel import Watch
from tui_scan.model.other_side import Sight, Watched
from tui_scan.model.packets import Origin, Packet
from tui_scan.model.records import as_record, from_record
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.third_party import ThirdParties
from tui_scan.model.timing import TEMPLATES
from tui_scan.privilege.capabilities import can_raw
from tui_scan.privilege.sockets import OwnSockets
from tui_scan.ui.session import propose

PARTIES = ThirdParties(zombie="10.77.0.7:80", relay="10.77.0.8:21")
"""Of the default practice network."""
QUICK = replace(TEMPLATES[3], initial_rtt_timeout=150)


@dataclass(frozen=True, slots=True)
class Told:
    """What was about to be sent (hexadecimal), what was sent, the verdict, and what the other side saw of it."""

    upcoming: tuple[str, ...]
    sent_before: int
    sent: tuple[str, ...]
    received: tuple[str, ...]
    state: str
    reason: str
    sight: Sight | None
    sentences: tuple[str, ...] = field(default=())


def steps(lab: RunningLab, cases: Iterable[tuple[str, int, Technique]]) -> list[Told]:
    """Probes from the scanner's namespace of a lab, one after the other."""
    words = [f"{address},{port},{technique.value}" for address, port, technique in cases]
    done = lab.run([sys.executable, "-m", "tests.stepped", *words])
    assert done.returncode == 0, done.stderr
    return [from_record(Told, json.loads(line)) for line in done.stdout.splitlines()]


def stepped(address: str, port: int, technique: Technique) -> Told:
    """One probe from here."""
    request = step_request(ScanRequest(third=PARTIES, timing=QUICK), address, str(port), technique)
    plan = propose(request, can_raw()).plan
    assert [*step_ports(plan, technique)] == [port]
    scan = step_scan(plan, technique, port)
    worker = StepWorker(scan, OwnSockets())
    worker.start()
    while not worker.holding and not worker.phase.ended:
        time.sleep(0.001)
    upcoming = worker.upcoming()
    before = scan.tally.sent
    watch = Watch.begin(address, Watched(TECHNIQUES[technique].protocol, port, technique))
    worker.send()
    assert worker.join(20) and worker.phase is Phase.FINISHED, worker.error
    items = scan.exchange(0, 0)
    sight = watch.finish() if watch else None
    verdict = scan.verdict(0, 0)
    started = min((item.time_ns for item in items), default=0)
    return Told(
        upcoming=tuple(one.data.hex() if isinstance(one, Packet) else one.call for one in upcoming),
        sent_before=before,
        sent=tuple(_hex(items, Origin.SCANNER)),
        received=tuple(_hex(items, Origin.TARGET)),
        state=verdict.state.label,
        reason=verdict.reason.label,
        sight=sight,
        sentences=other_side(sight, started).sentences if sight else (),
    )


def _hex(items: list[Any], origin: Origin) -> list[str]:
    return [one.data.hex() if isinstance(one, Packet) else one.call for one in items if one.origin is origin]


if __name__ == "__main__":
    for word in sys.argv[1:]:
        where, number, name = word.split(",")
        print(json.dumps(as_record(stepped(where, int(number), Technique(name)))))
