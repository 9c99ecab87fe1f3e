"""Hosts that are asked one after the other, packet by packet: the pace of the packets, and the time a host gets."""

import time
from collections.abc import Callable

from tui_scan.engine.control import TURN
from tui_scan.engine.scan import Scan
from tui_scan.engine.tokens import Tokens
from tui_scan.language import Sentence
from tui_scan.model.states import PortState

ONE_GIVEN_UP = (
    "{late} of {hosts} hosts was given up after the host time-out of {seconds:g} s: ports without an answer by then "
    "have no verdict."
)
GIVEN_UP = (
    "{late} of {hosts} hosts were given up after the host time-out of {seconds:g} s: ports without an answer by then "
    "have no verdict."
)


def given_up(late: int, hosts: int, seconds: float) -> Sentence:
    """One sentence for all hosts that were given up so far."""
    return Sentence(ONE_GIVEN_UP if late == 1 else GIVEN_UP, late=late, hosts=hosts, seconds=seconds)


class HostTimeOver(Exception):
    """The host that is asked had its --host-timeout; raised inside a loop only."""


class HostTime:
    """Paces packets to ``rate`` a second (None: as fast as wanted) and ends a host's turn; ``checkpoint`` obeys pause
    and stop."""

    def __init__(self, scan: Scan, rate: float | None, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._checkpoint = scan, checkpoint
        self._tokens = Tokens(rate)
        self._limit = scan.request.timing.host_timeout
        self._host: int | None = None
        self._began = 0.0
        self._late = 0
        self._note: str = ""

    def begin(self, host: int) -> None:
        """The host's turn begins."""
        self._host, self._began = host, self._scan.tally.elapsed()

    def end(self) -> None:
        """The host's turn is over; one sentence tells of all whose time was."""
        host, scan = self._host, self._scan
        assert host is not None
        self._host = None
        scan.hosts.worked[host] += scan.tally.elapsed() - self._began
        if self._is_over(float(scan.hosts.worked[host])) and scan.ledger.counts[host, PortState.UNTRIED]:
            self._late += 1
            if self._note in scan.notes:
                scan.notes.remove(self._note)
            self._note = given_up(self._late, scan.hosts.count, (self._limit or 0) / 1000)
            scan.notes.append(self._note)

    def turn(self) -> None:
        """Before each packet: wait for its turn. HostTimeOver where the host had its time."""
        self._check()
        while not self._tokens.room(time.monotonic()):
            time.sleep(min(TURN, self._tokens.wait()))
            self._check()
        self._tokens.spend()

    def rest(self, seconds: float) -> None:
        """Wait so long. HostTimeOver where the host had its time meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(TURN, left))
            self._check()

    def _check(self) -> None:
        self._checkpoint()
        if self._host is None:
            return
        worked = float(self._scan.hosts.worked[self._host]) + self._scan.tally.elapsed() - self._began
        if self._is_over(worked):
            raise HostTimeOver

    def _is_over(self, worked: float) -> bool:
        return self._limit is not None and worked * 1000 >= self._limit
