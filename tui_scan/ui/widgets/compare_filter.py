"""The filter of the comparison: ``class:alarm port:22 proc:sshd !state:open text``, all of which must hold."""

from collections.abc import Callable, Iterable

from tui_scan.compare.classes import PortClass
from tui_scan.compare.join import Finding
from tui_scan.compare.told import program_text, verdict_text
from tui_scan.model.filter_terms import Term, fitting, names_meant, parse_terms
from tui_scan.scope.ports import parse_ports
from tui_scan.ui.widgets.compare_rows import port_text
from tui_scan.ui.widgets.results_filter import protocol_names, reasons, state_names

HINT = "any text, class:alarm port:1-1024 proto:udp proc:sshd !state:open"
NO_CLASS = "“{value}” is no class of a port. Write one of {known}."

Test = Callable[[Finding], bool]


def parse_compare_filter(text: str) -> tuple[Term, ...]:
    """The terms of a filter. Raises UsageError for an unknown key, one without a value, or a wrong value."""
    return parse_terms(text.lower(), "a comparison", EXAMPLES, TESTS)


def matching(findings: Iterable[Finding], terms: tuple[Term, ...]) -> list[Finding]:
    """The findings that fit all terms, in their order."""
    return fitting(findings, terms, TESTS)


def _by_port(value: str) -> Test:
    ports = frozenset(parse_ports(value).tcp)
    return lambda one: one.port in ports


def _by_class(value: str) -> Test:
    names = names_meant(value, PortClass, NO_CLASS)
    return lambda one: one.class_ in names


def _by_protocol(value: str) -> Test:
    names = protocol_names(value)
    return lambda one: one.protocol.value in names


def _by_state(value: str) -> Test:
    names = state_names(value)
    return lambda one: one.seen.verdict.state.label in names


def _by_reason(value: str) -> Test:
    found = frozenset(reasons(value))
    return lambda one: one.seen.verdict.reason in found


def _anything(value: str) -> Test:
    def found(one: Finding) -> bool:
        words = [one.class_, *["changed"] * (one.change is not None), one.address, port_text(one), verdict_text(one)]
        if one.listener:
            words += [one.listener.local, program_text(one.listener)]
        return value in " ".join(words).lower()

    return found


TESTS: dict[str, Callable[[str], Test]] = {
    "class": _by_class,
    "port": _by_port,
    "proto": _by_protocol,
    "state": _by_state,
    "reason": _by_reason,
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
