"""What left beside a probe in the name of decoys: no capture holds it, and it differs from the probe in its source."""

import ipaddress
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tui_scan.engine.scan import Scan
from tui_scan.engine.wire.sources import give_sources
from tui_scan.model.packets import Packet
from tui_scan.model.techniques import Technique


def decoys_of(scan: Scan, technique: Technique) -> tuple[str, ...]:
    """The addresses, besides our own, in whose names a technique's probes leave."""
    return () if technique is Technique.IDLE else tuple(filter(None, scan.plan.third.decoys))


def decoy_copies(packets: Sequence[Packet], decoys: Sequence[str]) -> list[list[Packet]]:
    """For each of our packets what left with it, in the same call, by the order of ``decoys``."""
    found: list[list[Packet]] = [[] for _ in packets]
    alike: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, one in enumerate(packets if decoys else ()):
        alike[(len(one.data), one.data[0])].append(number)
    for (length, first), numbers in alike.items():
        whole = np.frombuffer(b"".join(packets[number].data for number in numbers), np.uint8).reshape(-1, length)
        for decoy in decoys:
            rows = whole.copy()
            source = np.frombuffer(ipaddress.ip_address(decoy).packed, np.uint8)
            give_sources(rows, first >> 4, np.tile(source, (len(rows), 1)))
            for number, row in zip(numbers, rows, strict=True):
                found[number].append(packets[number]._replace(data=row.tobytes()))
    return found
