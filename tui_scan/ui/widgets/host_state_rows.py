"""The hosts of a scan that looks for no ports: who is up, why, how far away, and what they are called."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rich.style import Style

from tui_scan.engine.scan import Scan
from tui_scan.model.discovery import Aim
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState
from tui_scan.ui.glyphs import STYLES, Look
from tui_scan.ui.widgets.host_order import HostOrder
from tui_scan.ui.widgets.table_columns import TableColumn
from tui_scan.ui.widgets.table_rows import Cell

COLUMNS = (
    TableColumn("host", "Host", 15, grow=1, most=39, cut_middle=True),
    TableColumn("state", "State", 5),
    TableColumn("reason", "Reason", 18, hide=2),
    TableColumn("rtt", "RTT ms", 8, right=True, hide=3),
    TableColumn("name", "Name", 12, grow=2, most=40, hide=1),
    TableColumn("mac", "Link address", 17, hide=4),
)
_ORDER = np.array([1, 0, 2], np.uint8)
"""The place of each state when rows are ordered by it: up first."""


class HostStateRows(HostOrder):
    """Which hosts are up, why, how far away, and what they are called."""

    columns = COLUMNS

    def cells(self, row: int) -> Sequence[Cell]:
        """One line of the table."""
        host, hosts = self.key(row), self.scan.hosts
        state, rtt = HostState(hosts.state[host]), int(hosts.rtt_us[host])
        up = state is HostState.UP
        return (
            hosts.address(host),
            (state_word(self.scan, host), STYLES[Look.OPEN] if up else Style()),
            Reason(hosts.reason[host]).label if state is not HostState.UNKNOWN else "-",
            f"{rtt / 1000:.2f}" if rtt else "-",
            hosts.names.get(host, "-"),
            hosts.macs.get(host, "-"),
        )

    def sort(self, column: str, descending: bool) -> None:
        """Order by address, or by what a column says, equal ones by address."""
        hosts, everyone = self.scan.hosts, range(self.scan.hosts.count)
        values: npt.NDArray[np.generic]
        match column:
            case "state":
                values = _ORDER[hosts.state]
            case "rtt":
                values = np.where(hosts.rtt_us, hosts.rtt_us, np.iinfo(np.int64).max)
            case "reason":
                values = np.array([Reason(reason).label for reason in hosts.reason.tolist()])
            case "name" | "mac":
                known = hosts.names if column == "name" else hosts.macs
                values = np.array([known.get(host, "\uffff") for host in everyone])
            case _:
                values = np.arange(hosts.count)
        self.order_by(np.unique(values, return_inverse=True)[1], descending)


def state_word(scan: Scan, host: int) -> str:
    """``up``, ``down``, or ``-`` where that is not known, or not asked for."""
    state = HostState(scan.hosts.state[host])
    if state is HostState.UNKNOWN:
        believed = scan.request.aim is not Aim.LIST and scan.request.discovery.skip
        return "up" if believed else "-"
    return state.label
