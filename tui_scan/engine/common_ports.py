"""The ports that most often have something to tell: they are probed first, so that what matters shows early."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.columns import Columns
from tui_scan.model.techniques import Protocol

COMMON: dict[Protocol, tuple[int, ...]] = {
    Protocol.TCP: (
        *(21, 22, 23, 25, 53, 80, 110, 111, 135, 139, 143, 443, 445, 465, 587, 631, 993, 995),
        *(1433, 1723, 2049, 3306, 3389, 5432, 5900, 6379, 8000, 8080, 8443, 9100),
    ),
    Protocol.UDP: (
        *(53, 67, 69, 88, 111, 123, 137, 138, 161, 389, 443, 500, 514, 520, 623, 631),
        *(1194, 1434, 1701, 1812, 1900, 2049, 3478, 4500, 5060, 5353, 5683, 11211, 47808, 51820),
    ),
}
"""By protocol: what servers, routers, printers and desktops usually offer."""


def common_columns(columns: Columns) -> npt.NDArray[np.bool_]:
    """Which columns of a scan are common ports; bool of shape (columns,)."""
    common = np.zeros(columns.count, np.bool_)
    for protocol, ports in COMMON.items():
        found = columns.find(protocol, np.array(ports))
        common[found[found >= 0]] = True
    return common
