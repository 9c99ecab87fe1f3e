"""What every way of discovery stands on: the scan, its sockets, and the routes to its hosts."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery.finds import Finds
from tui_scan.engine.routing import Destinations
from tui_scan.engine.scan import Scan
from tui_scan.privilege.sockets import SocketSource


class Ground(NamedTuple):
    """``sources`` (uint8 by host) are the own addresses towards the hosts, as far as there is a route."""

    scan: Scan
    sockets: SocketSource
    destinations: Destinations
    sources: npt.NDArray[np.uint8]
    key: int
    finds: Finds

    def show(self, out: bool, packets: npt.NDArray[np.uint8], times_ns: npt.NDArray[np.int64]) -> None:
        """Show packets that were sent (``out``) or came to whoever watches."""
        if self.scan.watch is not None:
            self.scan.watch(out, packets, times_ns)
