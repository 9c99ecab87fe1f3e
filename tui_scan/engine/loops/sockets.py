"""The scan by sockets: what its loops share. Rounds of probes, and what the end of a probe tells."""

import errno
import ipaddress
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.calls import CallLog
from tui_scan.engine.control import TURN
from tui_scan.engine.link_room import LinkRoom
from tui_scan.engine.loops.own_port import refuse_own_port
from tui_scan.engine.loops.results import BARRING, Results
from tui_scan.engine.loops.rounds import Round, Rounds
from tui_scan.engine.loops.turns import take_turns
from tui_scan.engine.loops.ways import Ways
from tui_scan.engine.probes import TRIES
from tui_scan.engine.retries import Retries
from tui_scan.engine.routing import Destinations
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.icmp import reason_of
from tui_scan.engine.techniques.rules import RuleTable
from tui_scan.engine.tokens import Tokens, rate_of
from tui_scan.engine.transport.attempts import Probe, SocketProbes, descriptor_limit
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.engine.transport.socket_form import check_source_port, socket_form
from tui_scan.model.errors import LocalError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState

Cells = npt.NDArray[np.int64]
FIRST_WINDOW = 64
MOST_WINDOW = 1024
ANSWERS = frozenset({0, errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE})
"""Ends that the target itself gave a probe."""
SHORTAGE_PATIENCE = 10.0
"""Seconds to wait for descriptors, buffers or source ports that this machine is out of."""


class SocketTechnique(NamedTuple):
    """A technique by sockets: its probes, what their end means, and the calls that a person is shown.

    ``verdict`` takes the address family, the errno, the queued ICMP error and whether the target itself sent
    that; UNTRIED stands for an end that decides nothing. ``fast_tries`` bounds the rounds where a slow phase
    follows.
    """

    rules: RuleTable
    probes: type[SocketProbes]
    verdict: Callable[[int, int, QueuedError | None, bool], tuple[PortState, Reason]]
    calls: tuple[str, str]
    fast_tries: int | None = None


class SocketLoop(ABC):
    """Runs one socket technique over all hosts of a scan; ``checkpoint`` obeys pause and stop.

    Subclasses have the probes of some cells made (``_fly``), and do what follows the rounds (``_finish``).
    """

    def __init__(self, scan: Scan, technique: SocketTechnique, key: int, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._technique, self._key, self._checkpoint = scan, technique, key, checkpoint
        self._calls = CallLog(*technique.calls)
        scan.captures[technique.rules.technique] = self._calls
        timing = scan.request.timing
        self._rtt = RttEstimator(timing, scan.hosts.count)
        self._retries = Retries(scan.hosts.count, timing.max_retries)
        self._results = Results(scan, self._retries, self._rtt)
        least = timing.min_parallelism or 0
        self._most = min(descriptor_limit(), timing.max_parallelism or max(MOST_WINDOW, least))
        self._window = float(min(max(FIRST_WINDOW, least), self._most))
        self._destinations = Destinations(scan.hosts, scan.request.interface)
        self._tokens = Tokens(rate_of(timing, scan.hosts.count))
        self._form = socket_form(scan.request, key)
        check_source_port(self._form, scan.hosts.family, technique.probes.kind)
        self._try = 0
        self._foreign: set[bytes] = set()
        self._short_since: float | None = None
        self._last_begun = self._last_answer = 0.0

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for, LocalError where no host is left."""
        ways = Ways(self._scan, self._destinations, self._results, self._retries, self._turn)
        self._ways = ways
        try:
            self._find_ways()
            take_turns(self._scan, self._technique.rules, self._key, self._retries, self._results, self._work)
        finally:
            self._close()
            self._destinations.close()
            ways.close()

    def _work(self, rounds: Rounds, columns: Cells) -> None:
        """The rounds of one group of hosts, and what follows them."""
        self._tokens = Tokens(rate_of(self._scan.request.timing, len(rounds.hosts)))
        room = LinkRoom(self._scan.hosts.family)
        self._rounds(rounds)
        self._finish(columns, rounds.hosts)
        self._results.leave_unasked(room, self._destinations, rounds.hosts)

    @abstractmethod
    def _fly(self, cells: Cells) -> None:
        """Probe these cells with the running round's try, until each has ended."""

    @abstractmethod
    def _finish(self, columns: Cells, hosts: Cells) -> None:
        """What follows the rounds."""

    @abstractmethod
    def _close(self) -> None:
        """Give back what the probes needed."""

    @abstractmethod
    def _turn(self) -> float:
        """Obey pause, stop and the time allowed; the time now."""

    def _rounds(self, rounds: Rounds) -> None:
        planned: Round | None = rounds.first()
        tally, usual = self._scan.tally, self._tokens.rate
        while planned is not None:
            self._try = tally.round = planned.tries
            tally.note, tally.limited, tally.expected = planned.note, bool(planned.note), planned.expected
            if planned.rate is not None:
                self._tokens.rate = min(planned.rate, usual or planned.rate)
            while (left := self._last_begun + planned.rest - self._turn()) > 0 and not self._scan.settling:
                time.sleep(min(left, TURN))
            began = time.monotonic()
            for chunk in planned.chunks:
                self._fly(chunk)
            seconds = max(self._last_begun, self._last_answer) - began
            self._ways.mend()
            planned = rounds.next(seconds, self._technique.fast_tries or TRIES)
        self._tokens.rate, tally.note, tally.limited = usual, "", False

    def _find_ways(self) -> None:
        """Give up hosts without a route, and have the next hops of the others resolved."""
        for host in np.flatnonzero(~self._results.dead).tolist():
            try:
                self._destinations.source(host)
            except OSError as error:
                self._results.local_failure(host, error)
        refuse_own_port(self._scan, self._destinations)
        self._results.resolve(self._destinations, self._turn)

    def _short(self, code: int, flying: int) -> None:
        """Out of descriptors, buffers or source ports: a smaller window; LocalError where that does not pass."""
        now = time.monotonic()
        self._short_since = self._short_since or now
        if now - self._short_since > SHORTAGE_PATIENCE:
            raise LocalError(
                "This machine is out of what a connect needs ({os}) and does not recover. Close other programs, "
                "or raise 'ulimit -n', or use --max-parallelism with a smaller number.",
                os=os.strerror(code),
            )
        self._window = max(1.0, flying * 0.75)

    def _judge(self, ended: list[Probe]) -> None:
        """Enter ends that tell something of their ports."""
        if not ended:
            return
        count = len(ended)
        verdicts = [self._verdict(p) for p in ended]
        self._calls.note([(p.cell, p.tries, p.start_ns, p.end_ns, p.errno, p.detail) for p in ended])
        for probe in ended:
            if probe.queued and probe.queued.icmp:
                self._note_sender(probe.cell, probe.queued.sender)
        self._results.answered(
            np.fromiter((p.cell for p in ended), np.int64, count),
            np.fromiter((p.tries for p in ended), np.uint8, count),
            np.fromiter((state for state, _ in verdicts), np.uint8, count),
            np.fromiter((reason for _, reason in verdicts), np.uint8, count),
            np.fromiter((p.end_ns for p in ended), np.int64, count),
        )

    def _verdict(self, probe: Probe) -> tuple[PortState, Reason]:
        sender = probe.queued.sender if probe.queued else ""
        own = self._is_target(probe.cell, sender)
        return self._technique.verdict(self._scan.hosts.family, probe.errno, probe.queued, own)

    def _is_target(self, cell: int, sender: str) -> bool:
        return sender == self._destinations.of(cell // self._scan.ledger.columns, 0)[0]

    def _note_sender(self, cell: int, sender: str) -> None:
        if not self._is_target(cell, sender):
            self._scan.ledger.sender[cell] = sender

    def _tells(self, probe: Probe) -> bool:
        """Whether the end says something of the port; if not, the cell waits for another try."""
        host = probe.cell // self._scan.ledger.columns
        queued = probe.queued
        if queued is not None and queued.icmp and self._is_own(host, queued.sender):
            self._own_error(probe, reason_of(self._scan.hosts.family, queued.type, queued.code))
            return False
        if probe.errno in ANSWERS:
            return self._verdict(probe)[0] != PortState.UNTRIED
        if probe.errno == errno.ETIMEDOUT:
            return False
        if queued is None or not queued.icmp:
            self._fault(probe, gone=probe.errno == errno.EHOSTUNREACH and queued is not None)
            return False
        return self._verdict(probe)[0] != PortState.UNTRIED

    def _fault(self, probe: Probe, gone: bool) -> None:
        """A probe that this machine could not send was not tried; where that may pass, it waits."""
        cells, host = np.array([probe.cell]), probe.cell // self._scan.ledger.columns
        self._results.unsent(cells)
        if probe.errno in BARRING:
            self._results.bar(cells, host, probe.errno)
        elif self._results.fault(host, OSError(probe.errno, "connect"), gone):
            self._results.outages.hold(cells)

    def _own_error(self, probe: Probe, reason: Reason) -> None:
        """The own kernel's ICMP error: the host's link address did not resolve, or the own firewall rejects."""
        if reason is not Reason.HOST_UNREACH:
            probe.errno = errno.EPERM
        self._fault(probe, gone=True)

    def _is_own(self, host: int, sender: str) -> bool:
        """Whether the own kernel wrote the ICMP error."""
        if not sender or self._destinations.is_local(host):
            return False
        address = ipaddress.ip_address(sender.partition("%")[0]).packed
        if address == self._destinations.source(host):
            return True
        if address not in self._foreign and not self._destinations.owns(address):
            self._foreign.add(address)
        return address not in self._foreign
