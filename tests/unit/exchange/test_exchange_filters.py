"""The rules of filters as a table: each can decide, the last fits all, and nothing is named without its evidence."""

from collections.abc import Iterator
from itertools import chain, combinations, product

import pytest

from tui_scan.engine.matrix import TYPES
from tui_scan.exchange.filter_rules import DATAGRAMS, HOST_MEANINGS, RULES
from tui_scan.exchange.filters import Answer, Cells, Fact, FilterRule, Kind, answer_of, facts_of
from tui_scan.exchange.matrix import HostFinding, PortFinding, deciding_rule
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.verdict import Verdict

Answers = dict[Technique, Answer]
FACTS = [frozenset(some) for some in chain.from_iterable(combinations(Fact, n) for n in range(len(Fact) + 1))]
ALL = frozenset(Fact)
TCP = tuple(technique for technique in TYPES if technique is not Technique.UDP)
OPENED = {**dict.fromkeys(TYPES, Answer.RESET), Technique.SYN: Answer.ACCEPTED, Technique.CONNECT: Answer.ACCEPTED}


def patterns() -> Iterator[Answers]:
    """Rows of answers in which types that send alike are answered alike."""
    usual = (Answer.ACCEPTED, Answer.RESET, Answer.SILENCE, Answer.FORBIDDEN, Answer.NO_WAY, Answer.MISSING)
    strays = (Answer.RESET, Answer.RESET_WITH_WINDOW, Answer.SILENCE)
    datagrams = (Answer.UNREACHED, Answer.SILENCE, Answer.FORBIDDEN)
    for opening, stray, fin, odd, maimon, udp in product(
        usual, strays, (Answer.RESET, Answer.SILENCE), (Answer.RESET, Answer.SILENCE), strays, datagrams
    ):
        row = dict.fromkeys(TYPES, odd)
        row |= {Technique.SYN: opening, Technique.CONNECT: opening, Technique.FIN: fin, Technique.WINDOW: stray}
        row[Technique.ACK] = Answer.SILENCE if stray is Answer.SILENCE else Answer.RESET
        row |= {Technique.MAIMON: maimon, Technique.UDP: udp}
        yield row


def decided(row: Answers, facts: frozenset[Fact] = ALL) -> FilterRule:
    """The first rule that fits."""
    return next(rule for rule in RULES if rule.fits(row, facts))


def verdict(state: PortState, reason: Reason, sender: str | None = None) -> Verdict:
    return Verdict("10.0.0.1", TECHNIQUES[Technique.SYN].protocol, 22, state, reason, 1, None, None, sender)


def test_every_rule_decides_some_row_and_the_last_fits_all() -> None:
    deciding = {id(decided(row, facts)) for row in patterns() for facts in FACTS}
    assert [rule.meaning for rule in RULES if id(rule) not in deciding] == []
    assert RULES[-1] == FilterRule(Kind.UNPROVEN, RULES[-1].meaning, RULES[-1].unproven, "")


def test_every_rule_speaks_in_sentences_and_names_its_source() -> None:
    for rule in RULES:
        assert rule.meaning.endswith(".") and rule.unproven.endswith("."), rule
        assert rule.source or rule.kind is Kind.UNPROVEN, rule
    assert len({rule.meaning for rule in RULES}) == len(RULES)
    assert set(HOST_MEANINGS) == set(Kind)
    assert all(text.endswith(".") for text in (*DATAGRAMS.values(), *HOST_MEANINGS.values()))


@pytest.mark.parametrize("technique", TYPES)
def test_without_one_type_no_kind_is_named(technique: Technique) -> None:
    for row in patterns():
        row[technique] = Answer.MISSING
        for facts in FACTS:
            assert decided(row, facts).kind is Kind.UNPROVEN


def test_a_kind_needs_its_evidence() -> None:
    for row, facts in product(patterns(), FACTS):
        kind = decided(row, facts).kind
        accepted = row[Technique.SYN] is Answer.ACCEPTED
        if kind is Kind.NONE:
            assert accepted and Answer.RESET is row[Technique.MAIMON] and row[Technique.ACK] is Answer.RESET
        if kind is Kind.STATELESS:
            assert row[Technique.SYN] is Answer.SILENCE and row[Technique.ACK] is Answer.RESET
        if kind is Kind.STRICT:
            assert accepted and row[Technique.ACK] is row[Technique.MAIMON] is Answer.SILENCE
        if kind is Kind.STATEFUL:
            assert Answer.SILENCE in (row[Technique.ACK], row[Technique.MAIMON])
        if kind is Kind.DROP:
            assert {row[t] for t in TCP} == {Answer.SILENCE} and facts >= {Fact.ALIVE, Fact.FREE_ICMP}
        if kind is Kind.REJECT:
            assert {Answer.FORBIDDEN, Answer.NO_WAY} & set(row.values())


def test_answers_that_contradict_each_other_prove_nothing() -> None:
    odd_ones = {Technique.CONNECT: Answer.SILENCE, Technique.WINDOW: Answer.SILENCE, Technique.SYN: Answer.RESET}
    for technique, answer in odd_ones.items():
        assert decided(OPENED | {technique: answer}).kind is Kind.UNPROVEN
    assert decided(OPENED).kind is Kind.NONE


def test_every_reason_has_an_answer() -> None:
    filtered = {reason: answer_of(Technique.SYN, verdict(PortState.FILTERED, reason)) for reason in ICMP_REASONS}
    assert set(filtered.values()) == {Answer.FORBIDDEN, Answer.NO_WAY}
    assert filtered[Reason.ADMIN_PROHIBITED] is Answer.FORBIDDEN and filtered[Reason.HOST_UNREACH] is Answer.NO_WAY
    assert answer_of(Technique.UDP, verdict(PortState.CLOSED, Reason.PORT_UNREACH)) is Answer.UNREACHED
    assert answer_of(Technique.UDP, verdict(PortState.FILTERED, Reason.PORT_UNREACH, "10.0.0.9")) is Answer.FORBIDDEN
    assert answer_of(Technique.UDP, verdict(PortState.OPEN_FILTERED, Reason.LIMITED)) is Answer.MISSING
    assert answer_of(Technique.WINDOW, verdict(PortState.OPEN, Reason.RESET)) is Answer.RESET_WITH_WINDOW
    assert answer_of(Technique.SYN, None) is Answer.MISSING


def test_a_router_is_no_sign_of_the_host() -> None:
    silent = dict.fromkeys(TYPES, verdict(PortState.FILTERED, Reason.NO_RESPONSE))
    routed = silent | {Technique.SYN: verdict(PortState.FILTERED, Reason.HOST_UNREACH, "10.0.0.9")}
    own = silent | {Technique.UDP: verdict(PortState.CLOSED, Reason.PORT_UNREACH)}
    assert facts_of([silent], False) == {Fact.FREE_ICMP}
    assert Fact.ALIVE not in facts_of([routed], False) and Fact.ALIVE in facts_of([silent], True)
    assert facts_of([own], False) == {Fact.ALIVE, Fact.FREE_ICMP}
    assert deciding_rule(routed, facts_of([routed], False)).kind is Kind.UNPROVEN
    assert deciding_rule(silent, facts_of([own, silent], False)).kind is Kind.DROP


def test_a_hosts_kind_is_the_most_telling_of_its_ports() -> None:
    row = dict.fromkeys(TYPES, verdict(PortState.CLOSED, Reason.RESET))
    rules = {rule.kind: rule for rule in RULES}

    def host(*kinds: Kind) -> HostFinding:
        return HostFinding(0, "10.0.0.1", "", tuple(PortFinding(n, row, rules[kind]) for n, kind in enumerate(kinds)))

    assert host(Kind.NONE, Kind.DROP, Kind.STATEFUL).kind is Kind.STATEFUL
    assert host(Kind.DROP, Kind.STRICT).explanation.endswith("By port: strict on 1; DROP on 0.")
    assert "different ways" in host(Kind.STATELESS, Kind.STRICT).explanation
    assert host(Kind.NONE, Kind.NONE_OR_REJECT).kind is Kind.NONE_OR_REJECT
    assert host(Kind.NONE, Kind.UNPROVEN).kind is Kind.UNPROVEN
    assert host(Kind.NONE).kind is Kind.NONE


def test_cells_tell_which_types_answered_so() -> None:
    cells = Cells((Technique.SYN, Technique.ACK), (Answer.RESET,))
    row = {Technique.SYN: Answer.RESET, Technique.ACK: Answer.SILENCE}
    assert not cells.every(row) and cells.among(row) == (Technique.SYN,)
