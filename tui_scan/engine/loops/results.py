"""What the loops share: entering sends and answers into the ledger, and what follows for the hosts."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain

import numpy as np
import numpy.typing as npt

from tui_scan.engine.ledger import NO_RTT, NO_TTL, answered_for_itself
from tui_scan.engine.link_room import LinkRoom
from tui_scan.engine.local_faults import LocalFaults
from tui_scan.engine.loops.host_time import given_up
from tui_scan.engine.loops.outages import CALM, NOTE, Outages
from tui_scan.engine.neighbours import Neighbours
from tui_scan.engine.retries import Retries
from tui_scan.engine.routing import Destinations
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.errors import LocalError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState

BARRING = frozenset({errno.EPERM, errno.EMSGSIZE})
"""What keeps single probes from leaving while others may: the own firewall, and the most that a link takes at once."""
Cells = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.uint8]


class Results:
    """Enters batches into a scan's ledger. ``dead`` (bool by host) are hosts that get no more probes.

    ``outages`` are the hosts that cannot be sent to just now.
    """

    def __init__(self, scan: Scan, retries: Retries, rtt: RttEstimator) -> None:
        self._scan, self._retries, self._rtt = scan, retries, rtt
        self.dead = scan.hosts.state == HostState.DOWN
        self._barred: list[Cells] = []
        self._unasked = np.zeros(scan.hosts.count, np.bool_)
        self.outages = Outages(scan.hosts.count, max(CALM, 2 * scan.request.timing.scan_delay / 1000))
        self._turn = np.empty(0, np.int64)
        self._turn_began = self._worked = 0.0
        self._measured: set[int] = set()
        self._too_long: dict[int, set[int]] = {}
        self._faults = LocalFaults(scan.hosts, scan.notes)
        self._overdue = 0
        self._overdue_note = self._unasked_note = ""

    def expect_found(self) -> None:
        """Hosts that discovery has found are to answer about as soon as they did then."""
        found = np.flatnonzero(self._scan.hosts.rtt_us)
        self._rtt.expect(found, self._scan.hosts.rtt_us[found].astype(np.float64))

    @contextmanager
    def working(self, hosts: Cells) -> Iterator[None]:
        """These hosts have their turn: the time that --host-timeout allows them runs."""
        self._turn, self._turn_began = hosts, self._scan.tally.elapsed()
        self._worked = float(self._scan.hosts.worked[hosts].max())
        yield
        self._scan.hosts.worked[hosts] += self._scan.tally.elapsed() - self._turn_began
        self._turn = hosts[:0]

    def sent(self, cells: Cells, times_ns: npt.NDArray[np.int64]) -> None:
        """One more try of these cells left at these times (CLOCK_REALTIME)."""
        self._scan.ledger.note_sent(cells, self._microseconds(times_ns))
        self._scan.tally.sent += len(cells)

    def counted(self, count: int) -> None:
        """So many probes more are on their way, of which the ledger holds nothing."""
        self._scan.tally.sent += count

    def submitted(self, cells: Cells, time_ns: int) -> None:
        """One more try of these cells is on its way to the sender; ``left`` tells the true times."""
        measured = cells[self._scan.ledger.rtt_us[cells] != NO_RTT]
        self._measured.update(measured.tolist())
        self.sent(cells, np.full(len(cells), time_ns, np.int64))

    def left(self, cells: Cells, times_ns: npt.NDArray[np.int64]) -> None:
        """The times at which submitted cells truly left: round trips measured meanwhile are set right.

        Those stay that were measured before this try, by the answer to an earlier one.
        """
        ledger = self._scan.ledger
        exact = self._microseconds(times_ns)
        late = exact - ledger.sent_us[cells]
        ledger.sent_us[cells] = exact
        measured = ledger.rtt_us[cells] != NO_RTT
        if self._measured:
            measured &= ~np.isin(cells, [*self._measured])
        answered = cells[measured]
        rtts = ledger.rtt_us[answered]
        ledger.rtt_us[answered] = np.where(rtts > late[measured], rtts - late[measured], 1)
        self._rtt.sample(answered // ledger.columns, ledger.rtt_us[answered].astype(np.float64))

    def unsent(self, cells: Cells) -> None:
        """Submitted cells that this machine did not let out: they were not tried."""
        self._scan.ledger.tries[cells] -= 1
        self._scan.tally.sent -= len(cells)

    def answered(
        self,
        cells: Cells,
        tries: Numbers,
        states: Numbers,
        reasons: Numbers,
        times_ns: npt.NDArray[np.int64],
        ttls: Numbers | int = NO_TTL,
        sample: bool = True,
    ) -> Cells:
        """Answers to try ``tries`` (from 1) of these cells came at these times; returns those entered.

        A round trip is measured only for an answer to a cell's latest try, whose time the ledger holds;
        ``sample`` feeds it to the estimator; to be False while send times are not exact yet. That a host cannot be
        reached is told when somebody has looked for it for seconds, which is no round trip.
        """
        ledger = self._scan.ledger
        rtts = self._microseconds(times_ns) - ledger.sent_us[cells]
        measured = (ledger.tries[cells] == tries) & (rtts < np.uint32(1 << 31))
        rtts[~measured] = NO_RTT
        entered = ledger.record(cells, states, reasons, ttls, rtts)
        hosts = cells[entered] // ledger.columns
        if sample:
            known = measured[entered] & (reasons[entered] != Reason.HOST_UNREACH)
            self._rtt.sample(hosts[known], rtts[entered][known].astype(np.float64))
        self._retries.answered(hosts, tries[entered])
        self._scan.tally.answers += len(cells)
        self._raise_hosts(hosts, states[entered], reasons[entered])
        return entered

    def _raise_hosts(self, hosts: Cells, states: Numbers, reasons: Numbers) -> None:
        """A host whose ports tell of an answer of its own is up, for the reason of its first answer."""
        table = self._scan.hosts
        own = answered_for_itself(states)
        fresh = np.flatnonzero(own & (table.state[hosts] == HostState.UNKNOWN))
        if len(fresh):
            table.reason[hosts[fresh[::-1]]] = reasons[fresh[::-1]]
            table.state[hosts[fresh]] = HostState.UP

    def down(self, host: int) -> None:
        """The host is not there: its neighbour entry does not resolve."""
        self._scan.hosts.mark(host, HostState.DOWN, Reason.NO_RESPONSE)
        self.dead[host] = True

    def resolve(self, destinations: Destinations, turn: Callable[[], float]) -> None:
        """Have the next hops of all hosts resolved: on the link a host that does not resolve is down.

        Those that discovery has found on the link just answered. A gateway that does not resolve is a fault of this
        machine's network, not of the hosts behind it.
        """
        alive = [host for host in np.flatnonzero(~self.dead).tolist() if host not in self._scan.hosts.macs]
        for host in Neighbours(destinations, self._scan.hosts.family, turn).unresolved(alive):
            if destinations.route(host).next_hop == self._scan.hosts.wire[host].tobytes():
                self.down(host)
            else:
                self.local_failure(host, OSError(errno.EHOSTDOWN, "the gateway"))

    def give_up_overdue(self) -> None:
        """A host that had --host-timeout is probed no further; what was found stays, the rest has no verdict."""
        limit = self._scan.request.timing.host_timeout
        turn = self._scan.tally.elapsed() - self._turn_began
        if limit is None or (turn + self._worked) * 1000 < limit:
            return
        hosts = self._turn[~self.dead[self._turn]]
        late = (turn + self._scan.hosts.worked[hosts]) * 1000 >= limit
        overdue = hosts[late & (self._scan.ledger.counts[hosts, PortState.UNTRIED] > 0)]
        if len(overdue):
            self.dead[overdue] = True
            self._overdue += len(overdue)
            self._note_overdue(limit / 1000)

    def _note_overdue(self, seconds: float) -> None:
        """One sentence for all hosts that were given up so far."""
        notes = self._scan.notes
        if self._overdue_note in notes:
            notes.remove(self._overdue_note)
        self._overdue_note = given_up(self._overdue, len(self.dead), seconds)
        notes.append(self._overdue_note)

    def fault(self, host: int, error: OSError, gone: bool = False) -> bool:
        """A probe to this host could not leave: whether that may pass, so that it is to be made again.

        What does not pass is a local failure; ``gone`` says that it was the host's own link address.
        """
        if self.outages.passes(host, error.errno or 0, time.monotonic()):
            if NOTE not in self._scan.notes:
                self._scan.notes.append(NOTE)
            return True
        if gone:
            self.down(host)
        else:
            self.local_failure(host, error)
        return False

    def bar(self, cells: Cells, host: int, code: int) -> None:
        """This machine let no probe of these cells of one host out, for a ``BARRING`` error: silence tells nothing."""
        self._barred.append(cells)
        sentence = self._faults.tell(host, OSError(code, "send"))
        if code == errno.EMSGSIZE:
            mine = self._too_long.setdefault(host, set())
            mine.update(cells.tolist())
            if len(mine) == self._scan.ledger.columns:
                self.give_up(host, sentence)

    def askable(self, cells: Cells) -> Cells:
        """Those of some cells whose probes are not known to be too long for their link."""
        if not self._too_long:
            return cells
        return cells[~np.isin(cells, [*chain.from_iterable(self._too_long.values())])]

    def leave_unasked(self, room: LinkRoom, destinations: Destinations, hosts: Cells) -> None:
        """The silence of hosts for whose link addresses this machine had no room tells nothing."""
        waiting = hosts[~self.dead[hosts] & (self._scan.ledger.counts[hosts, PortState.UNTRIED] > 0)]
        unasked = room.unasked(destinations, waiting)
        if not len(unasked):
            return
        self._unasked[unasked] = True
        notes = self._scan.notes
        if self._unasked_note in notes:
            notes.remove(self._unasked_note)
        self._unasked_note = room.note(int(np.count_nonzero(self._unasked)))
        notes.append(self._unasked_note)

    def local_failure(self, host: int, error: OSError) -> None:
        """This machine cannot send to the host: a sentence for the person, never a state."""
        self.give_up(host, self._faults.tell(host, error))

    def give_up(self, host: int, sentence: Sentence) -> None:
        """The host gets no more probes, for what the sentence says; raises LocalError where no host is left to scan."""
        if sentence not in self._scan.notes:
            self._scan.notes.append(sentence)
        self.dead[host] = True
        if self.dead.all() and not (self._scan.hosts.state == HostState.DOWN).any():
            raise LocalError(sentence)

    def settle(self, cells: Cells, state: PortState, reason: Reason) -> None:
        """Silence became a verdict for these cells; hosts that are not there get none, nor what was not asked."""
        alive = cells[~(self.dead | self._unasked)[cells // self._scan.ledger.columns]]
        if self._barred:
            alive = alive[~np.isin(alive, np.concatenate(self._barred))]
        self._scan.ledger.settle(alive, state, reason)

    def _microseconds(self, times_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
        since: npt.NDArray[np.uint32] = ((times_ns - self._scan.started_ns) // 1000).astype(np.uint32)
        return since
