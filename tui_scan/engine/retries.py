"""How many tries a silent port deserves, and which hosts answer no faster than a limit, told from their answers."""

import numpy as np
import numpy.typing as npt

MISSED = 0.01
"""Try again while more than this many answering ports of a host are expected among its silent ones."""
MISSED_WHERE_LOST = 0.0001
"""The same where answers were seen to get lost: there the few silent ports are worth a round more."""
LIMIT_ANSWERS = 8
LIMIT_SHARE = 0.35
"""A host has a limit when a round of retries brings so many answers, and this share of the round before it: what
random loss leaves to a retry is a small share of what came at once, what a limit leaves depends on time alone."""

Hosts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Retries:
    """Counts answers by host, by round and by whether they needed a retry.

    A silent port gets a second try always. After ``t`` tries a port that answers stays silent with
    probability p^t, where p is the share of answers lost, estimated from those that came to a retry; the
    host's silent ports are tried again while that leaves more than ``MISSED`` expected.
    """

    def __init__(self, hosts: int, max_retries: int) -> None:
        self._first = np.zeros(hosts, np.int64)
        self._later = np.zeros(hosts, np.int64)
        self._round = np.zeros(hosts, np.int64)
        self._before = np.zeros(hosts, np.int64)
        self._most = max_retries + 1
        self.discounted = 0
        self._odd_rounds = 0

    def answered(self, hosts: Hosts, tries: npt.NDArray[np.integer]) -> None:
        """Count answers: the host of each and the try (from 1) that brought it."""
        late = tries > 1
        np.add.at(self._first, hosts[~late], 1)
        np.add.at(self._later, hosts[late], 1)
        np.add.at(self._round, hosts, 1)

    def sampled(self, host: int, heard: int, missed: int) -> None:
        """Count probes of one host that should have been answered: so many were, so many were not."""
        self._first[host] += heard
        self._later[host] += missed

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

    @property
    def round_answers(self) -> Hosts:
        """By host: the answers of the running round."""
        return self._round

    def limited(self) -> Mask:
        """By host: did the running round, one of retries, bring as many answers as a limit lets through?"""
        some = (self._round >= LIMIT_ANSWERS) & (not self._odd_rounds)
        limited: Mask = some & (self._round >= LIMIT_SHARE * self._before)
        return limited

    def loss(self) -> npt.NDArray[np.float64]:
        """The estimated share of lost probes or answers a host, with one half of an answer as prior."""
        lost: npt.NDArray[np.float64] = (self._later + 0.5) / (self._first + self._later + 1.0)
        return lost

    def again(self, tries: int) -> Mask:
        """By host: do its silent ports get another try after ``tries`` tries?"""
        tries -= self.discounted
        if tries >= self._most:
            return np.zeros(len(self._first), np.bool_)
        if tries < 2:
            return np.ones(len(self._first), np.bool_)
        stays = self.loss() ** tries
        missed = (self._first + self._later) * stays / (1.0 - stays)
        return missed > np.where(self._later > 0, MISSED_WHERE_LOST, MISSED)
