"""The reply tables beside all that may come back: each rule has its answer, and each answer's verdict its rule."""

import errno
from itertools import product

import numpy as np
import pytest

from tests import engine_playbook
from tests.engine_playbook import ROUTER, TARGET, Playbook
from tests.rule_answers import CODES, errors, replies
from tui_scan.engine.by_sockets import TECHNIQUES as BY_SOCKETS
from tui_scan.engine.techniques import registry
from tui_scan.engine.transport.errqueue import QueuedError
from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

Told = tuple[PortState, Reason]
IP_PROTOCOLS = (1, 2, 6, 17, 47, 58, 132)
BY_PACKETS = [technique for technique in registry.FILES if registry.writes_packets(technique)]
ABOUT_OTHERS = {Technique.IP_PROTOCOL: {(PortState.OPEN, reason) for reason in ICMP_REASONS}}
"""Verdicts that a technique also draws from answers about other ports; its own tests hold them."""
ERRNOS = (0, *errno.errorcode)
ICMP_TYPES = range(16)


def of_rules(technique: Technique) -> set[Told]:
    """The verdicts that the technique's table has for answers."""
    return {(rule.state, rule.reason) for rule in registry.rules(technique).rules}


def by_packets(technique: Technique, rng: np.random.Generator) -> set[Told]:
    """The verdicts that a technique gives for all that may come back to its packets."""
    found: set[Told] = set()
    for family in (4, 6):
        book = Playbook(technique, family, rng)
        ports = IP_PROTOCOLS if TECHNIQUES[technique].protocol is Protocol.IP else engine_playbook.PORTS[:1]
        for port in ports:
            probe = book.probe(port)
            packets = [*replies(book, TECHNIQUES[technique].protocol, probe), *errors(book, probe)]
            answers = book.judged(packets)
            found |= {(PortState(s), Reason(r)) for s, r in zip(answers.states, answers.reasons, strict=True) if s}
    return found


def by_sockets(technique: Technique) -> set[Told]:
    """The verdicts that a technique gives for all errnos, alone and with any ICMP error behind them."""
    verdict, found = BY_SOCKETS[technique].verdict, set()
    for family in (4, 6):
        queued = [
            (QueuedError(0, True, kind, code, sender), sender == TARGET[family])
            for kind, code, sender in product(ICMP_TYPES, CODES, (TARGET[family], ROUTER[family]))
        ]
        for code, (error, own) in product(ERRNOS, [(None, False), *queued]):
            found.add(verdict(family, code, error, own))
    return {told for told in found if told[0]}


@pytest.fixture
def scanned_numbers(technique: Technique, monkeypatch: pytest.MonkeyPatch) -> None:
    """IP protocols where those are what is scanned."""
    if TECHNIQUES[technique].protocol is Protocol.IP:
        monkeypatch.setattr(engine_playbook, "PORTS", IP_PROTOCOLS)


@pytest.mark.parametrize("technique", [t for t in registry.FILES if not TECHNIQUES[t].third_party])
@pytest.mark.usefixtures("scanned_numbers")
def test_every_rule_has_its_answer_and_every_answer_its_rule(technique: Technique, rng: np.random.Generator) -> None:
    found: set[Told] = set()
    if technique in BY_PACKETS:
        found |= by_packets(technique, rng)
    if technique in BY_SOCKETS:
        found |= by_sockets(technique)
    named = of_rules(technique)
    assert found - named == set(), "answers without a rule"
    assert named - found - ABOUT_OTHERS.get(technique, set()) == set(), "rules without an answer"


@pytest.mark.parametrize("technique", sorted(BY_SOCKETS))
def test_calls_alone_give_every_rule_too(technique: Technique) -> None:
    """Whoever may not send packets learns as much."""
    assert by_sockets(technique) == of_rules(technique)


def test_every_technique_has_a_table_that_explains_it() -> None:
    assert set(registry.FILES) == set(Technique) == set(TECHNIQUES)
    for technique in registry.FILES:
        table = registry.rules(technique)
        assert table.technique is technique
        assert table.sends
        for rule in (*table.rules, table.silence):
            assert rule.answer and rule.meaning.endswith(".") and rule.source
            told = table.explain(rule.state, rule.reason)
            assert told is not None and (told.state, told.reason) == (rule.state, rule.reason)
        assert (table.silence.state, table.silence.reason) not in of_rules(technique)
