"""Groups of hosts that are worked one after the other (``--max-hostgroup``)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tui_scan.engine.hosts import Hosts
from tui_scan.engine.scan import Scan
from tui_scan.scope.ranges import AddressRange

Numbers = npt.NDArray[np.int64]


def host_groups(scan: Scan) -> list[Numbers]:
    """The host numbers of each group: all hosts in one, or so many a group in the order of the targets."""
    most = scan.request.timing.max_hostgroup
    if most is None or most >= scan.hosts.count:
        return [np.arange(scan.hosts.count)]
    order = typed_order(scan.hosts, scan.plan.typed)
    return [order[start : start + most] for start in range(0, len(order), most)]


def typed_order(hosts: Hosts, typed: Sequence[AddressRange]) -> Numbers:
    """All host numbers, first those of the first range, each once; what is in no range comes last, ascending."""
    free = np.ones(hosts.count, np.bool_)
    order = []
    for item in typed:
        low = bisect_left(range(hosts.count), item.first, key=hosts.integer)
        high = bisect_right(range(hosts.count), item.last, low, key=hosts.integer)
        order.append(low + np.flatnonzero(free[low:high]))
        free[low:high] = False
    return np.concatenate([*order, np.flatnonzero(free)])
