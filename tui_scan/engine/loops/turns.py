"""Group after group of hosts through the rounds of one technique."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tui_scan.engine.groups import host_groups
from tui_scan.engine.loops.results import Results
from tui_scan.engine.loops.rounds import Rounds
from tui_scan.engine.retries import Retries
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques.rules import RuleTable
from tui_scan.model.techniques import TECHNIQUES, Protocol


def take_turns(
    scan: Scan,
    rules: RuleTable,
    key: int,
    retries: Retries,
    results: Results,
    work: Callable[[Rounds, npt.NDArray[np.int64]], None],
) -> None:
    """Have ``work`` carry out the rounds over this technique's columns, for each group; then silence is a verdict."""
    columns = scan.columns.of(rules.technique)
    if TECHNIQUES[rules.technique].protocol is not Protocol.UDP:  # a program may take longer to answer than a kernel
        results.expect_found()
    for hosts in host_groups(scan):
        with results.working(hosts):
            rounds = Rounds(scan, hosts, columns, retries, results, key)
            work(rounds, columns)
            results.settle(rounds.guessed, rules.limited.state, rules.limited.reason)
            results.settle(rounds.untried(), rules.silence.state, rules.silence.reason)
