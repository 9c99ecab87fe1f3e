"""What a probe can be answered with, as a technique's rules have it: the answers that a person may predict."""

from dataclasses import dataclass, field

from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.bad_sums import with_bad_sums
from tui_scan.engine.techniques.icmp import ERRORS
from tui_scan.engine.techniques.other_flags import with_other_flags
from tui_scan.engine.techniques.rules import Rule
from tui_scan.language import translate
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique
from tui_scan.model.verdict import Verdict

ICMP_ERROR = "an ICMP error in place of the answer"
MOST = 9
"""Predictions that can be told apart by one digit: no technique has more."""

Outcome = tuple[PortState, Reason]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Answers that mean the same state; ``outcomes`` are the verdicts by which it holds.

    ``answers`` are texts of the rules, as message ids.
    """

    answers: tuple[str, ...]
    state: PortState
    outcomes: frozenset[Outcome] = field(repr=False)

    @property
    def text(self) -> str:
        """``SYN,ACK: open``, in the language that is spoken."""
        return f"{'; '.join(map(translate, self.answers))}: {self.state.label}"

    def holds(self, verdict: Verdict) -> bool:
        """Whether the verdict is one of those that were predicted."""
        return (verdict.state, verdict.reason) in self.outcomes


def predictions(
    technique: Technique, family: int, flags: int | None = None, *, bad_sums: bool = False
) -> tuple[Prediction, ...]:
    """The answers that a probe of the technique can get from an address of the family (4 or 6), silence last.

    Every rule is in just one of them; all ICMP errors that a filter sends are one. ``flags`` are those of --scanflags,
    ``bad_sums`` says that the probes' checksums are wrong.
    """
    table = with_other_flags(registry.rules(technique), flags)
    table = with_bad_sums(table) if bad_sums else table
    foreign = ICMP_REASONS - {error.reason for error in ERRORS if error.family == family}
    groups: dict[tuple[str, PortState], set[Outcome]] = {}
    for rule in table.rules:
        if rule.reason not in foreign:
            groups.setdefault((_group(rule), rule.state), set()).add((rule.state, rule.reason))
    silence = table.silence
    found = [Prediction((answer,), state, frozenset(outcomes)) for (answer, state), outcomes in groups.items()]
    last = Prediction((silence.answer,), silence.state, frozenset({(silence.state, silence.reason)}))
    return (*_apart(found), last)


def _group(rule: Rule) -> str:
    """What the rule's answer is called; a filter's ICMP errors differ in what they say, and mean the same."""
    filters = rule.state is PortState.FILTERED and rule.reason in ICMP_REASONS
    return ICMP_ERROR if filters else rule.answer


def _apart(found: list[Prediction]) -> list[Prediction]:
    """Those that no verdict tells apart as one, the others as they are; ICMP errors stand at the end."""
    merged: list[Prediction] = []
    for one in found:
        twin = next((other for other in merged if other.outcomes & one.outcomes), None)
        if twin is None:
            merged.append(one)
        else:
            both = Prediction((*twin.answers, *one.answers), one.state, twin.outcomes | one.outcomes)
            merged[merged.index(twin)] = both
    return sorted(merged, key=lambda one: one.answers == (ICMP_ERROR,))
