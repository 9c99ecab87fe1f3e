"""The table of classes: every combination has a row, every row and every class is reached, and the facts hold."""

from itertools import product
from string import Formatter

import pytest

from tui_scan.compare.answers import Answer, answer_of
from tui_scan.compare.classes import CLASS_MEANINGS, PortClass
from tui_scan.compare.rules import PROXIES, RULES, Rule, is_proxy, rule_of
from tui_scan.compare.standing import Standing
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol
from tui_scan.model.verdict import Verdict

CASES = list(product(Standing, Answer, (Protocol.TCP, Protocol.UDP), (False, True), (False, True)))


def test_every_combination_has_a_row() -> None:
    for case in CASES:
        standing, answer = case[:2]
        nobody_there = standing.apart or standing is Standing.NOBODY
        assert (rule_of(*case).class_ is None) == (nobody_there and answer is not Answer.OPEN), case


def test_every_row_decides_something_and_every_class_is_reached() -> None:
    used = {id(rule_of(*case)) for case in CASES}
    assert [rule for rule in RULES if id(rule) not in used] == []
    assert {rule.class_ for rule in RULES} == {*PortClass, None}
    assert CLASS_MEANINGS.keys() == set(PortClass)


def test_rows_have_whole_sentences_with_known_places() -> None:
    for rule in RULES:
        if rule.class_ is None:
            continue
        for text in (rule.meaning, rule.next):
            assert text[:1].isupper() or text.startswith("{target}"), text
            assert text.endswith("."), text
            places = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            assert places <= {"target", "port", "ports", "proto", "host"}
            text.format(target="t", port=1, ports="tcp port 1", proto="tcp", host="h")


@pytest.mark.parametrize(
    ("standing", "answer", "wanted"),
    [
        (Standing.EVERYWHERE, Answer.OPEN, "exposed"),
        (Standing.HERE, Answer.OPEN, "exposed"),
        (Standing.LOOPBACK, Answer.CLOSED, "loopback-only"),
        (Standing.LOOPBACK, Answer.FILTERED, "loopback-only"),
        (Standing.LOOPBACK, Answer.REJECTED, "loopback-only"),
        (Standing.EVERYWHERE, Answer.FILTERED, "firewalled"),
        (Standing.EVERYWHERE, Answer.REJECTED, "firewalled"),
        (Standing.EVERYWHERE, Answer.CLOSED, "reset-elsewhere"),
        (Standing.ANOTHER, Answer.CLOSED, "reset-elsewhere"),
        (Standing.OTHER_FAMILY, Answer.CLOSED, "reset-elsewhere"),
        (Standing.NOBODY, Answer.OPEN, "no-local-listener"),
        (Standing.LOOPBACK, Answer.OPEN, "alarm"),
        (Standing.OTHER_NAMESPACE, Answer.OPEN, "other-namespace"),
        (Standing.OWNER_NAMESPACE, Answer.OPEN, "other-namespace"),
        (Standing.UNRELATED_NAMESPACE, Answer.OPEN, "unproven"),
        (Standing.OTHER_LOOPBACK, Answer.CLOSED, "loopback-only"),
        (Standing.OTHER_LOOPBACK, Answer.OPEN, "no-local-listener"),
    ],
)
def test_the_rows_of_the_facts(standing: Standing, answer: Answer, wanted: str) -> None:
    assert rule_of(standing, answer, Protocol.TCP, False, False).class_ == wanted


def test_proxies_udp_and_self_scans_have_rows_of_their_own() -> None:
    def class_of(answer: Answer, protocol: Protocol, proxy: bool = False, own: bool = False) -> PortClass | None:
        return rule_of(Standing.EVERYWHERE, answer, protocol, proxy, own).class_

    assert class_of(Answer.OPEN, Protocol.TCP, proxy=True) is PortClass.PUBLISHED
    assert class_of(Answer.FILTERED, Protocol.TCP, proxy=True) is PortClass.FIREWALLED
    assert class_of(Answer.OPEN_FILTERED, Protocol.UDP) is PortClass.UNPROVEN
    assert class_of(Answer.CLOSED, Protocol.UDP) is PortClass.FIREWALLED
    assert class_of(Answer.OPEN, Protocol.UDP) is PortClass.EXPOSED
    assert class_of(Answer.OPEN, Protocol.TCP, own=True) is PortClass.UNPROVEN
    assert all(len(name) <= 15 for name in PROXIES), "the kernel cuts names to 15 bytes"


def test_the_order_puts_what_needs_a_look_first() -> None:
    ranked = sorted(PortClass, key=lambda one: one.rank)
    assert ranked[:2] == [PortClass.ALARM, PortClass.NO_LOCAL_LISTENER]
    assert ranked.index(PortClass.EXPOSED) < ranked.index(PortClass.LOOPBACK_ONLY)


def verdict(state: PortState, reason: Reason) -> Verdict:
    return Verdict("10.0.0.1", Protocol.TCP, 1, state, reason, 1, None, None)


def test_answers_tell_icmp_errors_from_silence() -> None:
    for reason in Reason:
        found = answer_of(verdict(PortState.FILTERED, reason))
        assert (found is Answer.REJECTED) == (reason in ICMP_REASONS)
    for state in PortState:
        if state is not PortState.FILTERED:
            assert answer_of(verdict(state, Reason.NONE)).value == state.label
    assert answer_of(None) is Answer.NONE


def test_a_row_without_conditions_takes_both() -> None:
    row = Rule(PortClass.ALARM, frozenset({Standing.HERE}), frozenset({Answer.OPEN}), own=True)
    assert row.fits(Standing.HERE, Answer.OPEN, Protocol.UDP, True, True)
    assert not row.fits(Standing.HERE, Answer.OPEN, Protocol.UDP, True, False)


def test_proxies_are_known_by_names_that_netstat_cut() -> None:
    assert is_proxy("docker-proxy") and is_proxy("docker-prox") and is_proxy("pasta")
    assert not any(map(is_proxy, ("docker", "dockerd", "sshd", "", None, "docker-proxyx")))
