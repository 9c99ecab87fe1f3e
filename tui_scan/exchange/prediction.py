"""What a probe can be answered with, as a technique's rules have it: the answers that a person may predict."""

from dataclasses import dataclass, field

from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.icmp import ERRORS
from tui_scan.language import translate
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.verdict import Verdict

MOST = 9
"""Predictions that can be told apart by one digit: no technique has more."""

Outcome = tuple[PortState, Reason]


@dataclass(frozen=True, slots=True)
class Prediction:
    """An answer in brief, as a message id, and the state that it means; ``outcomes`` are the verdicts that prove it."""

    answer: str
    state: PortState
    outcomes: frozenset[Outcome] = field(repr=False)

    @property
    def text(self) -> str:
        """``SYN-ACK: open``, in the language that is spoken."""
        return translate("{answer}: {state}", answer=translate(self.answer), state=translate(self.state.label))

    def holds(self, verdict: Verdict) -> bool:
        """Whether the verdict is one of those that were predicted."""
        return (verdict.state, verdict.reason) in self.outcomes


def predictions(technique: Technique, family: int) -> tuple[Prediction, ...]:
    """The answers that a probe of the technique can get from an address of the family (4 or 6), silence last.

    Every rule is in just one of them: those that are the same in brief and mean the same are one. Other flags and wrong
    checksums change what an answer means, not which there are.
    """
    table = registry.rules(technique)
    foreign = ICMP_REASONS - {error.reason for error in ERRORS if error.family == family}
    groups: dict[tuple[str, PortState], set[Outcome]] = {}
    for rule in (*table.rules, table.silence):
        if rule.reason not in foreign:
            groups.setdefault((rule.brief or rule.answer, rule.state), set()).add((rule.state, rule.reason))
    return tuple(Prediction(answer, state, frozenset(outcomes)) for (answer, state), outcomes in groups.items())
