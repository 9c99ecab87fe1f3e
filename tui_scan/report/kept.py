"""The verdicts of an earlier scan, entered into the ledger of the one that goes on from it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from tui_scan.engine.ledger import NO_RTT, NO_TTL, answered_for_itself
from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Protocol
from tui_scan.report.earlier import Earlier, told
from tui_scan.report.ports import ports_of

Tell = Callable[[int, int], dict[str, Any]]
Cells = npt.NDArray[np.int64]
Fields = dict[str, Any]

STATES = {state.label: state for state in PortState if state is not PortState.UNTRIED}
HOST_STATES = {state.label: state for state in HostState}
REASONS = {reason.label: reason for reason in Reason}
EXCHANGE = ("exchange", "exchange_complete", "explanation")
"""The fields of a port's line that tell of packets, which the new scan has not seen."""


class Kept:
    """What a scan has from an earlier one. ``cells`` (bool) had their verdict."""

    def __init__(self, scan: Scan, earlier: Earlier) -> None:
        """Enter every verdict; UsageError where the report tells of something that the scan does not hold."""
        self._scan = scan
        self.cells = np.zeros(scan.ledger.size, np.bool_)
        self._exchanges: dict[int, Fields] = {}
        for number, line in earlier.lines:
            told(earlier.path, number, partial(self._line, line))
        self._raise_hosts()

    @property
    def count(self) -> int:
        """How many verdicts are kept."""
        return int(np.count_nonzero(self.cells))

    def tell(self, fresh: Tell) -> Tell:
        """Tell of ports by ``fresh``, and by what the earlier report said where it was the one that saw the packets."""

        def fields(host: int, column: int) -> Fields:
            cell = self._scan.ledger.cell(host, column)
            if not self.cells[cell] or self._scan.exchange(host, column):
                return fresh(host, column)
            return self._exchanges.get(cell) or fresh(host, column) | {"exchange_complete": False}

        return fields

    def _line(self, line: Fields) -> None:
        {"host": self._host, "port": self._port, "unlisted": self._unlisted}[line["type"]](line)

    def _host(self, line: Fields) -> None:
        host = self._find(line["addr"])
        self._mark(host, line)
        self._scan.hosts.ttl[host] = line["reason_ttl"] or 0
        self._scan.hosts.rtt_us[host] = line["rtt_us"] or 0
        if line["mac"] is not None:
            self._scan.hosts.macs[host] = str(line["mac"])
        self._extras([host], line["extraports"])

    def _unlisted(self, line: Fields) -> None:
        hosts = [host for low, high in line["addrs"] for host in range(self._find(low), self._find(high) + 1)]
        for host in hosts:
            self._mark(host, line)
        self._extras(hosts, line["extraports"])

    def _port(self, line: Fields) -> None:
        cells = self._cells([self._find(line["addr"])], line["proto"], np.array([line["port"]], np.int64))
        ttl, rtt = line["reason_ttl"], line["rtt_us"]
        self._enter(cells, line, NO_TTL if ttl is None else int(ttl), NO_RTT if rtt is None else int(rtt))
        if line["sender"] is not None:
            self._scan.ledger.sender[int(cells[0])] = str(line["sender"])
        self._exchanges[int(cells[0])] = {name: line[name] for name in EXCHANGE if name in line}

    def _extras(self, hosts: list[int], extras: Iterable[Fields]) -> None:
        for extra in extras:
            self._enter(self._cells(hosts, extra["proto"], ports_of(extra["ports"])), extra)

    def _find(self, address: str) -> int:
        try:
            return self._scan.hosts.index(address)
        except KeyError:
            raise ValueError(f"{address} is no target of this scan") from None

    def _mark(self, host: int, line: Fields) -> None:
        state, reason = HOST_STATES[line["state"]], REASONS[line["reason"]]
        if state is not HostState.UNKNOWN and reason is not Reason.USER_SET:
            self._scan.hosts.mark(host, state, reason)

    def _raise_hosts(self) -> None:
        """Hosts that only -Pn calls up are so where one of their ports answered."""
        hosts, ledger = self._scan.hosts, self._scan.ledger
        own = answered_for_itself(ledger.state).reshape(ledger.hosts, ledger.columns)
        for host in np.flatnonzero(own.any(axis=1) & (hosts.state == HostState.UNKNOWN)).tolist():
            reason = ledger.reason[ledger.row(host)][own[host].argmax()]
            hosts.mark(host, HostState.UP, Reason(reason))

    def _cells(self, hosts: list[int], protocol: str, ports: Cells) -> Cells:
        columns = self._scan.columns.find(Protocol(protocol), ports).astype(np.int64)
        if (columns < 0).any():
            raise ValueError("a port that this scan does not probe")
        cells: Cells = (np.array(hosts)[:, None] * self._scan.ledger.columns + columns).reshape(-1)
        return cells

    def _enter(self, cells: Cells, line: Fields, ttl: int = NO_TTL, rtt: int = NO_RTT) -> None:
        ledger, count = self._scan.ledger, len(cells)
        ledger.tries[cells] = int(line["tries"])
        ledger.record(
            cells,
            np.full(count, STATES[line["state"]], np.uint8),
            np.full(count, REASONS[line["reason"]], np.uint8),
            np.full(count, ttl, np.uint8),
            np.full(count, rtt, np.uint32),
        )
        self.cells[cells] = True
