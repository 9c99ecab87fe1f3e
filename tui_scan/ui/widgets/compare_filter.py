"""The filter of the comparison: ``class:alarm port:22 proc:sshd !state:open text``, all of which must hold."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui_scan.compare.join import Finding
from tui_scan.compare.told import program_text, verdict_text
from tui_scan.model.errors import UsageError
from tui_scan.scope.ports import parse_ports
from tui_scan.ui.widgets.compare_rows import port_text

HINT = "class:alarm port:1-1024 proto:udp state:open proc:sshd addr:10.  !not  or any text"

Test = Callable[[Finding], bool]


@dataclass(frozen=True, slots=True)
class CompareTerm:
    """One word of a filter; ``key`` is empty for a bare text."""

    key: str
    value: str
    negated: bool

    def test(self) -> Test:
        """Whether a finding fits the term, as a function."""
        found = TESTS[self.key](self.value)
        return (lambda one: not found(one)) if self.negated else found


def parse_compare_filter(text: str) -> tuple[CompareTerm, ...]:
    """The terms of a filter. Raises UsageError for an unknown key, one without a value, or a wrong port."""
    return tuple(_term(word) for word in text.lower().split())


def _term(word: str) -> CompareTerm:
    negated = word.startswith("!") and len(word) > 1
    body = word[1:] if negated else word
    key, colon, value = body.partition(":")
    if not colon or not key.isalpha() or (key not in TESTS and all(letter in "abcdef" for letter in key)):
        return CompareTerm("", body, negated)
    if key not in TESTS:
        known = ", ".join(f"{name}:" for name in TESTS if name)
        raise UsageError(f"“{key}:” is no part of a comparison. Write one of {known}.")
    if not value:
        raise UsageError(f"“{key}:” needs a value. Write for example {HINT.partition('  ')[0]}.")
    term = CompareTerm(key, value, negated)
    term.test()
    return term


def matching(findings: Iterable[Finding], terms: tuple[CompareTerm, ...]) -> list[Finding]:
    """The findings that fit all terms, in their order."""
    tests = [term.test() for term in terms]
    return [one for one in findings if all(test(one) for test in tests)]


def _by_port(value: str) -> Test:
    ports = frozenset(parse_ports(value).tcp)
    return lambda one: one.port in ports


def _anything(value: str) -> Test:
    def found(one: Finding) -> bool:
        words = [one.class_, one.address, port_text(one), verdict_text(one)]
        if one.listener:
            words += [one.listener.local, program_text(one.listener)]
        return value in " ".join(words).lower()

    return found


TESTS: dict[str, Callable[[str], Test]] = {
    "class": lambda value: lambda one: one.class_.startswith(value),
    "port": _by_port,
    "proto": lambda value: lambda one: one.protocol.value.startswith(value),
    "state": lambda value: lambda one: one.seen.verdict.state.label.startswith(value),
    "reason": lambda value: lambda one: one.seen.verdict.reason.label.startswith(value),
    "proc": lambda value: lambda one: one.listener is not None and value in program_text(one.listener).lower(),
    "addr": lambda value: (
        lambda one: value in one.address or (one.listener is not None and value in one.listener.local_address)
    ),
    "": _anything,
}
"""What each key of a term looks at; ``addr`` matches the scanned address and the bound one."""
