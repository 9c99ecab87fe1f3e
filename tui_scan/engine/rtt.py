"""The round-trip estimators of all hosts: RFC 6298's, with the clamps that nmap documents for its time-outs."""

import numpy as np
import numpy.typing as npt

from tui_scan.model.timing import Timing

LEAST_VARIANCE_US = 5_000.0
MOST_VARIANCE_US = 2_000_000.0
LEAST_BY_ONE_MS = 250.0
"""Milliseconds for which a port of a host is waited for at the least that has told one round trip, by another question:
how much round trips differ is not known then, and ARP tells but that it is on the link."""

Hosts = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


class RttEstimator:
    """Smoothed RTT and variance by host, in microseconds (float64; ``srtt`` 0 is "not measured").

    A near host's round trips say nothing of a far one: each host has its own time-out, and one that has not
    answered yet is given the initial one, or less where it is ``expect``-ed to answer sooner.
    """

    def __init__(self, timing: Timing, hosts: int = 1) -> None:
        self._timing = timing
        self.srtt = np.zeros(hosts)
        self.rttvar = np.zeros(hosts)
        self._initial = np.full(hosts, float(timing.initial_rtt_timeout))

    def expect(self, hosts: Hosts, rtts_us: Values) -> None:
        """One round trip of each of these hosts is known from elsewhere: what follows from it bounds the initial
        time-out, until the host has answered."""
        wanted = (rtts_us + 4 * np.clip(rtts_us, LEAST_VARIANCE_US, MOST_VARIANCE_US)) / 1000
        least = max(LEAST_BY_ONE_MS, self._timing.min_rtt_timeout)
        self._initial[hosts] = np.minimum(self._timing.initial_rtt_timeout, np.maximum(wanted, least))

    def sample(self, hosts: Hosts, rtts_us: Values) -> None:
        """Take round trips that belong to one try each without doubt; the batch counts once a host.

        The mean of a host's round trips moves its estimate, the one that is furthest off its variance.
        """
        if not len(hosts):
            return
        rtts_us = np.maximum(rtts_us, 1.0)
        count = np.bincount(hosts, minlength=len(self.srtt))
        seen = np.flatnonzero(count)
        mean = np.bincount(hosts, rtts_us, len(self.srtt))[seen] / count[seen]
        furthest = np.zeros(len(self.srtt))
        np.maximum.at(furthest, hosts, np.abs(rtts_us - self.srtt[hosts]))
        fresh = self.srtt[seen] == 0
        variance = np.where(fresh, mean, self.rttvar[seen] + (furthest[seen] - self.rttvar[seen]) / 4)
        self.rttvar[seen] = np.clip(variance, LEAST_VARIANCE_US, MOST_VARIANCE_US)
        self.srtt[seen] += np.where(fresh, mean, (mean - self.srtt[seen]) / 8)

    def timeouts(self, hosts: Hosts) -> Values:
        """How long answers of these hosts are waited for, in seconds."""
        timing = self._timing
        measured = self.srtt[hosts]
        wanted = np.clip((measured + 4 * self.rttvar[hosts]) / 1000, timing.min_rtt_timeout, timing.max_rtt_timeout)
        return np.where(measured == 0, self._initial[hosts], wanted) / 1000

    def timeout_of(self, host: int) -> float:
        """How long an answer of this host is waited for, in seconds."""
        return float(self.timeouts(np.array([host]))[0])

    @property
    def timeout(self) -> float:
        """The longest time-out of the hosts that answered, in seconds; the initial one where none has."""
        answered = np.flatnonzero(self.srtt)
        return float(self.timeouts(answered).max()) if len(answered) else float(self._initial.max()) / 1000
