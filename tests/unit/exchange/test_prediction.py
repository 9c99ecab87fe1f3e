"""What can be predicted of a probe is what its technique's rules know, each case once, for every technique."""

import pytest

from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.bad_sums import with_bad_sums
from tui_scan.engine.techniques.icmp import ERRORS
from tui_scan.engine.techniques.other_flags import with_other_flags
from tui_scan.exchange.prediction import MOST, predictions
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.verdict import Verdict


def verdict(state: PortState, reason: Reason) -> Verdict:
    return Verdict("10.77.0.2", Protocol.TCP, 22, state, reason, 1, None, None, None)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("technique", Technique)
def test_every_case_of_a_technique_is_one_prediction(technique: Technique, family: int) -> None:
    choices = predictions(technique, family)
    assert 2 <= len(choices) <= MOST
    table = registry.rules(technique)
    possible = {error.reason for error in ERRORS if error.family == family} | set(Reason) - ICMP_REASONS
    cases = {(rule.state, rule.reason) for rule in (*table.rules, table.silence) if rule.reason in possible}
    for state, reason in cases:
        (held,) = [choice for choice in choices if choice.holds(verdict(state, reason))]
        assert held.state is state
    assert set().union(*(choice.outcomes for choice in choices)) == cases
    assert len({choice.text for choice in choices}) == len(choices), "two that read alike cannot be told apart"
    assert choices[-1].outcomes >= {(table.silence.state, table.silence.reason)}


def test_a_guess_for_want_of_waiting_holds_no_prediction() -> None:
    for technique in TECHNIQUES:
        limited = registry.rules(technique).limited
        assert not any(choice.holds(verdict(limited.state, limited.reason)) for choice in predictions(technique, 4))


def test_other_flags_and_wrong_sums_change_no_answer() -> None:
    """So that predictions need not know of them."""
    for technique in TECHNIQUES:
        table = registry.rules(technique)
        for other in (with_other_flags(table, 0x29), with_bad_sums(table)):
            known = [(rule.brief, rule.answer, rule.state, rule.reason) for rule in (*table.rules, table.silence)]
            assert known == [
                (rule.brief, rule.answer, rule.state, rule.reason) for rule in (*other.rules, other.silence)
            ]
