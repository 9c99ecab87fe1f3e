"""Scans of this machine alone: on loopback all that leaves comes in again, so it need not be heard twice."""

import numpy as np

from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.routing import Destinations
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.matching import Mask
from tui_scan.engine.wire.parse import Batch
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique


def is_looped(scan: Scan, destinations: Destinations, technique: Technique) -> bool:
    """Whether all targets are this machine, and ``sent_here`` tells what its kernel sends behind this technique."""
    third = scan.plan.third
    in_own_name = not third.decoys and third.source is None and scan.request.packets.source_port is None
    plain = TECHNIQUES[technique].protocol is Protocol.TCP and in_own_name
    return plain and all(route.local for route in destinations.routes.values())


def sent_here(batch: Batch, keys: ProbeKeys) -> Mask:
    """Which packets of a batch, by row, the own kernel sent in the scanner's name, and no target to the scanner.

    They come from a source port of probes (an ICMP error quotes what was to go there), and answers go to one.
    """
    segments, errors = batch.segments, batch.errors
    sent = np.zeros(len(batch.heads.whole), np.bool_)
    sent[segments.rows] = keys.is_own(segments.source_port) & ~keys.is_own(segments.target_port)
    sent[errors.rows] = keys.is_own(errors.quoted_target_port) & ~keys.is_own(errors.quoted_source_port)
    return sent
