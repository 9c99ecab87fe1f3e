"""The packet scan: batches out by the pacer, the ring drained in between, rounds until silence means something."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import numpy as np
import numpy.typing as npt

from tui_scan.engine.capture import Capture
from tui_scan.engine.control import TURN
from tui_scan.engine.ledger import answered_for_itself
from tui_scan.engine.link_room import LinkRoom
from tui_scan.engine.loops.flights import Flight, Flights
from tui_scan.engine.loops.flood_canaries import FEW, FloodCanaries
from tui_scan.engine.loops.intake import Intake
from tui_scan.engine.loops.looped import is_looped
from tui_scan.engine.loops.outbox import Outbox
from tui_scan.engine.loops.own_port import refuse_own_port
from tui_scan.engine.loops.results import Results
from tui_scan.engine.loops.rounds import Round, Rounds
from tui_scan.engine.loops.turns import take_turns
from tui_scan.engine.mixing import drawn
from tui_scan.engine.needs import NEEDS
from tui_scan.engine.pacing import Pacer
from tui_scan.engine.probes import CANARY_PORTS, TRIES, PortBlock, ProbeKeys
from tui_scan.engine.retries import Retries
from tui_scan.engine.routing import Destinations
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.formed import formed
from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.techniques.matching import Bytes, Matcher
from tui_scan.engine.transport.bpf import scan_filter
from tui_scan.engine.transport.carriers import Carriers
from tui_scan.engine.transport.copies import once
from tui_scan.engine.transport.dispatch import SMALL, THREADS, Dispatcher
from tui_scan.engine.transport.lanes import RAW, Lanes
from tui_scan.engine.transport.ring import Ring
from tui_scan.language import Sentence
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES
from tui_scan.privilege.sockets import SocketSource

Cells = npt.NDArray[np.int64]
GATHER = 0.003
"""Seconds in which answers may gather while batches are under way: judging a few at a time would cost more."""
LEAST_WAIT = 0.001
"""The shortest wait in seconds that the system calls take."""
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
        self._try = 0
        self._last_sent = self._last_entered = 0.0

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for, LocalError where no host is left."""
        scan, family, form = self._scan, self._scan.hosts.family, self._scan.request.packets
        with closing(self._destinations):
            sources = self._find_sources()
            refuse_own_port(scan, self._destinations)
            self._results.resolve(self._destinations, self._turn)
        probe = self._make(Matcher(scan.hosts, scan.columns, ProbeKeys(0, 0), sources))
        technique = probe.rules.technique
        needs = self._needs = NEEDS[TECHNIQUES[technique].protocol]
        with ExitStack() as stack:
            self._carriers = stack.enter_context(closing(Carriers()))
            own = any(route.local for route in self._destinations.routes.values())
            held = PortBlock(family, needs.held, form.source_port, needs.numbers, own_host=own)
            block = stack.enter_context(closing(held))
            keys = ProbeKeys(self._key, block.first, needs.numbers)
            matcher = Matcher(scan.hosts, scan.columns, keys, sources)
            self._technique = formed(self._make, matcher, self._key, form)
            looped = is_looped(scan, self._destinations, technique)
            ways = {route.interface for route in self._destinations.routes.values()}
            passing = once(ways, strangers=scan.request.borrows_address)
            passing += scan_filter(family, block.first, block.last, portless=needs.portless, looped=looped)
            self._ring = stack.enter_context(closing(Ring(self._sockets.rings, passing, needs.slot, looped=looped)))
            decoys = scan.plan.third.decoys
            lanes = Lanes(self._sockets, scan.request, self._destinations, self._ring.socket, self._key, decoys)
            self._lanes = stack.enter_context(closing(lanes))
            in_order = not scan.request.randomize or form.mtu is not None or bool(decoys) or needs.closed_by_errors
            dispatcher = stack.enter_context(closing(Dispatcher(1 if in_order else THREADS)))
            budget, tell = scan.request.capture_memory, scan.notes.append
            capture = Capture(self._technique.build, self._boring, budget, tell)
            scan.captures[technique] = capture
            self._outbox = Outbox(scan.columns.count, self._technique, lanes, dispatcher, self._results, capture)
            self._canaries = FloodCanaries(scan.columns.count, CANARY_PORTS if form.source_port is None else FEW)
            self._intake = Intake(scan, self._ring, self._technique, matcher, self._results, capture, self._canaries)
            try:
                take_turns(scan, self._technique.rules, self._key, self._retries, self._results, self._work)
                time.sleep(LATER if needs.closed_by_errors else LINGER)
            finally:
                dispatcher.close()
                self._collect()
                if lost := self._ring.lost():
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
        send, heard, outages = self._outbox.transmit, self._intake.heard, self._results.outages
        Drip(self._scan, self._rtt, self._retries, outages, send, self._collect, self._turn, heard).run(
            columns, rounds.hosts
        )

    def _rounds(self, rounds: Rounds, most_tries: int) -> None:
        first = rounds.first()
        self._pacer = Pacer(self._scan.request.timing, len(rounds.hosts), first.early)
        planned: Round | None = first
        tally = self._scan.tally
        while planned is not None:
            self._try = planned.tries
            tally.round, tally.remaining = planned.tries, planned.size
            tally.note, tally.limited, tally.expected = planned.note, bool(planned.note), planned.expected
            self._listen(self._last_sent + planned.rest)
            if planned.rate is not None:
                self._pacer.obey(planned.rate)
            elif planned.tries > 1:
                self._pacer.new_round()
            self._canaries.begin(planned.size)
            began = time.monotonic()
            self._round(planned.chunks)
            self._results.mend(self._carriers, self._destinations, self._turn)
            planned = rounds.next(max(self._last_sent, self._last_entered) - began, most_tries)
        tally.note, tally.limited = "", False

    def _listen(self, until: float) -> None:
        """Take what comes before a round begins, unless nobody waits for it."""
        while (left := until - self._turn()) > 0 and not self._scan.settling:
            self._collect()
            self._ring.wait(min(left, TURN))

    def _round(self, chunks: Iterator[Cells]) -> None:
        left = np.empty(0, np.int64)
        more = True
        outages = self._results.outages
        while more or len(left) or self._flights or outages.holding:
            now = self._turn()
            if outages.holding:
                left = np.concatenate([outages.release(now), left])
            if self._scan.settling:
                more, left = False, left[:0]
            room = 0 if self._outbox.busy else self._room(now)
            while more and len(left) < room:
                chunk = next(chunks, None)
                more = chunk is not None
                if chunk is not None:
                    left = np.concatenate([left, chunk])
            if room and len(left):
                self._send(left[:room], now)
                self._scan.tally.remaining -= len(left[:room])
                left = left[room:]
                if self._may_go_on(len(left) > 0):
                    continue
            self._collect()
            self._review()
            self._rest(bool(more or len(left)), bool(room))

    def _room(self, now: float) -> int:
        """How many probes may leave now, with canaries among them where their answers will tell little."""
        room = self._pacer.batch(now, self._flights.unanswered)
        return self._canaries.room(room, now) if self._watched else room

    @property
    def _watched(self) -> bool:
        return self._pacer.thin and not self._needs.closed_by_errors

    def _may_go_on(self, more: bool) -> bool:
        """Whether another batch may follow at once, so that the senders never wait for the answers' intake."""
        return more and not self._outbox.busy and self._pacer.next_time <= time.monotonic()

    def _turn(self) -> float:
        """Obey pause and stop; the time now. What was in flight during a pause is waited for anew."""
        self._results.give_up_overdue()
        if self._checkpoint():
            self._flights.wait_anew(time.monotonic())
        return time.monotonic()

    def _send(self, cells: Cells, now: float) -> None:
        hosts = cells // self._scan.columns.count
        away = self._results.outages.away[hosts]
        self._results.outages.hold(cells[away])
        cells = cells[~self._results.dead[hosts] & ~away]
        if not len(cells):
            return
        self._transmit(self._flights.begin(cells), now)
        self._pacer.sent(len(cells), now)
        self._scan.tally.timeout = self._rtt.timeout
        self._last_sent = time.monotonic()

    def _transmit(self, flight: Flight, now: float) -> None:
        """Send a batch, with the canaries that it needs at some point in it."""
        cells = flight.cells
        canaries: list[tuple[int, int]] = []
        if self._watched:
            canaries = self._canaries.due(len(cells), now, float(self._rtt.srtt.max()) / 1e6)
        at = drawn(len(cells)) if canaries else 0
        if at:
            self._outbox.transmit(cells[:at], self._try, flight)
        self._outbox.ask(canaries)
        self._outbox.transmit(cells[at:], self._try, flight)

    def _collect(self) -> int:
        """Enter what has left and what has come."""
        self._outbox.note_sent()
        entered = self._intake.collect(exact=self._outbox.empty)
        if entered:
            self._last_entered = time.monotonic()
        return entered

    def _review(self) -> None:
        """Tell the pacer how batches and canaries fared that had their time."""
        now = time.monotonic()
        self._learn(self._flights.review(now, self._pacer.feedback))
        self._hear(now)

    def _learn(self, answered: Cells) -> None:
        """Ports that answered for themselves may be canaries."""
        ledger = self._scan.ledger
        self._canaries.learn(answered[answered_for_itself(ledger.state[answered])])

    def _hear(self, now: float) -> None:
        """Tell the pacer and the retries what became of canaries."""
        told = self._canaries.told(now, self._rtt.timeout)
        if not len(told.hosts):
            return
        self._retries.told(told.hosts, told.heard)
        if self._pacer.canaries(int(told.fresh.sum()), int((told.fresh & told.heard).sum())):
            self._canaries.cut(now)

    def _rest(self, more: bool, sent: bool) -> None:
        """Wait for packets where there is nothing to send yet."""
        if self._may_go_on(more):
            return
        if self._outbox.busy or len(self._flights) > 1 or not self._outbox.empty:
            time.sleep(GATHER if self._flights.latest_size > SMALL else LEAST_WAIT)
            return
        if more:
            until = self._pacer.next_time - time.monotonic()
        elif self._flights:
            until = self._flights.over_at - time.monotonic()
        elif self._results.outages.holding:
            until = TURN
        else:
            return
        if until > LEAST_WAIT or not sent:
            self._ring.wait(min(max(until, LEAST_WAIT), TURN))

    def _boring(self, cells: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
        """Ports that reset and are not open: their packets may go when memory is short."""
        ledger = self._scan.ledger
        dull: npt.NDArray[np.bool_] = (ledger.state[cells] != PortState.OPEN) & (ledger.reason[cells] == Reason.RESET)
        return dull
