"""The slow end of a UDP scan: silent ports of hosts that limit their ICMP errors, at each host's own pace."""

import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.control import TURN
from tui_scan.engine.icmp_limit import LimitedHost
from tui_scan.engine.probes import TRIES
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.payloads import FAST_TRIES
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

LEAST_CANARIES, MOST_CANARIES = 8, 128
"""Probes to a port known as closed that tell whether a host limits its errors: twice as many as ports are silent, for
as many errors may have been held back. Linux lets 6 a peer and 50 in all pass in a burst (icmp(7))."""
HEARD = 0.95
"""The share of canaries that a host without a limit answers at the least."""

Cells = npt.NDArray[np.int64]


class Drip:
    """Probes the silent ports of hosts that sent port unreachables, no faster than they answer.

    ``send`` takes cells and the number of their try, ``collect`` enters what came, ``turn`` obeys pause and
    stop and gives the time, ``heard`` tells how many answers a cell's try has brought.
    """

    def __init__(
        self,
        scan: Scan,
        rtt: RttEstimator,
        send: Callable[[Cells, int], None],
        collect: Callable[[], int],
        turn: Callable[[], float],
        heard: Callable[[int, int], int],
    ) -> None:
        self._scan, self._rtt = scan, rtt
        self._send, self._collect, self._turn, self._heard = send, collect, turn, heard

    def run(self, columns: Cells) -> None:
        """Until every silent port of every limited host is answered, or silent beyond doubt."""
        silent = self._silent(columns)
        limited = self._limited(columns, silent)
        now = time.monotonic()
        hosts = {host: LimitedHost(silent[host], now) for host in limited}
        patience = self._scan.request.timing.max_wait
        end = None if patience is None else self._scan.tally.elapsed() + patience / 1000
        while hosts:
            now = self._turn()
            self._collect()
            if end is not None and self._scan.tally.elapsed() > end:
                self._leave_in_doubt(hosts)
                break
            nothing = True
            for number, host in list(hosts.items()):
                nothing &= not self._step(host, now)
                if not len(host):
                    del hosts[number]
            self._tell(hosts)
            if nothing and hosts:
                time.sleep(min(TURN / 10, max(0.0005, min(host.due for host in hosts.values()) - now)))
        self._scan.tally.note, self._scan.tally.expected = "", None

    def _leave_in_doubt(self, hosts: dict[int, LimitedHost]) -> None:
        """--max-wait is over: say which verdicts are guesses."""
        for number, host in hosts.items():
            self._scan.notes.append(
                f"{self._scan.hosts.address(number)} limits its ICMP errors: {len(host)} ports were still in doubt "
                "after --max-wait, and their open|filtered is a guess."
            )

    def _silent(self, columns: Cells) -> dict[int, list[int]]:
        """Silent cells by host, of hosts that answered with a port unreachable at least once."""
        ledger = self._scan.ledger
        found = {}
        for number in range(ledger.hosts):
            cells = ledger.cell(number, 0) + columns
            closed = (ledger.state[cells] == PortState.CLOSED) & (ledger.reason[cells] == Reason.PORT_UNREACH)
            untried = cells[ledger.state[cells] == PortState.UNTRIED]
            if closed.any() and len(untried):
                found[number] = untried.tolist()
        return found

    def _limited(self, columns: Cells, silent: dict[int, list[int]]) -> list[int]:
        """Those hosts that leave canaries unanswered: their silence may be a limit's."""
        ledger = self._scan.ledger
        canaries: list[tuple[int, int, int, float]] = []
        for number, cells in silent.items():
            mine = ledger.cell(number, 0) + columns
            cell = int(mine[ledger.state[mine] == PortState.CLOSED][0])
            count = min(MOST_CANARIES, max(LEAST_CANARIES, 2 * len(cells)))
            tries = self._next_try(cell)
            for _ in range(count):
                self._send(np.array([cell], np.int64), tries)
            canaries.append((number, cell, tries, HEARD * count))
        end = time.monotonic() + self._rtt.timeout
        while time.monotonic() < end and any(self._heard(c, tries) < enough for _, c, tries, enough in canaries):
            self._turn()
            self._collect()
            time.sleep(0.001)
        return [number for number, cell, tries, enough in canaries if self._heard(cell, tries) < enough]

    def _step(self, host: LimitedHost, now: float) -> bool:
        """One host's turn; returns whether something was sent or decided."""
        if host.probing is not None:
            if self._scan.ledger.state[host.probing] != PortState.UNTRIED:
                host.answered()
                return True
            if host.timed_out(now, self._rtt.timeout_of(host.probing // self._scan.ledger.columns)):
                host.missed(now)
                return True
            return False
        cell = host.next(now)
        if cell is None:
            return False
        self._send(np.array([cell], np.int64), self._next_try(cell))
        return True

    def _next_try(self, cell: int) -> int:
        return min(int(self._scan.ledger.tries[cell]) + 1, TRIES)

    def _tell(self, hosts: dict[int, LimitedHost]) -> None:
        """Say which host holds the scan up, and how long its own limit makes it."""
        tally = self._scan.tally
        if not hosts:
            return
        number, slowest = max(hosts.items(), key=lambda item: item[1].remaining)
        tally.expected = slowest.remaining
        pace = f"answers about {1 / slowest.gap:.1f} ICMP errors a second" if slowest.gap else "limits its ICMP errors"
        tally.note = (
            f"{self._scan.hosts.address(number)} {pace}: {slowest.remaining:.0f} s to be sure of {len(slowest)} ports"
        )
