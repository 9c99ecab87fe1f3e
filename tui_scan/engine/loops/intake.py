"""What comes in: the ring's packets judged by the technique, entered into the ledger and kept for the exchange."""

import errno
import socket

import numpy as np

from tui_scan.engine.capture import ORIGIN_NUMBER, Capture
from tui_scan.engine.loops.flood_canaries import FloodCanaries
from tui_scan.engine.loops.looped import sent_here
from tui_scan.engine.loops.results import Results
from tui_scan.engine.packetlog import ROWS
from tui_scan.engine.probes import TRIES
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.frames import FrameTechnique
from tui_scan.engine.techniques.matching import Answers, Mask, Matcher
from tui_scan.engine.transport.ring import Received, Ring
from tui_scan.engine.wire.parse import parse
from tui_scan.model.packets import Origin
from tui_scan.model.reasons import Reason


class Intake:
    """Reads one ring for one technique."""

    def __init__(
        self,
        scan: Scan,
        ring: Ring,
        technique: FrameTechnique,
        matcher: Matcher,
        results: Results,
        capture: Capture,
        canaries: FloodCanaries,
    ) -> None:
        self._canaries = canaries
        self._scan, self._ring, self._technique, self._matcher = scan, ring, technique, matcher
        self._results, self._capture = results, capture
        self._domain = socket.AF_INET if scan.hosts.family == 4 else socket.AF_INET6

    def collect(self, exact: bool) -> int:
        """Judge and record the packets that have come; returns how many verdicts they gave.

        ``exact`` says that the ledger holds the true send times, so that round trips may be learned from.
        """
        entered = 0
        for received in self._ring.drain():
            batch = parse(received.packets, self._scan.hosts.family)
            if self._ring.looped:
                received = received._replace(outgoing=sent_here(batch, self._matcher.keys))
            answers = self._technique.judge(batch, received.outgoing)
            if not len(answers.rows):
                continue
            self._keep(received, answers)
            if (asked := answers.tries > TRIES).any():
                telling = asked & (answers.states > 0)
                self._canaries.answered(answers.cells[telling], answers.tries[telling])
                answers = answers.only(~asked)
            entered += self._enter(received, answers, exact)
        return entered

    def heard(self, cell: int, tries: int) -> int:
        """How many packets answered this try of a cell."""
        return sum(row["try"] == tries for row in self._capture.received.of(cell))

    def _enter(self, received: Received, answers: Answers, exact: bool) -> int:
        telling = answers.states > 0
        if answers.foreign.any():
            telling &= ~self._unresolved(answers)
        at = np.flatnonzero(telling)
        if not len(at):
            return 0
        times = received.times_ns[answers.rows[at]]
        cells = answers.cells[at]
        entered = self._results.answered(
            cells,
            answers.tries[at],
            answers.states[at],
            answers.reasons[at],
            times,
            answers.ttls[at],
            sample=exact,
        )
        foreign = entered[answers.foreign[at][entered]]
        senders = [socket.inet_ntop(self._domain, sender.tobytes()) for sender in answers.senders[at[foreign]]]
        self._scan.ledger.sender.update(zip(cells[foreign].tolist(), senders, strict=True))
        return len(entered)

    def _unresolved(self, answers: Answers) -> Mask:
        """ICMP errors that the own kernel wrote: a host's link address did not resolve, or the own firewall rejects."""
        host = answers.cells // self._scan.columns.count
        own: Mask = answers.foreign & (answers.senders == self._matcher.sources[host]).all(axis=1)
        for number in set(host[own & (answers.reasons == Reason.HOST_UNREACH)].tolist()):
            self._results.fault(number, OSError(errno.EHOSTUNREACH, "the link address"), gone=True)
        return own

    def _keep(self, received: Received, answers: Answers) -> None:
        """Store the packets themselves for the exchange."""
        captured, shortest = received.captured[answers.rows], 0
        for kind in ROWS:
            width = kind["data"].itemsize
            some = (captured > shortest) & (captured <= width)
            if some.any():
                self._store(received, answers if some.all() else answers.only(some), kind)
            shortest = width

    def _store(self, received: Received, answers: Answers, kind: np.dtype[np.void]) -> None:
        """Store packets in rows that are wide enough for them."""
        rows, width = answers.rows, kind["data"].itemsize
        out = np.zeros(len(rows), kind)
        out["cell"], out["try"] = answers.cells, answers.tries
        out["length"] = received.captured[rows]
        out["wire"], out["time_ns"] = received.length[rows], received.times_ns[rows]
        out["data"][:, : received.packets.shape[1]] = received.packets[:, :width].take(rows, axis=0)
        out["origin"] = ORIGIN_NUMBER[Origin.TARGET]
        out["origin"][answers.foreign] = ORIGIN_NUMBER[Origin.ROUTER]
        out["origin"][received.outgoing[rows]] = ORIGIN_NUMBER[Origin.KERNEL]
        self._capture.note_received(out)
