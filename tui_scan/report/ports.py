"""Ports as reports name them."""

import numpy as np
import numpy.typing as npt

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


def ports_of(text: str) -> npt.NDArray[np.int64]:
    """The ports of such a text; ValueError where it is none."""
    ports: list[int] = []
    for run in text.split(",") if text else ():
        low, _, high = run.partition("-")
        ports.extend(range(int(low), int(high or low) + 1))
    if ports and not 0 <= min(ports) <= max(ports) <= 65535:
        raise ValueError(f"{text} are no ports")
    return np.array(ports, np.int64)
