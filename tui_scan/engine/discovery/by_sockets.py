"""Discovery without privileges: connect(), connected datagram sockets and ping sockets, with their error queues."""

import errno
import math
import select
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery.evidence import Evidence
from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.techniques import connect, udp
from tui_scan.engine.techniques.icmp import reason_of
from tui_scan.engine.transport.attempts import LOCAL_SHORTAGE, Attempt, SocketProbes, descriptor_limit
from tui_scan.engine.transport.connecting import Connecting
from tui_scan.engine.transport.datagrams import Datagrams
from tui_scan.engine.transport.echoes import Echoes
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.engine.transport.socket_form import socket_form
from tui_scan.model.discovery import Asked, Ping
from tui_scan.model.reasons import Reason

Index = npt.NDArray[np.int64]
Judge = Callable[[int, int, QueuedError | None, bool], Reason]
"""From the family, the errno, the queued ICMP error, and whether the host itself sent it, to what was told."""

RATE = 20_000.0
MOST_FLYING = 4096
PAUSE = 0.02
"""Seconds to wait where this machine is out of sockets, ports or buffers."""
SCOUTS = 512
"""The first probes, which keep their sockets: that a host was looked for in vain is told after seconds."""
LATE = 3.0
"""Seconds after its time-out in which a probe may still be answered; then the kernel shall repeat it no more."""
PROOFS = frozenset({Reason.SYN_ACK, Reason.CONN_REFUSED, Reason.UDP_RESPONSE, Reason.ECHO_REPLY})
OWN_PROOFS = frozenset({Reason.PORT_UNREACH, Reason.PROTO_UNREACH})
"""What proves that a host is there where the host itself sent it."""


def _echo(family: int, code: int, queued: QueuedError | None, _own: bool) -> Reason:
    if not code:
        return Reason.ECHO_REPLY
    return reason_of(family, queued.type, queued.code) if queued and queued.icmp else Reason.NONE


class _Kind(NamedTuple):
    """Probes by sockets: who makes them, and what their ends tell."""

    probes: type[SocketProbes]
    judge: Judge


_CONNECT = _Kind(Connecting, lambda *told: connect.verdict(*told)[1])
_KINDS = {
    Ping.SYN: _CONNECT,
    Ping.ACK: _CONNECT,
    Ping.UDP: _Kind(Datagrams, lambda *told: udp.verdict(*told)[1]),
    Ping.ECHO: _Kind(Echoes, _echo),
}


class SocketWay:
    """Asks hosts by sockets; TCP ACK cannot be sent so, and a connect stands for it."""

    rate = RATE
    waits = (math.inf, math.inf)
    looked_for = True

    def __init__(self, ground: Ground, asked: tuple[Asked, ...]) -> None:
        self.count = len(asked)
        self._ground, self._asked = ground, asked
        self._family = ground.scan.hosts.family
        wanted = {_KINDS[one.ping] for one in asked}
        form = socket_form(ground.scan.request, ground.key)
        self._kinds = {kind: kind.probes(self._family, form) for kind in wanted}
        self._poll = select.poll()
        for probes in self._kinds.values():
            self._poll.register(probes.fileno(), select.POLLIN)
        self._flying: deque[tuple[_Kind, Attempt]] = deque()
        self._ended: list[tuple[_Kind, Attempt]] = []
        self._most = min(descriptor_limit(), MOST_FLYING)
        self._scouts: deque[tuple[_Kind, Attempt]] = deque(maxlen=min(SCOUTS, self._most // 2))

    def close(self) -> None:
        """Close every socket."""
        for probes in self._kinds.values():
            probes.close()

    def send(self, hosts: Index, number: int, tries: int) -> None:
        """Begin a try of probe ``number`` with each of these hosts."""
        self._give_up(self._flying, LATE)
        self._give_up(self._scouts, LATE)
        self._ground.finds.sent(hosts, number, tries, np.full(len(hosts), time.time_ns()))
        for host in hosts.tolist():
            while not self._begin(host, number, tries):
                self.collect(PAUSE)
                self._give_up(self._flying)

    def collect(self, timeout: float) -> None:
        """Enter what has ended; wait for it at most ``timeout`` seconds."""
        if timeout and not self._ended:
            self._poll.poll(timeout * 1000)
        for kind, probes in self._kinds.items():
            while done := probes.poll(0):
                self._ended += ((kind, attempt) for attempt in done)
        ended, self._ended = self._ended, []
        self._enter(sorted(ended, key=lambda one: one[1].end_ns))

    def _begin(self, host: int, number: int, tries: int) -> bool:
        """Whether the probe is on its way, or will never be."""
        if sum(len(probes.flying) for probes in self._kinds.values()) >= self._most:
            return False
        kind = _KINDS[self._asked[number].ping]
        target = self._ground.destinations.of(host, self._asked[number].port)
        deadline = time.monotonic() + self._ground.finds.rtt.timeout_of(0)
        try:
            attempt = self._kinds[kind].begin(host * self.count + number, tries, target, deadline)
        except OSError as error:
            if error.errno in LOCAL_SHORTAGE:
                return False
            self._ground.finds.refused(host, error.errno or errno.EIO)
            return True
        if attempt.end_ns:
            self._ended.append((kind, attempt))
        else:
            (self._flying if len(self._scouts) == self._scouts.maxlen else self._scouts).append((kind, attempt))
        return True

    def _give_up(self, flying: deque[tuple[_Kind, Attempt]], late: float = 0.0) -> None:
        """Wait no more for probes whose time was over so many seconds ago, so that others can begin."""
        end = time.monotonic() - late
        while flying and (flying[0][1].end_ns or flying[0][1].deadline < end):
            kind, attempt = flying.popleft()
            if not attempt.end_ns:
                self._kinds[kind].abandon(attempt)

    def _enter(self, ended: list[tuple[_Kind, Attempt]]) -> None:
        told = [(attempt, self._reason(kind, attempt)) for kind, attempt in ended]
        told = [(attempt, reason) for attempt, reason in told if reason]
        count = len(told)
        if not count:
            return
        cells = np.fromiter((attempt.cell for attempt, _ in told), np.int64, count)
        hosts, numbers = np.divmod(cells, self.count)
        proof = Evidence(
            np.arange(count),
            hosts,
            numbers,
            np.fromiter((attempt.tries for attempt, _ in told), np.int64, count),
            np.fromiter((self._proves(attempt, reason) for attempt, reason in told), np.bool_, count),
            np.fromiter((reason for _, reason in told), np.uint8, count),
            np.zeros(count, np.uint8),
        )
        self._ground.finds.answered(proof, np.fromiter((attempt.end_ns for attempt, _ in told), np.int64, count))

    def _reason(self, kind: _Kind, attempt: Attempt) -> Reason:
        """What the end of a probe tells; NONE where that is nothing, or a fault of this machine."""
        host = attempt.cell // self.count
        reason = kind.judge(self._family, attempt.errno, attempt.queued, self._is_own(attempt))
        if reason or attempt.errno == errno.ETIMEDOUT:
            return reason
        if attempt.queued is not None or attempt.errno in LOCAL_SHORTAGE:
            return Reason.NONE
        if attempt.errno == errno.EHOSTUNREACH and self._is_on_link(host):
            return Reason.HOST_UNREACH
        self._ground.finds.refused(host, attempt.errno)
        return Reason.NONE

    def _is_on_link(self, host: int) -> bool:
        """Whether the kernel itself looks for the host."""
        own: bytes = self._ground.scan.hosts.wire[host].tobytes()
        return self._ground.destinations.route(host).next_hop == own

    def _is_own(self, attempt: Attempt) -> bool:
        """Whether the host itself sent the error."""
        host = attempt.cell // self.count
        return attempt.queued is not None and attempt.queued.sender == self._ground.destinations.of(host, 0)[0]

    def _proves(self, attempt: Attempt, reason: Reason) -> bool:
        return reason in PROOFS or (reason in OWN_PROOFS and self._is_own(attempt))
