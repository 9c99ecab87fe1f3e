"""A technique as data: the table from answer to verdict, with the sentences that explain each case."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique

NO_VALUES: Mapping[str, str] = MappingProxyType({})


class Rule(NamedTuple):
    """One case: ``answer`` as a person would say it, the verdict, why it means that, and the source.

    ``brief`` is the answer in a word or two, where it is told beside others. ``unproven`` is what the case leaves
    open, "" where that is what its state always leaves open. ``values`` fill the ``{name}`` places of ``meaning``.
    """

    answer: str
    state: PortState
    reason: Reason
    meaning: str
    source: str
    brief: str = ""
    unproven: str = ""
    values: Mapping[str, str] = NO_VALUES


class RuleTable(NamedTuple):
    """All cases of one technique; ``silence`` is the case of no answer. ``values`` fill the places of ``sends``."""

    technique: Technique
    sends: str
    rules: tuple[Rule, ...]
    silence: Rule
    values: Mapping[str, str] = NO_VALUES

    def explain(self, state: PortState, reason: Reason) -> Rule | None:
        """The rule that gives this verdict; None where the technique never does."""
        for rule in self.cases:
            if (rule.state, rule.reason) == (state, reason):
                return rule
        return None

    @property
    def cases(self) -> Iterator[Rule]:
        """All rules, those of silence and of the guess at the end."""
        yield from self.rules
        yield self.silence
        if not TECHNIQUES[self.technique].third_party:  # nobody waits for the limits of what they see
            yield self.limited

    def others(self, state: PortState) -> dict[PortState, list[str]]:
        """By each state but this one, the answers that give it, in brief."""
        found: dict[PortState, list[str]] = {}
        for rule in (*self.rules, self.silence):
            answers = found.setdefault(rule.state, [])
            brief = rule.brief or rule.answer
            if brief not in answers:
                answers.append(brief)
        found.pop(state, None)
        return found

    @property
    def limited(self) -> Rule:
        """The guess where a limited host was not waited for: the state of silence, which it need not be."""
        return Rule(
            "none yet, and the waiting for it was cut short",
            self.silence.state,
            Reason.LIMITED,
            "The host sends only so many answers a second, and the waiting ended before the turn of this one: the "
            "state is a guess.",
            "RFC 1812 §4.3.2.8",
            "no answer yet, where the waiting for a host that limits its answers was cut short,",
            "It does not prove that state: in truth it may be closed.",
        )


SILENCE = "nothing came before the time-out"
"""The answer that silence is."""
OPEN_FILTERED_UNPROVEN = "It does not prove that the port is open: an open port, a filter and a loss look the same."
"""What the silence of a port leaves open that would be silent where it listens."""

TCP_SILENCE = Rule(
    SILENCE,
    PortState.FILTERED,
    Reason.NO_RESPONSE,
    "A host that is there would answer: so a firewall drops the SYNs, or packets were lost, or the host is too busy.",
    "RFC 9293 §3.10.7.1 and §3.10.7.2",
    "silence",
    "It does not prove a firewall, nor that nothing listens on the port.",
)
"""What silence means where a SYN was sent, whoever sent it."""
