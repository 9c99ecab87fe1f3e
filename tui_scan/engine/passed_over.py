"""Many silent hosts behind a router, asked faster than it can look for them: some may have been passed over."""

import numpy as np

from tui_scan.engine.discovery.crowd import CROWD, LOOKED
from tui_scan.engine.scan import Scan
from tui_scan.model.states import HostState

GENTLE = 150
"""Probes a second for which any router has the time: fewer than ``CROWD`` in ``LOOKED`` seconds."""
NOTE = (
    "{silent:,} hosts behind a router gave no answer, and they were asked faster than a router can look for them: it "
    "has room for about a thousand at a time, and drops what is for others (RFC 6583). Some may be there. Leave out "
    "-Pn, so that they are looked for at its pace first, or scan with --max-rate {rate}."
)


def note_passed_over(scan: Scan) -> None:
    """Say so of hosts that were taken for up and were silent on all ports."""
    hosts = scan.hosts
    quiet = np.flatnonzero(hosts.state == HostState.UNKNOWN).tolist()
    if len(quiet) <= CROWD:
        return
    routes = ((host, hosts.routes.get(host)) for host in quiet)
    far = sum(1 for host, route in routes if route and not route.local and route.next_hop != hosts.wire[host].tobytes())
    if far > CROWD * max(1.0, scan.tally.elapsed() / LOOKED):
        scan.notes.append(NOTE.format(silent=far, rate=GENTLE))
