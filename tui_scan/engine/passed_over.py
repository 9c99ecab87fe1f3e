"""Many silent hosts behind a router, asked faster than it can look for them: some may have been passed over."""

import numpy as np

from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.states import HostState

CROWD = 512
"""Silent hosts for which any router has room at once, beside its own neighbours."""
LOOKED = 3.2
"""Seconds after which a router looks no more for a host: three questions, a second apart (RFC 4861 §10)."""
GENTLE = 150
"""Probes a second for which any router has the time: fewer than ``CROWD`` in ``LOOKED`` seconds."""
NOTE = (
    "{silent:,} hosts behind a router gave no answer, and they were asked faster than a router can look for them: it "
    "has room for about a thousand at a time, and drops what is for others (RFC 6583). Some may be there. Leave out "
    "-Pn, so that they are looked for at its pace first, or scan with --max-rate {rate}."
)


def note_passed_over(scan: Scan) -> None:
    """Say so of hosts that no technique found, and that no scouts were sent to."""
    silent = int(np.count_nonzero(scan.hosts.passed_over & (scan.hosts.state == HostState.UNKNOWN)))
    if silent:
        scan.notes.append(Sentence(NOTE, silent=silent, rate=GENTLE))
