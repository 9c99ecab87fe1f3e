"""The names of a scan's hosts, asked of the system's resolver when the scan is over."""

from tui_scan.engine.scan import Scan
from tui_scan.local.names import host_names
from tui_scan.model.request import Resolve
from tui_scan.model.states import HostState

LOOKUP_SECONDS = 2.0
"""How long all look-ups together may take."""


def name_hosts(scan: Scan, seconds: float = LOOKUP_SECONDS) -> int:
    """Give hosts without a name the one their address has; returns how many got one.

    Asked for are hosts that are up, all with ``-R``, none with ``-n``.
    """
    resolve = scan.request.resolve
    if resolve is Resolve.NEVER:
        return 0
    wanted = {
        scan.hosts.address(host): host
        for host in range(scan.hosts.count)
        if host not in scan.hosts.names and (resolve is Resolve.ALWAYS or scan.hosts.state[host] == HostState.UP)
    }
    found = host_names(wanted, seconds)
    for address, name in found.items():
        scan.hosts.names[wanted[address]] = name
    return len(found)
