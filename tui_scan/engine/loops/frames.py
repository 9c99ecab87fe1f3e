"""The packet scan: what it needs of this machine, and rounds until silence means something."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing

import numpy as np
import numpy.typing as npt

from tui_scan.engine.capture import Capture
from tui_scan.engine.link_room import LinkRoom
from tui_scan.engine.loops.carried_sources import CarriedSources
from tui_scan.engine.loops.flights import Flights
from tui_scan.engine.loops.flood_canaries import FEW, FloodCanaries
from tui_scan.engine.loops.intake import Intake
from tui_scan.engine.loops.looped import is_looped
from tui_scan.engine.loops.outbox import Outbox
from tui_scan.engine.loops.own_port import refuse_own_port
from tui_scan.engine.loops.results import Results
from tui_scan.engine.loops.rounds import Round, Rounds
from tui_scan.engine.loops.traffic import Traffic
from tui_scan.engine.loops.turns import take_turns
from tui_scan.engine.loops.ways import Ways
from tui_scan.engine.needs import NEEDS
from tui_scan.engine.probes import CANARY_PORTS, TRIES, PortBlock, ProbeKeys
from tui_scan.engine.retries import Retries
from tui_scan.engine.routing import Destinations
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.formed import formed
from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.techniques.matching import Bytes, Matcher
from tui_scan.engine.transport.bpf import scan_filter
from tui_scan.engine.transport.copies import once
from tui_scan.engine.transport.dispatch import THREADS, Dispatcher
from tui_scan.engine.transport.lanes import RAW, Lanes
from tui_scan.engine.transport.ring import Ring
from tui_scan.language import Sentence
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.privilege.sockets import SocketSource

Cells = npt.NDArray[np.int64]
LINGER = 0.002
"""Seconds in which the own kernel's reset to the last open port is still captured."""
LATER = 0.03
"""The same where the last open port may answer a second payload too."""

LOST = (
    "The capture could not keep up with {count:,} packets, so exchanges may lack some. Verdicts do not suffer: ports "
    "without an answer were asked again. A lower --max-rate keeps all."
)


class FrameLoop:
    """Runs one packet technique over all hosts of a scan."""

    def __init__(
        self,
        scan: Scan,
        make: Callable[[Matcher], FrameTechnique],
        key: int,
        sockets: SocketSource,
        checkpoint: Callable[[], bool],
    ) -> None:
        self._scan, self._make, self._key = scan, make, key
        self._sockets, self._checkpoint = sockets, checkpoint
        timing = scan.request.timing
        self._rtt = RttEstimator(timing, scan.hosts.count)
        self._retries = Retries(scan.hosts.count, timing.max_retries)
        self._results = Results(scan, self._retries, self._rtt)
        self._destinations = Destinations(scan.hosts, scan.request.interface, scan.plan.third.source)
        self._flights = Flights(scan.ledger, self._rtt)

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for, LocalError where no host is left."""
        scan, family, form = self._scan, self._scan.hosts.family, self._scan.request.packets
        with ExitStack() as stack:
            stack.callback(self._destinations.close)
            ways = Ways(scan, self._destinations, self._results, self._retries, self._obey)
            self._ways = stack.enter_context(closing(ways))
            sources = self._find_sources()
            refuse_own_port(scan, self._destinations)
            self._results.resolve(self._destinations, self._obey)
            probe = self._make(Matcher(scan.hosts, scan.columns, ProbeKeys(0, 0), sources))
            technique = probe.rules.technique
            needs = self._needs = NEEDS[TECHNIQUES[technique].protocol]
            own = any(route.local for route in self._destinations.routes.values())
            held = PortBlock(family, needs.held, form.source_port, needs.numbers, own_host=own)
            block = stack.enter_context(closing(held))
            keys = ProbeKeys(self._key, block.first, needs.numbers)
            matcher = Matcher(scan.hosts, scan.columns, keys, sources)
            self._technique = formed(self._make, matcher, self._key, form)
            looped = is_looped(scan, self._destinations, technique)
            interfaces = {route.interface for route in self._destinations.routes.values()}
            passing = once(interfaces, strangers=scan.request.borrows_address)
            passing += scan_filter(family, block.first, block.last, portless=needs.portless, looped=looped)
            ring = stack.enter_context(closing(Ring(self._sockets.rings, passing, needs.slot, looped=looped)))
            decoys = scan.plan.third.decoys
            lanes = Lanes(self._sockets, scan.request, self._destinations, ring.socket, self._key, decoys)
            self._lanes = stack.enter_context(closing(lanes))
            ways.guide(lanes, CarriedSources(self._destinations, sources, self._results, self._obey))
            in_order = not scan.request.randomize or form.mtu is not None or bool(decoys) or needs.closed_by_errors
            dispatcher = stack.enter_context(closing(Dispatcher(1 if in_order else THREADS)))
            budget, tell = scan.request.capture_memory, scan.notes.append
            capture = Capture(self._technique.build, self._boring, budget, tell)
            scan.captures[technique] = capture
            self._outbox = Outbox(scan.columns.count, self._technique, lanes, dispatcher, self._results, capture)
            canaries = FloodCanaries(scan.columns.count, CANARY_PORTS if form.source_port is None else FEW)
            self._intake = Intake(scan, ring, self._technique, matcher, self._results, capture, canaries)
            self._traffic = Traffic(
                scan,
                self._results,
                self._retries,
                self._rtt,
                self._flights,
                self._outbox,
                self._intake,
                ring,
                canaries,
                self._turn,
                closed_by_errors=needs.closed_by_errors,
            )
            try:
                take_turns(scan, self._technique.rules, self._key, self._retries, self._results, self._work)
                time.sleep(LATER if needs.closed_by_errors else LINGER)
            finally:
                dispatcher.close()
                self._traffic.collect()
                if lost := ring.lost():
                    scan.notes.append(Sentence(LOST, count=lost))

    def _find_sources(self) -> Bytes:
        """The own address towards each host; hosts without a route are given up with a sentence."""
        hosts = self._scan.hosts
        sources = np.zeros((hosts.count, hosts.width), np.uint8)
        for host in np.flatnonzero(~self._results.dead).tolist():
            try:
                sources[host] = np.frombuffer(self._destinations.source(host), np.uint8)
            except OSError as error:
                self._results.local_failure(host, error)
        return sources

    def _work(self, rounds: Rounds, columns: Cells) -> None:
        """The rounds of one group of hosts, and what follows them."""
        room = LinkRoom(self._scan.hosts.family)
        self._probe(rounds, columns)
        by_kernel = rounds.hosts[self._lanes.lane[rounds.hosts] == RAW]
        self._results.leave_unasked(room, self._destinations, by_kernel)

    def _probe(self, rounds: Rounds, columns: Cells) -> None:
        if not self._needs.closed_by_errors:
            self._rounds(rounds, TRIES)
            return
        from tui_scan.engine.loops.drip import Drip
        from tui_scan.engine.techniques.payloads import FAST_TRIES

        self._rounds(rounds, FAST_TRIES)
        send, heard, collect = self._outbox.transmit, self._intake.heard, self._traffic.collect
        drip = Drip(self._scan, self._rtt, self._retries, self._results, send, collect, self._turn, heard)
        drip.run(columns, rounds.hosts)

    def _rounds(self, rounds: Rounds, most_tries: int) -> None:
        first = rounds.first()
        self._traffic.begin(len(rounds.hosts), first.early)
        planned: Round | None = first
        tally = self._scan.tally
        while planned is not None:
            tally.round, tally.remaining = planned.tries, planned.size
            tally.note, tally.limited, tally.expected = planned.note, bool(planned.note), planned.expected
            seconds = self._traffic.carry(planned)
            self._ways.mend()
            planned = rounds.next(seconds, most_tries)
        tally.note, tally.limited = "", False

    def _turn(self) -> float:
        """Obey pause and stop, and follow ways that change; the time now."""
        self._obey()
        self._ways.look()
        return time.monotonic()

    def _obey(self) -> float:
        """Obey pause and stop; the time now. What was in flight during a pause is waited for anew."""
        self._results.give_up_overdue()
        if self._checkpoint():
            self._flights.wait_anew(time.monotonic())
        return time.monotonic()

    def _boring(self, cells: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Ports that reset and are not open: their packets may go when memory is short."""
        ledger = self._scan.ledger
        dull: npt.NDArray[np.bool_] = (ledger.state[cells] != PortState.OPEN) & (ledger.reason[cells] == Reason.RESET)
        return dull
