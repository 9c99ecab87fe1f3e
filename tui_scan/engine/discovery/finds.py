"""What a discovery has found: entered into the scan's hosts, and how long answers took."""

import numpy as np
import numpy.typing as npt

from tui_scan.engine.discovery.evidence import Evidence
from tui_scan.engine.local_faults import LocalFaults
from tui_scan.engine.rtt import RttEstimator
from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState

Index = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

LOOKED_FOR = 0.9
"""Seconds after which a host is told to be unreachable by a router that looked for it on its link, and not at once by a
rule: ARP and neighbour discovery ask three times, a second apart (RFC 4861 §10)."""
TIMED = 16
"""Probes of a host whose send times are kept: round trips are told from these alone."""


class Finds:
    """Enters hosts that answered.

    By host, bool: ``unreachable`` are those of which something said that they cannot be reached, ``lost`` those to
    which this machine cannot send. ``by`` gives the number of the probe that found a host, where that is wanted for
    tracing; ``latest`` is the highest try that brought an answer. ``looked_for``: a router, or the kernel, told of a
    host that it looked for it and did not find it.
    """

    def __init__(self, scan: Scan, probes: int) -> None:
        self._scan, self._probes = scan, probes
        self.unreachable = np.zeros(scan.hosts.count, np.bool_)
        self.lost = np.zeros(scan.hosts.count, np.bool_)
        self._faults = LocalFaults(scan.hosts, scan.notes)
        self.rtt = RttEstimator(scan.request.timing)
        self.latest = 0
        self.looked_for = False
        self.by: dict[int, int] = {}
        self._sent_ns = np.zeros((min(probes, TIMED), scan.hosts.count), np.int64)
        self._asked_ns = np.zeros(scan.hosts.count, np.int64)
        self._try = 0

    def waiting(self, hosts: Index) -> Index:
        """Those of ``hosts`` that are not known as up yet, and to which this machine can send."""
        left: Index = hosts[(self._scan.hosts.state[hosts] != HostState.UP) & ~self.lost[hosts]]
        return left

    def sent(self, hosts: Index, number: int, tries: int, times_ns: Index) -> None:
        """Try ``tries`` of a probe left for these hosts at these times (CLOCK_REALTIME)."""
        self._try = tries
        if number < TIMED:
            self._sent_ns[number, hosts] = times_ns
        self._asked_ns[hosts] = np.where(self._asked_ns[hosts], self._asked_ns[hosts], times_ns)
        self._scan.tally.sent += len(hosts)

    def answered(self, proof: Evidence, times_ns: npt.NDArray[np.int64]) -> Index:
        """Enter answers; ``times_ns`` are those of the batch's packets, CLOCK_REALTIME.

        Returns the positions in ``proof`` of the answers by which a host came up.
        """
        self._scan.tally.answers += len(proof.rows)
        self.unreachable[proof.hosts[~proof.up]] = True
        missed = np.flatnonzero(~proof.up & (proof.reasons == Reason.HOST_UNREACH))
        waited = times_ns[proof.rows[missed]] - self._asked_ns[proof.hosts[missed]]
        self.looked_for |= bool((waited >= LOOKED_FOR * 1e9).any())
        table = self._scan.hosts
        at = np.flatnonzero(proof.up & (table.state[proof.hosts] != HostState.UP))
        if not len(at):
            return at
        at = at[np.unique(proof.hosts[at], return_index=True)[1]]
        self._time(proof, at, times_ns)
        fresh = proof.hosts[at]
        table.reason[fresh], table.ttl[fresh] = proof.reasons[at], proof.ttls[at]
        table.state[fresh] = HostState.UP
        if self._scan.request.trace:
            self.by.update(zip(fresh.tolist(), proof.numbers[at].tolist(), strict=True))
        self.latest = max(self.latest, int(proof.tries[at].max()))
        return at

    def _time(self, proof: Evidence, at: Index, times_ns: npt.NDArray[np.int64]) -> None:
        """Round trips of answers to the latest try, or to the only one where that is not told."""
        numbers, hosts, tries = proof.numbers[at], proof.hosts[at], proof.tries[at]
        rtts = (times_ns[proof.rows[at]] - self._sent_ns[np.minimum(numbers, len(self._sent_ns) - 1), hosts]) // 1000
        sure = (tries == self._try) | ((tries == 0) & (self._try == 1))
        known = sure & (numbers < TIMED) & (rtts >= 0)
        self._scan.hosts.rtt_us[hosts[known]] = np.maximum(rtts[known], 1)
        self.rtt.sample(np.zeros(int(known.sum()), np.int64), rtts[known].astype(np.float64))

    def refused(self, host: int, code: int) -> None:
        """This machine would not send to the host: a sentence for the person, never a state."""
        self.lost[host] = True
        self._faults.tell(host, OSError(code, "send"))

    def silent(self, hosts: Index) -> None:
        """Nothing proved that these hosts are there: they are down."""
        left = self.waiting(hosts)
        self._scan.hosts.state[left] = HostState.DOWN
        self._scan.hosts.reason[left] = Reason.NO_RESPONSE
