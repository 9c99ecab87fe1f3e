"""What ``tui-scan explain`` knows: every word that reports and views use, in every language, each with its source."""

import re
from collections.abc import Callable, Iterator

import pytest

from tui_scan.cli.explain import known
from tui_scan.cli.explain_options import option_entries
from tui_scan.compare.classes import PortClass
from tui_scan.compare.rules import RULES
from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.rules import Rule
from tui_scan.exchange.explain_all import all_entries, found, nearest
from tui_scan.exchange.explain_entries import Entry
from tui_scan.exchange.explain_misconceptions import MISCONCEPTIONS, WORD
from tui_scan.exchange.filters import Kind
from tui_scan.language import LANGUAGES, translate, use
from tui_scan.local.states import SocketState
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.options.groups import GROUPS
from tui_scan.options.output import OUTPUT

SOURCE = re.compile(r"(RFC \d{3,4}|nmap\(1\), [A-Z][a-z]|[a-z_]+\(\d\)|Linux nf_conntrack)")
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(autouse=True)
def afterwards_as_before() -> Iterator[None]:
    yield
    use(None)


def one(word: str, kind: str) -> Entry:
    """The entry of this word and kind."""
    entries = [entry for entry in found(known(), word) if entry.kind == kind]
    assert len(entries) == 1, (word, kind)
    return entries[0]


WORDS = {
    "state of a port": [state.label for state in PortState],
    "state of a host": [state.label for state in HostState],
    "reason": [reason.label if reason else "none" for reason in Reason],
    "state of a local socket": [state.name for state in SocketState],
    "kind of filter": [kind.value for kind in Kind],
    "class of the comparison": [one.value for one in PortClass],
    "scan type": [word for info in TECHNIQUES.values() for word in (info.option, info.technique.value)],
    "word": ["handshake", "half-open", "three-way handshake", "syn-ack", "SYN/ACK", "raw socket", "conntrack"],
}


@pytest.mark.parametrize(("kind", "word"), [(kind, word) for kind, words in WORDS.items() for word in words])
def test_every_word_that_is_shown_is_explained(kind: str, word: str) -> None:
    entry = one(word, kind)
    assert entry is not None
    for spelling in (word.upper(), word.replace("_", "-"), word.replace("|", "/")):
        assert one(spelling, kind).word == entry.word


@pytest.mark.parametrize("language", OTHERS)
def test_every_entry_is_translated_and_has_a_source(language: str) -> None:
    for entry in known():
        assert SOURCE.match(entry.text.source), entry
        use(language)
        for text in (entry.kind, entry.text.meaning, entry.text.unproven):
            assert not text or translate(text) != text, text
        assert SOURCE.match(translate(entry.text.source))
        use("en")
        assert entry.text.meaning.endswith(".") and not re.search("[{}]", entry.text.meaning)
        if entry.kind in WORDS and entry.kind != "word":
            assert "prove" in entry.text.unproven, entry


@pytest.mark.parametrize("language", OTHERS)
def test_the_readers_own_word_finds_a_state(language: str) -> None:
    use(language)
    for state in PortState:
        own = translate(state.label).removeprefix(state.label).strip(" ()")
        assert state.label in [entry.word for entry in found(known(), own)]


def rules() -> list[tuple[Technique, Rule]]:
    return [(technique, rule) for technique in Technique for rule in registry.rules(technique).cases]


def lines_of(entry: Entry, option: str) -> list[str]:
    """The lines of an entry that speak of this scan type."""
    return [fact for fact in entry.facts if option in re.split(r"[ ,:]+", fact)]


@pytest.mark.parametrize(
    ("kind", "word_of"),
    [("state of a port", lambda rule: rule.state.label), ("reason", lambda rule: rule.reason.label)],
    ids=["states", "reasons"],
)
def test_states_and_reasons_name_every_scan_type_that_gives_them(kind: str, word_of: Callable[[Rule], str]) -> None:
    """And no other: the lines of an entry are the rules of the scan types, all of them."""
    entries = {entry.word: entry for entry in known() if entry.kind == kind}
    told: dict[str, set[str]] = {}
    for technique, rule in rules():
        option = TECHNIQUES[technique].option
        lines = lines_of(entries[word_of(rule)], option)
        end = f": {rule.brief or rule.answer} means {rule.state.label}"
        assert sum(line.endswith(end) for line in lines) == 1
        told.setdefault(word_of(rule), set()).add(option)
    for word, entry in entries.items():
        named = {option for fact in entry.facts for option in re.findall(r"-[a-z][A-Z]?\b", fact.partition(":")[0])}
        assert named == told.get(word, set())


def test_misconceptions_are_told_together() -> None:
    told = [entry.word for entry in found(all_entries(), WORD)]
    assert told == [one.belief for one in MISCONCEPTIONS]
    assert len(told) >= 17


@pytest.mark.parametrize(
    ("typo", "word"),
    [("flitered", "filtered"), ("resset", "reset"), ("handshak", "handshake"), ("misconception", "misconceptions")],
)
def test_a_slip_finds_its_word(typo: str, word: str) -> None:
    assert word in nearest(all_entries(), typo)
    assert nearest(all_entries(), "qzxv") == []


@pytest.mark.parametrize(
    ("typed", "word", "kind"),
    [
        ("sS", "SYN", "scan type"),
        ("syn scan", "SYN", "scan type"),
        ("stealth", "SYN", "scan type"),
        ("idle scan", "idle", "scan type"),
        ("ECONNREFUSED", "conn-refused", "reason"),
        ("IPID", "IPID", "word"),
        ("MTU", "MTU", "word"),
        ("proxy", "proxy", "word"),
        ("packet filter", "firewall", "word"),
    ],
)
def test_what_one_types_leads_to_its_entry(typed: str, word: str, kind: str) -> None:
    assert [(entry.word, entry.kind) for entry in found(known(), typed)] == [(word, kind)]


@pytest.mark.parametrize(
    ("typed", "word"),
    [("pare-feu", "firewall"), ("poignée", "handshake"), ("poignee de main", "handshake"), ("leurre", "decoy")],
)
def test_french_words_lead_to_their_entries(typed: str, word: str) -> None:
    use("fr")
    assert word in [entry.word for entry in found(known(), typed)]


def test_every_option_of_a_scan_is_explained_by_its_help() -> None:
    for group in (*GROUPS, OUTPUT):
        for option in group.options:
            for flag in option.flags:
                (entry,) = option_entries(flag)
                assert option.says in entry.text.meaning and flag in entry.word, flag


@pytest.mark.parametrize(
    ("typed", "flag"),
    [
        ("T4", "-T"),
        ("-T4", "-T"),
        ("Pn", "-Pn"),
        ("badsum", "--badsum"),
        ("-PS22", "-PS"),
        ("-vv", "-v"),
        ("-p-", "-p"),
    ],
)
def test_options_are_found_as_they_are_typed(typed: str, flag: str) -> None:
    (entry,) = option_entries(typed)
    assert entry.word.replace(",", " ").split()[0] == flag


@pytest.mark.parametrize("typed", ["parefeu", "T9", "port", "--frob", "-", "", "frob", "Sx", "-Z"])
def test_other_words_are_no_options(typed: str) -> None:
    assert option_entries(typed) == []


@pytest.mark.parametrize("class_", PortClass)
def test_a_class_of_the_comparison_has_a_line_for_each_of_its_rules(class_: PortClass) -> None:
    facts = one(class_.value, "class of the comparison").facts
    mine = [rule for rule in RULES if rule.class_ is class_]
    assert mine and len(facts) == len(mine)
    for fact, rule in zip(facts, mine, strict=True):
        assert all(answer.value in fact.partition(":")[0] for answer in rule.answers)
        assert not re.search("[{}]", fact)
