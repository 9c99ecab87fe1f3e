"""Ports as reports name them."""

import numpy as np

from tui_scan.engine.scan import Scan
from tui_scan.report.collapse import Columns


def port_ranges(scan: Scan, columns: Columns) -> str:
    """The ports of ascending columns of one protocol as ``22,80-90``."""
    ports = scan.columns.port[columns].astype(np.int64)
    breaks = np.flatnonzero(np.diff(ports) != 1)
    firsts = ports[np.concatenate([[0], breaks + 1])] if len(ports) else ports
    lasts = ports[np.concatenate([breaks, [len(ports) - 1]])] if len(ports) else ports
    runs = zip(firsts.tolist(), lasts.tolist(), strict=True)
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)
