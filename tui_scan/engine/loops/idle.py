"""The idle scan: groups of ports between two looks at the zombie, cut in halves until each port is told."""

import time
from collections.abc import Callable
from contextlib import closing, suppress

import numpy as np
import numpy.typing as npt

from tui_scan.engine.capture import ORIGIN_NUMBER, SENT, Capture
from tui_scan.engine.loops.host_time import HostTime, HostTimeOver
from tui_scan.engine.loops.zombie import Asked, Zombie
from tui_scan.engine.mixing import shuffled
from tui_scan.engine.packetlog import NARROW_ROW
from tui_scan.engine.scan import Scan
from tui_scan.engine.transport.raw_ip import RawIpSender
from tui_scan.model.errors import RefusedError
from tui_scan.model.packets import Origin
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import SocketSource

GROUP = 30
"""Ports between two looks at the zombie: few enough that its own traffic does not count for more than they do."""
LEAST_WAIT, LONGER = 0.05, 4
"""Seconds between the SYNs and the second look, and how much longer a group is waited for when it is asked again."""
SURE = 3
"""Groups with open ports that both waits told alike, after which the shorter one does."""
PACKETS = 3
"""Packets of one look: to the zombie, in its name, to the zombie again."""
LOOKS = 8
"""Looks at one group until two in a row agree."""
PINGED = (
    "An idle scan keeps this machine's address from its targets, but they were asked whether they are up. "
    "-Pn avoids it."
)
Cells = npt.NDArray[np.int64]


class IdleLoop:
    """Runs the idle scan over all hosts; ``checkpoint`` obeys pause and stop. RefusedError where there is no zombie."""

    def __init__(self, scan: Scan, key: int, sockets: SocketSource, checkpoint: Callable[[], bool]) -> None:
        self._scan, self._key, self._sockets = scan, key, sockets
        self._packets: dict[tuple[int, int, int], bytes] = {}
        self._capture = Capture(
            self._rebuilt, lambda cells: np.zeros(len(cells), np.bool_), scan.request.capture_memory
        )
        scan.captures[Technique.IDLE] = self._capture
        self._sure, self._slowness = 0, 1
        self._delay = scan.request.timing.scan_delay / 1000
        self._time = HostTime(scan, scan.request.timing.max_rate, checkpoint)

    def run(self) -> None:
        """Scan to the end; raises ScanStopped where that was asked for."""
        scan, party = self._scan, self._scan.plan.third.zombie
        assert party is not None
        if not scan.request.discovery.skip:
            scan.notes.append(PINGED)
        zombie = Zombie(self._sockets, party, scan.request.interface, self._time.turn, scan.watch)
        scopes = np.zeros(scan.hosts.count, np.uint32)
        sender = RawIpSender(self._sockets, 4, scan.request.interface, scan.hosts.wire, scopes)
        with closing(zombie), closing(sender):
            self._zombie, self._sender = zombie, sender
            scan.tally.round = 1
            zombie.examine()
            for host in np.flatnonzero(scan.hosts.state != HostState.DOWN).tolist():
                self._time.begin(host)
                with suppress(HostTimeOver):
                    self._host(host)
                self._time.end()

    def _host(self, host: int) -> None:
        scan, ledger = self._scan, self._scan.ledger
        target = scan.hosts.wire[host].tobytes()
        if target == self._zombie.address:
            raise RefusedError("The zombie is a target too, and cannot tell of itself. Choose another zombie.")
        self._zombie.examine_for(target)
        cells = ledger.cell(host, 0) + scan.columns.of(Technique.IDLE)
        cells = cells[ledger.state[cells] == PortState.UNTRIED]
        if scan.request.randomize:
            cells = shuffled(cells, self._key)
        for first in range(0, len(cells), GROUP):
            self._resolve(cells[first : first + GROUP])
            scan.tally.remaining = len(cells) - first

    def _resolve(self, cells: Cells) -> None:
        """Tell open ports of a group from the others by halving it."""
        count = self._count(cells)
        if count in (0, len(cells)):
            self._enter(cells, count > 0)
            return
        middle = len(cells) // 2
        self._resolve(cells[:middle])
        self._resolve(cells[middle:])

    def _count(self, cells: Cells) -> int:
        """How many of these ports are open: what two looks in a row say; the least said where none agree."""
        said: list[int] = []
        for look in range(LOOKS):
            wait = max(LEAST_WAIT, 3 * self._zombie.rtt) * self._slowness
            count = self._look(cells, LONGER * wait if look and self._sure < SURE else wait)
            if count is None or count > len(cells):
                self._sure = 0
                continue
            if said and said[-1] == count:
                self._sure += bool(count)
                return count
            if said:
                self._sure, self._slowness = 0, min(LONGER, self._slowness + 1)
            said.append(count)
        if not said:
            raise RefusedError(
                "The zombie {address} became too busy, or answers no more: its identifications tell nothing. "
                "Take one that sends nothing else, and try again.",
                address=self._zombie.party.address,
            )
        return min(said)

    def _look(self, cells: Cells, wait: float) -> int | None:
        """Packets that the zombie sent to others while these ports were asked; None where it did not answer."""
        before = self._zombie.ask()
        if before is None:
            return None
        ledger = self._scan.ledger
        target = self._scan.hosts.wire[int(cells[0]) // ledger.columns].tobytes()
        syns = [self._zombie.syn_to(target, int(port)) for port in self._scan.columns.port[cells % ledger.columns]]
        now = time.time_ns()
        for cell, syn in zip(cells.tolist(), syns, strict=True):
            hosts = np.array([cell // ledger.columns])
            self._time.turn()
            self._sender.send(np.frombuffer(syn, np.uint8)[None, :], hosts)
            self._time.rest(self._delay)
        ledger.note_sent(cells, (now - self._scan.started_ns) // 1000)
        self._scan.tally.sent += len(cells)
        self._time.rest(wait)
        after = self._zombie.ask()
        if after is None:
            return None
        for cell, syn in zip(cells.tolist(), syns, strict=True):
            self._keep(cell, before, syn, now, after)
        return self._zombie.way.between(before.identification, after.identification) - 1

    def _keep(self, cell: int, before: Asked, syn: bytes, syn_ns: int, after: Asked) -> None:
        """Store the packets of one look for the exchange."""
        tries = int(self._scan.ledger.tries[cell])
        parts = ((before.sent, before.sent_ns), (syn, syn_ns), (after.sent, after.sent_ns))
        rows = np.zeros(len(parts), SENT)
        for number, (packet, at) in enumerate(parts):
            self._packets[(cell, tries, number)] = packet
            rows[number] = (cell, tries, number, at)
        self._capture.sent.append(rows)
        answers = np.zeros(2, NARROW_ROW)
        for row, asked in zip(answers, (before, after), strict=True):
            row["cell"], row["try"], row["origin"] = cell, tries, ORIGIN_NUMBER[Origin.THIRD_PARTY]
            row["length"] = row["wire"] = len(asked.answer)
            row["time_ns"] = asked.answer_ns
            row["data"][: len(asked.answer)] = np.frombuffer(asked.answer, np.uint8)
        self._capture.note_received(answers)

    def _rebuilt(self, cells: Cells, tries: int) -> list[tuple[Cells, npt.NDArray[np.uint8]]]:
        """The packets of one look at each of these cells, as they were sent."""
        return [
            (np.array([at]), np.frombuffer(packet, np.uint8)[None, :])
            for part in range(PACKETS)
            for at, cell in enumerate(cells.tolist())
            if (packet := self._packets.get((cell, tries, part)))
        ]

    def _enter(self, cells: Cells, opened: bool) -> None:
        state = PortState.OPEN if opened else PortState.CLOSED_FILTERED
        reason = Reason.IPID_CHANGE if opened else Reason.NO_IPID_CHANGE
        count = len(cells)
        self._scan.ledger.record(cells, np.full(count, state, np.uint8), np.full(count, reason, np.uint8))
        hosts = self._scan.hosts
        host = int(cells[0]) // self._scan.ledger.columns
        if opened:
            self._scan.tally.answers += count
            if hosts.state[host] == HostState.UNKNOWN:
                hosts.mark(host, HostState.UP, reason)
