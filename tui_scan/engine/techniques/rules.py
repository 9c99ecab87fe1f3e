"""A technique as data: the table from answer to verdict, with the sentence that explains each case."""

from typing import NamedTuple

from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique


class Rule(NamedTuple):
    """One case: ``answer`` as a person would say it, the verdict, why it means that, and the source."""

    answer: str
    state: PortState
    reason: Reason
    meaning: str
    source: str


class RuleTable(NamedTuple):
    """All cases of one technique; ``silence`` is the case of no answer."""

    technique: Technique
    sends: str
    rules: tuple[Rule, ...]
    silence: Rule

    def explain(self, state: PortState, reason: Reason) -> Rule | None:
        """The rule that gives this verdict; None where the technique never does."""
        for rule in (*self.rules, self.silence, self.limited):
            if (rule.state, rule.reason) == (state, reason):
                return rule
        return None

    @property
    def limited(self) -> Rule:
        """The guess where a limited host was not waited for: the state of silence, which it need not be."""
        return Rule(
            "none yet, and it was not waited for",
            self.silence.state,
            Reason.LIMITED,
            "The host answers only so many probes a second, and the waiting was ended before the turn of this one. "
            "The state is a guess, which may be closed in truth.",
            "RFC 1812 §4.3.2.8",
        )


TCP_SILENCE = Rule(
    "nothing came before the time-out",
    PortState.FILTERED,
    Reason.NO_RESPONSE,
    "No answer to any SYN: a firewall drops the packets silently, or they or their answers were lost. "
    "Silence does not prove that nothing listens.",
    "RFC 9293 §3.10.7.1 (a host that is there answers)",
)
"""What silence means where a SYN was sent, whoever sent it."""
