"""What ``tui-scan explain`` can explain: entries by their words, with what the scan types' rules say of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import combining, normalize

from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.rules import Rule
from tui_scan.language import translate
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique


class Text(NamedTuple):
    """What a word means, what it does not prove ("" where it proves nothing to begin with), and where that stands."""

    meaning: str
    unproven: str
    source: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One explanation. ``word`` is its name, ``also`` other names; ``kind`` says what it is.

    ``facts`` are lines beside the text, such as the scan types that give a state, and by which answer.
    """

    word: str
    kind: str
    text: Text
    facts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The words by which it is found."""
        return frozenset(map(key_of, (self.word, *self.also)))


def key_of(word: str) -> str:
    """A word as it is looked up: ``TIME-WAIT`` as ``time_wait``, ``open/filtered`` as ``open|filtered``, no accents."""
    bare = "".join(letter for letter in normalize("NFKD", word) if not combining(letter))
    plain = bare.strip().lower().replace(" ", "-").replace("_", "-").replace("|", "-").replace("/", "-")
    return plain.replace(",", "-")


def readings(*, state: PortState | None = None, reason: Reason | None = None) -> tuple[str, ...]:
    """``-sS, -sT: RST means closed``: the rules of all scan types with this state or reason, like ones together."""
    found: dict[tuple[str, str], list[str]] = {}
    for technique in Technique:
        for rule in registry.rules(technique).cases:
            if rule.state is state or rule.reason is reason:
                options = found.setdefault((_brief(rule), rule.state.label), [])
                if TECHNIQUES[technique].option not in options:
                    options.append(TECHNIQUES[technique].option)
    return tuple(reading(options, answer, state) for (answer, state), options in found.items())


def _brief(rule: Rule) -> str:
    return rule.brief or rule.answer


def reading(options: Iterable[str], answer: str, state: str) -> str:
    """One line: by which scan types which answer means which state."""
    return translate(
        "{options}: {answer} means {state}",
        options=", ".join(options),
        answer=translate(answer),
        state=translate(state),
    )
