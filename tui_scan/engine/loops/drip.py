"""The slow end of a UDP or protocol scan: what is silent of hosts that limit their ICMP errors, at their own pace."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.control import TURN
from tui_scan.engine.icmp_limit import LimitedHost
from tui_scan.engine.loops.canaries import Canaries
from tui_scan.engine.loops.mute_hosts import REFILLED, ask_mute_hosts
from tui_scan.engine.loops.outages import PAUSE
from tui_scan.engine.loops.paced import paced
from tui_scan.engine.loops.results import Results
from tui_scan.engine.loops.rounds import in_doubt
from tui_scan.engine.probes import TRIES
from tui_scan.engine.retries import Retries
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.payloads import FAST_TRIES
from tui_scan.engine.tokens import Tokens, rate_of
from tui_scan.language import Sentence
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

USUAL_LIMIT_MS = 1000
"""Milliseconds in which a host that limits its errors lets one pass: Linux, by default (icmp(7), icmp_ratelimit)."""
PORTION, PORTION_TIME = 64, 0.01
"""So many ports are asked again at a time, seconds apart: what the canaries have shown to pass."""

PACED = "{address} answers about {pace:.1f} ICMP errors a second: {seconds:.0f} s to be sure of {count} {noun}"
LIMITED = "{address} limits its ICMP errors: {seconds:.0f} s to be sure of {count} {noun}"

Cells = npt.NDArray[np.int64]


class _Canary(NamedTuple):
    """A probe to a port known as closed: its cell and try, and how many answers that try had before."""

    cell: int
    tries: int
    before: int

    def answered(self, heard: Callable[[int, int], int]) -> bool:
        """Whether it brought an error."""
        return heard(self.cell, self.tries) > self.before


class Drip:
    """Probes the silent ports of hosts that sent port unreachables, no faster than they answer.

    ``send`` takes cells and the number of their try, ``collect`` enters what came, ``turn`` obeys pause and
    stop and gives the time, ``heard`` tells how many answers a cell's try has brought.
    """

    def __init__(
        self,
        scan: Scan,
        rtt: RttEstimator,
        retries: Retries,
        results: Results,
        send: Callable[[Cells, int], None],
        collect: Callable[[], int],
        turn: Callable[[], float],
        heard: Callable[[int, int], int],
    ) -> None:
        self._scan, self._rtt, self._retries = scan, rtt, retries
        self._dead, self._outages = results.dead, results.outages
        self._send, self._collect, self._turn, self._heard = send, collect, turn, heard
        self._columns: Cells = np.empty(0, np.int64)
        self._canaries: dict[int, _Canary] = {}

    def run(self, columns: Cells, group: Cells) -> None:
        """Until every silent port of every limited host of the group is answered, or silent beyond doubt.

        Nothing, where the wish to wait no longer came before: what was silent by then is a guess already.
        """
        if self._scan.settling:
            return
        self._columns, timing = columns, self._scan.request.timing
        patience, slow, send = timing.max_wait, timing.scan_delay >= USUAL_LIMIT_MS, self._send
        if not slow and self._retries.may(FAST_TRIES + 1) and (patience is None or patience > 1000 * REFILLED):
            self._send = paced(send, Tokens(rate_of(timing, len(group))), self._collect, self._turn)
            timeout = float(self._rtt.timeouts(group).max())
            ask_mute_hosts(self._scan, columns, group[~self._dead[group]], self._ask_third, self._wait, timeout)
        silent = self._silent(columns, group)
        self._send = paced(send, Tokens(rate_of(timing, len(silent))), self._collect, self._turn)
        canaries = Canaries(self._scan.ledger, self._send, self._collect, self._turn, self._heard)
        limited = [] if slow else canaries.limited(columns, silent, self._rtt.timeout, self._retries)
        self._sweep({host: cells for host, cells in silent.items() if host not in limited})
        now = time.monotonic()
        hosts = {host: LimitedHost(silent[host], now) for host in limited}
        end = None if patience is None else self._scan.tally.elapsed() + patience / 1000
        while hosts:
            now = self._turn()
            hosts = {number: host for number, host in hosts.items() if not self._dead[number]}
            self._collect()
            if self._scan.settling or (end is not None and self._scan.tally.elapsed() > end):
                self._guess(hosts)
                break
            nothing = True
            for number, host in list(hosts.items()):
                nothing &= not self._step(number, host, now)
                if host.gave_up:
                    self._guess({number: host})
                if host.gave_up or not len(host):
                    del hosts[number]
            self._tell(hosts)
            if nothing and hosts:
                time.sleep(min(TURN / 10, max(0.0005, min(host.due for host in hosts.values()) - now)))
        tally = self._scan.tally
        tally.note, tally.expected, tally.limited = "", None, False
        self._outages.drop()

    def _guess(self, hosts: dict[int, LimitedHost]) -> None:
        """The waiting is over: say which verdicts are guesses."""
        for number, host in hosts.items():
            self._scan.ledger.settle(host.cells, PortState.OPEN_FILTERED, Reason.LIMITED)
            self._scan.notes.append(in_doubt(self._scan.hosts.address(number), len(host)))

    def _silent(self, columns: Cells, group: Cells) -> dict[int, list[int]]:
        """Silent cells by host, of hosts that said closed, by an ICMP error, at least once."""
        ledger = self._scan.ledger
        found = {}
        for number in group[~self._dead[group]].tolist():
            cells = ledger.cell(number, 0) + columns
            closed = ledger.state[cells] == PortState.CLOSED
            untried = cells[ledger.state[cells] == PortState.UNTRIED]
            if closed.any() and len(untried):
                found[number] = untried.tolist()
        return found

    def _sweep(self, silent: dict[int, list[int]]) -> None:
        """Ask ports again whose answers the wire may have lost, as often as the loss asks for."""
        ledger = self._scan.ledger
        for tries in range(FAST_TRIES + 1, TRIES + 1):
            again = self._retries.again(tries - 1)
            cells = np.array([cell for host, mine in silent.items() if again[host] for cell in mine], np.int64)
            cells = cells[(ledger.state[cells] == PortState.UNTRIED) & ~self._dead[cells // ledger.columns]]
            if not len(cells):
                return
            for first in range(0, len(cells), PORTION):
                self._ask(cells[first : first + PORTION], tries)
            self._wait(float(self._rtt.timeouts(cells // ledger.columns).max()))

    def _ask_third(self, cells: Cells) -> None:
        """Send the try that follows the fast ones, a portion at a time."""
        for first in range(0, len(cells), PORTION):
            self._ask(cells[first : first + PORTION], FAST_TRIES + 1)

    def _ask(self, cells: Cells, tries: int) -> None:
        """Send one try of these cells, as soon as this machine can."""
        while len(cells):
            self._turn()
            self._send(cells, tries)
            self._wait(PORTION_TIME)
            cells = self._outages.release(time.monotonic() + PAUSE)

    def _wait(self, seconds: float) -> None:
        end = self._turn() + seconds
        while self._turn() < end:
            self._collect()
            time.sleep(min(TURN / 10, seconds))

    def _step(self, number: int, host: LimitedHost, now: float) -> bool:
        """One host's turn; returns whether something was sent."""
        if host.flying and self._outages.ended(number):
            host.postponed(now + PAUSE)
        state = self._scan.ledger.state
        for cell in [cell for cell in host.flying if state[cell] != PortState.UNTRIED]:
            host.answered(cell)
        if host.proving and self._canaries[number].answered(self._heard):
            host.canary_answered()
        host.expire(now, self._rtt.timeout_of(number))
        turn = host.next(now)
        self._probe(turn.cells)
        if turn.canary:
            self._canaries[number] = self._canary(number)
            self._probe([self._canaries[number].cell])
        return bool(turn.cells)

    def _probe(self, cells: list[int]) -> None:
        """Send the next try of each of these cells."""
        by_try: dict[int, list[int]] = {}
        for cell in cells:
            by_try.setdefault(self._next_try(cell), []).append(cell)
        for tries, mine in by_try.items():
            self._send(np.array(mine, np.int64), tries)

    def _canary(self, number: int) -> _Canary:
        """The closed port of a host that was asked least."""
        ledger = self._scan.ledger
        cells = ledger.cell(number, 0) + self._columns
        closed = cells[ledger.state[cells] == PortState.CLOSED]
        cell = int(closed[np.argmin(ledger.tries[closed])])
        tries = self._next_try(cell)
        return _Canary(cell, tries, self._heard(cell, tries))

    def _next_try(self, cell: int) -> int:
        return min(int(self._scan.ledger.tries[cell]) + 1, TRIES)

    def _tell(self, hosts: dict[int, LimitedHost]) -> None:
        """Say which host holds the scan up, and how long its own limit makes it."""
        tally = self._scan.tally
        if not hosts:
            return
        number, slowest = max(hosts.items(), key=lambda item: item[1].remaining)
        tally.expected, tally.limited = slowest.remaining, True
        tally.note = Sentence(
            PACED if slowest.gap else LIMITED,
            address=self._scan.hosts.address(number),
            pace=1 / slowest.gap if slowest.gap else 0.0,
            seconds=slowest.remaining,
            count=len(slowest),
            noun=Sentence(f"{self._scan.plan.noun}s"),
        )
