"""From captured packets to what they prove of the hosts that were asked."""

import numpy as np

from tui_scan.engine.discovery.evidence import Bytes, Evidence
from tui_scan.engine.discovery.lookup import Lookup
from tui_scan.engine.discovery.probes import Probes
from tui_scan.engine.discovery.quotes import quotes
from tui_scan.engine.discovery.replies import replies
from tui_scan.engine.probes import TRIES
from tui_scan.engine.wire.parse import parse


class Reader:
    """Reads batches of captured packets for one set of probes."""

    def __init__(self, probes: Probes) -> None:
        lookup = Lookup(probes)
        tries = () if probes.keys.tries_by_port else range(1, TRIES + 1)
        self._lookups = [lookup.of_try(number) for number in tries] or [lookup]

    def read(self, packets: Bytes) -> Evidence:
        """What these packets (from their IP headers on) prove."""
        batch = parse(packets, self._lookups[0].family)
        parts = [part for one in self._lookups for part in (*replies(batch, one), *quotes(batch.errors, one))]
        found = Evidence.joined([part for part in parts if len(part.rows)])
        return found if len(self._lookups) == 1 else _once(found, len(self._lookups[0].probes.asked))


def _once(found: Evidence, probes: int) -> Evidence:
    """What several tries claim is told once, and of try 0."""
    claims, first, of = np.unique(found.rows * probes + found.numbers, return_index=True, return_inverse=True)
    several = np.zeros(len(claims), np.bool_)
    several[of[found.tries != found.tries[first][of]]] = True
    once = Evidence._make(column[first] for column in found)
    return once._replace(tries=np.where(several, 0, once.tries))
