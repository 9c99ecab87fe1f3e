"""Which probes a round sends: everything once, then what stayed silent, last what a limited host could not answer."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from tui_scan.engine.common_ports import common_columns
from tui_scan.engine.loops.results import Results
from tui_scan.engine.mixing import shuffled
from tui_scan.engine.order import first_round, those
from tui_scan.engine.passed_over import CROWD
from tui_scan.engine.probes import TRIES
from tui_scan.engine.retries import Retries
from tui_scan.engine.scan import Scan
from tui_scan.language import Sentence
from tui_scan.model.states import PortState

if TYPE_CHECKING:
    from tui_scan.engine.loops.scouts import Scouts

Cells = npt.NDArray[np.int64]
KEEP = 0.9
"""The share of a limited host's own pace at which its silent ports are tried again."""

CHEAP, MUTE_ROUNDS = 2.0, 3
"""Seconds that a further round at that pace may take after one without an answer, and how many in a row are enough."""

LIMIT_NOTE = "a host answers about {rate:.0f} probes a second: its limit is obeyed"
"""What the person is told meanwhile."""


SURE_RATE = 2_500.0
"""Probes a second that are taken to do no harm anywhere: 1.3 Mbit/s of SYNs."""
SURE_NOTE = "nothing answers, so nothing tells what is too fast: asked once more, slowly"
LAST_NOTE = "answers are lost on the way: what is silent is asked a last time, slowly"


CUT_SHORT = "{ports:,} ports were still in doubt when the waiting ended, and their state is a guess (limited)."


def in_doubt(address: str, ports: int) -> Sentence:
    """What is noted of a limited host that was not waited for."""
    return Sentence(
        "{address} limits its answers: {ports} ports were still in doubt when the waiting ended, and their state is "
        "a guess (limited).",
        address=address,
        ports=ports,
    )


class Round(NamedTuple):
    """``size`` cells in chunks, all for try number ``tries``; ``rate`` (probes a second) where one is obeyed.

    ``note`` tells what a limit holds the scan up for. The round begins when nothing has been sent for ``rest`` seconds,
    in which answers still come. The first ``early`` cells are ports that answer in another share than the rest, which
    are in random order. ``expected`` are the seconds that are left of this round and those that follow for its reason.
    """

    chunks: Iterator[Cells]
    size: int
    tries: int
    rate: float | None = None
    note: str = ""
    early: int = 0
    rest: float = 0.0
    expected: float | None = None


class Rounds:
    """Plans the rounds over ``columns`` of some ``hosts`` of a scan; sans I/O.

    Cells that have a verdict already, from an earlier run, are not asked.

    Hosts that answer no faster than a limit are left out of the quick rounds as soon as that shows, so that
    they do not hold up the others, and are asked at their own pace at the end, until rounds at that pace
    bring nothing new or nobody waits for them any longer: ``guessed`` are the cells then left, or all that are silent
    where nobody waits for a round that is slow for the sake of certainty.
    """

    def __init__(self, scan: Scan, hosts: Cells, columns: Cells, retries: Retries, results: Results, key: int) -> None:
        self._scan, self._columns, self._retries, self._results = scan, columns, retries, results
        self.hosts = hosts
        self._mine = np.zeros(scan.hosts.count, np.bool_)
        self._mine[hosts] = True
        self._key = key if scan.request.randomize else None
        self._tries = 0
        self._limited = np.zeros(scan.hosts.count, np.bool_)
        self._pace = np.zeros(scan.hosts.count)
        self._slow = scan.settling = False
        self._mute = 0
        self._careful = False
        self._scouts: Scouts | None = None
        self._scouting: Iterator[Round] | None = None
        self.guessed: Cells = np.empty(0, np.int64)

    def first(self) -> Round:
        """Every cell of every host that can be reached, once."""
        self._tries = 1
        alive = self.hosts[~self._results.dead[self.hosts]]
        common = common_columns(self._scan.columns)
        self._scouts = self._provide_scouts(alive, common[self._columns])
        chunks = first_round(alive, self._columns, len(common), self._key, common)
        untried = self._untried(alive)
        early = 0 if self._key is None else int(np.count_nonzero(untried[:, common[self._columns]]))
        size = int(np.count_nonzero(untried))
        if size < untried.size:
            chunks = those(chunks, self._scan.ledger.state == PortState.UNTRIED)
        return Round(chunks, size, 1, early=early)

    def next(self, seconds: float, most_tries: int = TRIES) -> Round | None:
        """What to send after a round that took ``seconds``; None where nothing is left to ask."""
        if self._tries == 1 and self._scouts is not None:
            self._scouting = self._scouting or self._scouts.rounds(self._results.dead, seconds, self._retries.may(2))
            if (planned := next(self._scouting, None)) is not None:
                return planned
        if self._careful and self._scan.settling:
            self._cut_short()
            return None
        if self._tries > 1:
            fresh = self._retries.limited() & self._mine if not self._slow else self._limited
            answers = self._retries.round_answers
            self._limited |= fresh
            # When few ports are left to answer, a round's answers say little of what the limit would let through.
            least = self._pace / 2 if self._slow else 0.0
            self._pace = np.where(fresh & (answers > 0), np.maximum(answers / max(seconds, 1e-3), least), self._pace)
        told = bool(self._retries.round_answers[self._limited].any())
        self._mute = 0 if told else self._mute + 1
        self._retries.new_round()
        if self._tries == 1 and not self._retries.heard(self.hosts):
            return self._unhurried()
        most = min(TRIES, most_tries + self._retries.discounted)
        waiting = self._ready(self._retries.again(self._tries) & ~self._limited & (self._tries < most))
        waiting = self._not_scouted(waiting)
        rate = None
        if not len(waiting):
            if self._scan.settling:
                self._give_up_waiting()
            if self._scan.settling:
                return None
            waiting = self._ready(self._limited & (self._tries < TRIES))
            rate = KEEP * float(self._pace[self._limited].sum())
            if self._slow and not told and (self._mute >= MUTE_ROUNDS or len(waiting) > CHEAP * rate):
                return None
            self._slow, self._mute = True, self._mute if self._slow else 0
        if not len(waiting):
            return None
        self._tries += 1
        if self._key is not None:
            waiting = shuffled(waiting, self._key + self._tries)
        note = "" if rate is None else Sentence(LIMIT_NOTE, rate=rate)
        if rate is None and self._is_last(most) and self._retries.lossy[self.hosts].any():
            rate, note, self._careful = SURE_RATE, LAST_NOTE, True
        return Round(iter([waiting]), len(waiting), self._tries, rate, note)

    def _provide_scouts(self, hosts: Cells, common: npt.NDArray[np.bool_]) -> "Scouts | None":
        """Where hosts are taken for up that nobody has found: who looks whether a router passed some over."""
        if not self._scan.request.discovery.skip or len(hosts) <= CROWD:
            return None
        from tui_scan.engine.loops.scouts import Scouts

        order = hosts if self._key is None else shuffled(hosts, self._key)
        columns = np.concatenate([self._columns[common], self._columns[~common]])
        return Scouts(self._scan, order, columns, fresh=not self._scan.tally.sent)

    def _not_scouted(self, cells: Cells) -> Cells:
        """Those cells of the second round that no scout went to."""
        scouts = self._scouts if self._tries == 1 else None
        return cells if scouts is None else cells[~np.isin(cells, scouts.cells)]

    def _is_last(self, most: int) -> bool:
        """Whether no silent port gets a try after the one that is planned."""
        return self._tries >= most or not self._retries.may(self._tries + 1)

    def _unhurried(self) -> Round | None:
        """Not one answer came, so nothing tells what the first round's rate did: once more, slowly."""
        waiting = self._not_scouted(self.untried())
        if not len(waiting) or not self._retries.may(2):
            return None
        self._tries, self._careful = 2, True
        if self._key is not None:
            waiting = shuffled(waiting, self._key + 2)
        return Round(iter([waiting]), len(waiting), 2, SURE_RATE, SURE_NOTE)

    def _give_up_waiting(self) -> None:
        """Nobody waits for limited hosts any longer: say which verdicts are guesses."""
        self.guessed = self._ready(self._limited)
        for host in np.flatnonzero(self._limited).tolist():
            count = int(np.count_nonzero(self.guessed // self._scan.ledger.columns == host))
            if count:
                self._scan.notes.append(in_doubt(self._scan.hosts.address(host), count))

    def _cut_short(self) -> None:
        """Nobody waits for the end of a slow round: the silence so far is a guess."""
        self.guessed = self.untried()
        self._scan.notes.append(Sentence(CUT_SHORT, ports=len(self.guessed)))

    def untried(self) -> Cells:
        """The cells without a verdict, of hosts that still get probes."""
        return self._ready(np.ones(self._scan.hosts.count, np.bool_))

    def _ready(self, asked: npt.NDArray[np.bool_]) -> Cells:
        """The cells without a verdict, of those of the hosts that are ``asked`` (bool by host) and still get probes."""
        hosts = self.hosts[(asked & ~self._results.dead)[self.hosts]]
        at, columns = np.nonzero(self._untried(hosts))
        return self._results.askable(hosts[at] * self._scan.ledger.columns + self._columns[columns])

    def _untried(self, hosts: Cells) -> npt.NDArray[np.bool_]:
        """Which cells have no verdict, of shape (hosts, columns of this technique)."""
        ledger = self._scan.ledger
        rows = ledger.state.reshape(ledger.hosts, ledger.columns)[hosts]
        untried: npt.NDArray[np.bool_] = rows[:, self._columns] == PortState.UNTRIED
        return untried
