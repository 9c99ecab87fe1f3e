"""The filter of the comparison: ``class:alarm port:22 proc:sshd !state:open text``, all of which must hold."""

from collections.abc import Callable, Iterable

from tui_scan.compare.join import Finding
from tui_scan.compare.told import program_text, verdict_text
from tui_scan.model.filter_terms import Term, fitting, parse_terms
from tui_scan.scope.ports import parse_ports
from tui_scan.ui.widgets.compare_rows import port_text

HINT = "class:alarm port:1-1024 proto:udp state:open proc:sshd addr:10.  !not  or any text"

Test = Callable[[Finding], bool]


def parse_compare_filter(text: str) -> tuple[Term, ...]:
    """The terms of a filter. Raises UsageError for an unknown key, one without a value, or a wrong port."""
    return parse_terms(text.lower(), "a comparison", EXAMPLES, TESTS)


def matching(findings: Iterable[Finding], terms: tuple[Term, ...]) -> list[Finding]:
    """The findings that fit all terms, in their order."""
    return fitting(findings, terms, TESTS)


def _by_port(value: str) -> Test:
    ports = frozenset(parse_ports(value).tcp)
    return lambda one: one.port in ports


def _anything(value: str) -> Test:
    def found(one: Finding) -> bool:
        words = [one.class_, *["changed"] * (one.change is not None), one.address, port_text(one), verdict_text(one)]
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

EXAMPLES = {
    "class": "class:alarm",
    "port": "port:1-1024",
    "proto": "proto:udp",
    "state": "state:open",
    "reason": "reason:reset",
    "proc": "proc:sshd",
    "addr": "addr:10.",
}
