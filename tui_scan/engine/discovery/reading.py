"""From captured packets to what they prove of the hosts that were asked."""

from tui_scan.engine.discovery.evidence import Bytes, Evidence
from tui_scan.engine.discovery.lookup import Lookup
from tui_scan.engine.discovery.probes import Probes
from tui_scan.engine.discovery.quotes import quotes
from tui_scan.engine.discovery.replies import replies
from tui_scan.engine.wire.parse import parse


class Reader:
    """Reads batches of captured packets for one set of probes."""

    def __init__(self, probes: Probes) -> None:
        self._lookup = Lookup(probes)

    def read(self, packets: Bytes) -> Evidence:
        """What these packets (from their IP headers on) prove."""
        batch = parse(packets, self._lookup.family)
        parts = [*replies(batch, self._lookup), *quotes(batch.errors, self._lookup)]
        return Evidence.joined([part for part in parts if len(part.rows)])
