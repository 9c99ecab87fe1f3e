"""Every verdict that a scan can give is explained in every language: rule, meaning, doubt, other answers, source."""

import random
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.made_runs import made_scan
from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.rules import Rule
from tui_scan.exchange.explain import explain, scan_name
from tui_scan.exchange.explain_untried import Untried, why_untried
from tui_scan.exchange.steps import Explanation
from tui_scan.exchange.story import story
from tui_scan.language import LANGUAGES, translate, use
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.tcp_flags import FIN, URG
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.verdict import Verdict

SOURCE = re.compile(r"(RFC \d{3,4}|nmap\(1\), [A-Z][a-z])")
NOUNS = ("port", "protocol")
OTHERS = [language for language in LANGUAGES if language != "en"]
FLAGS = FIN | URG


@pytest.fixture(autouse=True)
def afterwards_as_before() -> Iterator[None]:
    yield
    use(None)


def cases() -> list[tuple[Technique, Rule]]:
    return [(technique, rule) for technique in Technique for rule in registry.rules(technique).cases]


def verdict(technique: Technique, rule: Rule, chance: random.Random) -> Verdict:
    """A verdict of this rule, of a host and with tries by lot."""
    v6 = rule.answer.startswith("ICMPv6") or chance.random() < 0.5
    sender = ("fd00::254" if v6 else "10.0.0.254") if chance.random() < 0.5 else None
    return Verdict(
        "fd00::1" if v6 else "10.0.0.1",
        TECHNIQUES[technique].protocol,
        chance.randrange(65536),
        rule.state,
        rule.reason,
        chance.randrange(1, 5),
        None,
        None,
        sender,
    )


def in_all(technique: Technique, one: Verdict, **more: object) -> dict[str, Explanation]:
    """The explanation in every language."""
    told = {}
    for language in LANGUAGES:
        use(language)
        told[language] = explain(technique, one, **more)  # type: ignore[arg-type]
    return told


def check(told: dict[str, Explanation]) -> None:
    """All parts are there, in sentences, and no language has another's."""
    for one in told.values():
        for part in (one.answer, one.meaning, one.unproven, one.otherwise):
            assert part.endswith("."), part
            assert not re.search(r"[{}]", part), part
            assert part in one.text
        assert SOURCE.match(one.source) and one.source in one.text
    for language in OTHERS:
        for field in ("answer", "meaning", "unproven", "otherwise"):
            assert getattr(told[language], field) != getattr(told["en"], field)
        assert not set("“”").intersection(told[language].text)
    assert "not prove" in told["en"].unproven


@pytest.mark.parametrize(("technique", "rule"), cases())
def test_every_verdict_is_explained_in_every_language(technique: Technique, rule: Rule, chance: random.Random) -> None:
    one = verdict(technique, rule, chance)
    for more in ({}, {"bad_sums": True}, {"flags": FLAGS}, {"flags": FLAGS, "bad_sums": True}):
        check(in_all(technique, one, **more))


@pytest.mark.parametrize(("technique", "rule"), cases())
def test_the_rule_is_named_and_the_other_readings_are_those_of_the_table(
    technique: Technique, rule: Rule, chance: random.Random
) -> None:
    told = explain(technique, verdict(technique, rule, chance))
    assert f"{scan_name(technique)} scan reads" in told.answer
    assert told.answer.endswith(f" {rule.state.label}.")
    table = registry.rules(technique)
    for other in (*table.rules, table.silence):
        named = bool(re.search(rf" as {re.escape(other.state.label)}[;.]", told.otherwise))
        assert named == (other.state is not rule.state)
        if named:
            assert (other.brief or other.answer) in told.otherwise


@pytest.mark.parametrize("technique", Technique)
@pytest.mark.parametrize("untried", Untried)
@pytest.mark.parametrize("tries", [0, 1, 3])
def test_a_port_without_a_verdict_says_why(technique: Technique, untried: Untried, tries: int) -> None:
    protocol = TECHNIQUES[technique].protocol
    one = Verdict("10.0.0.1", protocol, 80, PortState.UNTRIED, Reason.NONE, tries, None, None)
    check(in_all(technique, one, untried=untried))
    use("en")
    told = explain(technique, one, untried=untried)
    assert ("No probe was sent" in told.answer) == (not tries)
    for rule in registry.rules(technique).rules:
        assert re.search(rf" as {re.escape(rule.state.label)}[;.]", told.otherwise)


def test_a_verdict_that_no_rule_gives_is_told_as_it_stands() -> None:
    one = Verdict("10.0.0.1", TECHNIQUES[Technique.SYN].protocol, 80, PortState.OPEN, Reason.FTP_REPLY, 1, None, None)
    told = explain(Technique.SYN, one)
    assert told.answer == "The port is open (ftp-reply)."
    assert SOURCE.match(told.source) and "RST as closed" in told.otherwise


def test_why_there_is_no_verdict_is_read_from_the_scan() -> None:
    scan = made_scan(["10.0.0.1"], "80", Technique.SYN)
    assert why_untried(scan, 0) is Untried.ENDED
    late = replace(scan.request.timing, host_timeout=2000)
    scan.plan = replace(scan.plan, request=replace(scan.request, timing=late))
    assert why_untried(scan, 0) is Untried.ENDED
    scan.hosts.worked[0] = 2.5
    assert why_untried(scan, 0) is Untried.HOST_TIMEOUT
    scan.finished_ns = 0
    assert why_untried(scan, 0) is Untried.WAITING
    scan.hosts.mark(0, HostState.DOWN, Reason.NO_RESPONSE)
    assert why_untried(scan, 0) is Untried.HOST_DOWN
    assert "-Pn" in story(scan, 0, 0).explanation.meaning


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("state", "reason", "sender"),
    [
        (PortState.OPEN, Reason.SYN_ACK, None),
        (PortState.CLOSED, Reason.RESET, None),
        (PortState.FILTERED, Reason.ADMIN_PROHIBITED, "192.168.100.254"),
        (PortState.FILTERED, Reason.HOST_UNREACH, "192.168.100.254"),
        (PortState.FILTERED, Reason.PORT_UNREACH, None),
        (PortState.FILTERED, Reason.NO_RESPONSE, None),
    ],
)
def test_an_explanation_fits_below_a_ladder_of_three_packets(
    language: str, state: PortState, reason: Reason, sender: str | None
) -> None:
    """On a screen of 80 columns and 24 rows five lines are left for it."""
    use(language)
    one = Verdict("10.0.0.1", TECHNIQUES[Technique.SYN].protocol, 65535, state, reason, 10, None, None, sender)
    assert len(textwrap.wrap(explain(Technique.SYN, one).text, 78, break_on_hyphens=False)) <= 5


@pytest.mark.parametrize("language", OTHERS)
def test_field_terms_stay_and_are_explained_beside(language: str) -> None:
    use(language)
    for state in PortState:
        assert re.fullmatch(rf"{re.escape(state.label)} \(.+\)", translate(state.label))
