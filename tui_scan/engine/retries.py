"""How many tries a silent port deserves, and which hosts answer no faster than a limit, told from their answers."""

import numpy as np
import numpy.typing as npt

MISSED = 0.01
"""Try again while more than this many answering ports of a host are expected among its silent ones."""
MISSED_WHERE_LOST = 0.0001
"""The same where answers were seen to get lost, or so few came that this could not be seen."""
LOSSY = 0.1
"""The share of swallowed canaries that is much."""
LIMIT_ANSWERS = 8
LIMIT_ANSWERS_WATCHED = 64
"""The same where canaries had the rate cut: what was swallowed before answers then, and no limit is behind it."""
LIMIT_SHARE = 0.35
"""A host has a limit when a round of retries brings so many answers, and this share of the round before it: what
random loss leaves to a retry is a small share of what came at once, what a limit leaves depends on time alone."""

Hosts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Retries:
    """Counts answers by host, by round and by whether they needed a retry.

    A silent port gets a second try always. After ``t`` tries a port that answers stays silent with
    probability p^t, where p is the share of answers lost, estimated from those that came to a retry; the
    host's silent ports are tried again while that leaves more than ``MISSED`` expected. Where canaries went with
    the probes, each later round has the p that they tell, and nothing is held of the first, in most of which
    there were none yet. ``lossy`` (bool by host) says where they told of much loss in the round before.
    """

    def __init__(self, hosts: int, max_retries: int) -> None:
        self._first = np.zeros(hosts, np.int64)
        self._later = np.zeros(hosts, np.int64)
        self._asked = np.zeros(hosts, np.int64)
        self._lost = np.zeros(hosts, np.int64)
        self._canaries = np.zeros(hosts, np.int64)
        self._swallowed = np.zeros(hosts, np.int64)
        self._watched = np.zeros(hosts, np.bool_)
        self._stays = np.ones(hosts)
        self.lossy = np.zeros(hosts, np.bool_)
        self._round = np.zeros(hosts, np.int64)
        self._before = np.zeros(hosts, np.int64)
        self._most = max_retries + 1
        self.discounted = 0
        self._odd_rounds = 0
        self._retrying = False

    def answered(self, hosts: Hosts, tries: npt.NDArray[np.integer]) -> None:
        """Count answers: the host of each and the try (from 1) that brought it."""
        late = tries > 1
        np.add.at(self._first, hosts[~late], 1)
        np.add.at(self._later, hosts[late], 1)
        np.add.at(self._round, hosts, 1)

    def sampled(self, host: int, heard: int, missed: int) -> None:
        """Count probes of one host that should have been answered: so many were, so many were not."""
        self._asked[host] += heard + missed
        self._lost[host] += missed

    def told(self, hosts: Hosts, heard: Mask) -> None:
        """Count canaries of some hosts, and which of them were answered."""
        np.add.at(self._canaries, hosts, 1)
        np.add.at(self._swallowed, hosts[~heard], 1)
        self._watched[hosts] = True

    def discount(self) -> None:
        """A round in which this machine's own link was away does not count among the tries.

        Neither its answers nor those of the next one, which makes up for it, tell of a limit.
        """
        self.discounted += 1
        self._odd_rounds = 2

    def new_round(self) -> None:
        """A round is over: the next answers are another one's."""
        self._before, self._round = self._round, np.zeros_like(self._round)
        self._odd_rounds = max(0, self._odd_rounds - 1)
        if self._retrying:
            told = self._canaries > 0
            self._stays[told] *= (self._swallowed[told] + 0.5) / (self._canaries[told] + 1.0)
        self.lossy = self._swallowed > LOSSY * self._canaries
        self._retrying = True
        self._canaries[:] = self._swallowed[:] = 0

    @property
    def round_answers(self) -> Hosts:
        """By host: the answers of the running round."""
        return self._round

    def limited(self) -> Mask:
        """By host: did the running round, one of retries, bring as many answers as a limit lets through?"""
        enough = np.where(self._watched, LIMIT_ANSWERS_WATCHED, LIMIT_ANSWERS)
        some = (self._round >= enough) & (not self._odd_rounds)
        limited: Mask = some & (self._round >= LIMIT_SHARE * self._before)
        return limited

    def loss(self) -> npt.NDArray[np.float64]:
        """The estimated share of lost probes or answers a host, with one half of an answer as prior."""
        later, asked = self._later + self._lost, self._asked + self._first + self._later
        lost: npt.NDArray[np.float64] = (later + 0.5) / (asked + 1.0)
        return lost

    def heard(self, hosts: Hosts) -> bool:
        """Whether any of these hosts has answered a probe of this technique."""
        return bool((self._first + self._later)[hosts].any())

    def may(self, tries: int) -> bool:
        """Whether --max-retries allows for this try."""
        return tries - self.discounted <= self._most

    def again(self, tries: int) -> Mask:
        """By host: do its silent ports get another try after ``tries`` tries?"""
        tries -= self.discounted
        if tries >= self._most:
            return np.zeros(len(self._first), np.bool_)
        if tries < 2:
            return np.ones(len(self._first), np.bool_)
        stays = np.where(self._watched, np.minimum(self._stays, 0.99), self.loss() ** tries)
        missed = (self._first + self._later) * stays / (1.0 - stays)
        return missed > np.where(self._watched | (self._later + self._lost > 0), MISSED_WHERE_LOST, MISSED)
