"""A fixed source port on a machine that scans itself."""

import numpy as np

from tui_scan.engine.routing import Destinations
from tui_scan.engine.scan import Scan
from tui_scan.model.errors import UsageError


def refuse_own_port(scan: Scan, destinations: Destinations) -> None:
    """UsageError where probes would go from a port of this machine to that same port: it would answer itself."""
    port = scan.request.packets.source_port
    if port is None or not bool(np.any(scan.columns.port == port)):
        return
    for host, route in destinations.routes.items():
        if route.local:
            raise UsageError(
                "Port {port} is scanned on {hosts}, which is this machine, and probes leave from that very port "
                "(-g {port}). Choose another source port, or add --exclude-ports {port}.",
                port=port,
                hosts=scan.hosts.address(host),
            )
