"""Traces the ways to hosts that are up: many at once, and no router asked twice for what it told already."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Protocol as Interface

import numpy as np

from tui_scan.engine.control import TURN
from tui_scan.engine.discovery.finds import Finds
from tui_scan.engine.discovery.ground import Ground
from tui_scan.engine.discovery.trace_packets import Answered
from tui_scan.engine.discovery.walk import Walk, distance
from tui_scan.engine.ledger import NO_TTL
from tui_scan.engine.routing import Destinations
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.discovery import PINGS, Asked, Ping
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Protocol
from tui_scan.model.trace import Hop, Trace
from tui_scan.privilege.sockets import SocketSource

AT_ONCE = 16
"""Hosts whose ways are walked together, after the first one's: routers limit what they tell."""
TRIES = 3
NOTE = "tracing the way to {count} hosts"
_PROTOCOLS = {Ping.SYN: "tcp", Ping.ACK: "tcp", Ping.UDP: "udp", Ping.SCTP: "sctp"}
_ANSWERED = (PortState.CLOSED, PortState.OPEN)
"""Ports that answer, those first that keep nothing in the host's memory."""
_BY_PORT = {Protocol.TCP: Ping.SYN, Protocol.UDP: Ping.UDP}


class Steps(Interface):
    """How probes leave, one a host a wave, and answers come."""

    def send(self, ttls: dict[int, int]) -> None:
        """Probe these hosts with these TTLs."""
        ...

    def collect(self, timeout: float) -> list[Answered]:
        """Answers to the latest wave; waits for them at most ``timeout`` seconds."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Tracer:
    """Fills ``scan.traces``; ``checkpoint`` obeys pause and stop."""

    def __init__(self, scan: Scan, sockets: SocketSource, key: int, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._sockets, self._key, self._checkpoint = scan, sockets, key, checkpoint
        self._rtt = RttEstimator(scan.request.timing)
        self._done: list[Walk] = []

    def run(self) -> None:
        """Trace every host that is up, or taken for it, and is not this machine."""
        scan = self._scan
        wanted = HostState.UNKNOWN if scan.request.discovery.skip else HostState.UP
        hosts = np.flatnonzero(np.isin(scan.hosts.state, (HostState.UP, wanted))).tolist()
        scan.tally.note = Sentence(NOTE, count=len(hosts))
        with closing(Destinations(scan.hosts, scan.request.interface, scan.plan.third.source)) as destinations:
            sources = np.zeros((scan.hosts.count, scan.hosts.width), np.uint8)
            ground = Ground(scan, self._sockets, destinations, sources, self._key, Finds(scan, 1))
            far = [host for host in hosts if self._is_far(ground, host)]
            by = {host: self._asked(host) for host in far}
            if far:
                with closing(self._steps(ground, by)) as steps:
                    for first, last in [(0, 1), *((at, at + AT_ONCE) for at in range(1, len(far), AT_ONCE))]:
                        self._trace(steps, far[first:last], by)
        scan.tally.note = ""

    def _steps(self, ground: Ground, by: dict[int, Asked]) -> Steps:
        if self._sockets.raw:
            from tui_scan.engine.discovery.trace_packets import PacketSteps

            return PacketSteps(ground, by)
        from tui_scan.engine.discovery.trace_sockets import SocketSteps

        return SocketSteps(ground, by)

    def _is_far(self, ground: Ground, host: int) -> bool:
        """Whether there are routers to ask; the way to a host on the link is the host itself."""
        try:
            route = ground.destinations.route(host)
            ground.sources[host] = np.frombuffer(ground.destinations.source(host), np.uint8)
        except OSError:
            return False
        if route.local:
            return False
        if route.next_hop != self._scan.hosts.wire[host].tobytes():
            return True
        hop = Hop(1, self._scan.hosts.address(host), int(self._scan.hosts.rtt_us[host]) or None)
        self._scan.traces[host] = Trace("", 0, (hop,), True)
        return False

    def _asked(self, host: int) -> Asked:
        """A probe that the host answers: to a port that did, else by what it was found, else by what most answer."""
        ledger, columns = self._scan.ledger, self._scan.columns
        states = ledger.state[ledger.row(host)]
        for protocol, ping in _BY_PORT.items():
            for state in _ANSWERED:
                for column in np.flatnonzero(states == state).tolist():
                    if columns.protocol(column) is protocol:
                        return Asked(ping, int(columns.port[column]))
        found = self._scan.found_by.get(host)
        if self._sockets.raw:
            return found if found and found.ping is not Ping.PROTOCOL else Asked(Ping.ECHO)
        tcp = found is not None and found.ping in (Ping.SYN, Ping.ACK)
        return Asked(Ping.SYN, found.port) if tcp and found else Asked(Ping.UDP, PINGS[Ping.UDP].usual[0])

    def _start(self, host: int) -> int:
        """The TTL to begin with: the distance that the TTL of an answer of the host tells, where one was seen."""
        ledger = self._scan.ledger
        ttls = ledger.ttl[ledger.row(host)][np.isin(ledger.state[ledger.row(host)], _ANSWERED)]
        seen = int(self._scan.hosts.ttl[host]) or int(next(iter(ttls[ttls != NO_TTL]), 0))
        return distance(seen) if seen else 1

    def _trace(self, steps: Steps, hosts: list[int], by: dict[int, Asked]) -> None:
        walks = {host: Walk(self._start(host)) for host in hosts}
        while ttls := {host: walk.next for host, walk in walks.items() if walk.next}:
            answered = self._wave(steps, ttls)
            for host, ttl in ttls.items():
                answer = answered.get(host)
                if answer is None:
                    walks[host].silent()
                    continue
                hop = Hop(ttl, answer.address, answer.rtt_us)
                walks[host].told(hop, reached=answer.reached, blocked=answer.blocked)
                self._share(walks[host], hop)
        for host, walk in walks.items():
            self._done.append(walk)
            asked = by[host]
            hops = tuple(walk.hops[ttl] for ttl in sorted(walk.hops))
            self._scan.traces[host] = Trace(_PROTOCOLS.get(asked.ping, "icmp"), asked.port, hops, bool(walk.top))

    def _share(self, walk: Walk, hop: Hop) -> None:
        """Where another way led over the same router at the same distance, what lies before it is the same."""
        if walk.descending and hop.ttl != walk.top:
            other = next((w for w in self._done if hop.ttl in w.hops and w.hops[hop.ttl].address == hop.address), None)
            if other is not None:
                walk.share(other)

    def _wave(self, steps: Steps, ttls: dict[int, int]) -> dict[int, Answered]:
        """One probe a host, sent again to those for which nobody answers."""
        answered: dict[int, Answered] = {}
        for _ in range(min(TRIES, self._scan.request.timing.max_retries + 1)):
            waiting = {host: ttl for host, ttl in ttls.items() if host not in answered}
            if not waiting:
                break
            self._checkpoint()
            steps.send(waiting)
            self._scan.tally.sent += len(waiting)
            end = time.monotonic() + self._rtt.timeout_of(0)
            while len(answered) < len(ttls) and (left := end - time.monotonic()) > 0:
                self._checkpoint()
                for answer in steps.collect(min(left, TURN)):
                    answered.setdefault(answer.host, answer)
                    if answer.rtt_us:
                        self._rtt.sample(np.zeros(1, np.int64), np.array([float(answer.rtt_us)]))
        return answered
