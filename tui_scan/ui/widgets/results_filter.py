"""The filter of the results: ``port:443 state:open !reason:reset text``, each term a mask over the ledger."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_scan.model.errors import UsageError
from tui_scan.model.filter_terms import Term, names_meant, parse_terms
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from tui_scan.engine.scan import Scan

    Mask = npt.NDArray[np.bool_]

HINT = "any text, port:1-1024 state:open proto:udp host:10. !reason:reset"

NO_STATE = "“{value}” is no state. Write one of {known}."
NO_PROTOCOL = "“{value}” is no protocol. Write one of {known}."
NO_REASON = "“{value}” is in no reason. Write one of {known}."


def parse_filter(text: str) -> tuple[Term, ...]:
    """The terms of a filter, all of which must hold. Raises UsageError for an unknown key or a wrong value."""
    return parse_terms(text.lower(), "a result", EXAMPLES, CHECKS)


class Masks:
    """Which cells of a scan some terms choose. What no verdict changes is looked up once a term."""

    def __init__(self, scan: "Scan") -> None:
        self.scan = scan
        self._kept: dict[tuple[str, str], tuple[int, Mask]] = {}

    @property
    def columns(self) -> int:
        """How many columns a host has."""
        return self.scan.columns.count

    def of(self, terms: tuple[Term, ...]) -> "Mask":
        """Cells that all terms choose; bool of shape (hosts, columns). Cells without a verdict never."""
        scan = self.scan
        chosen: Mask = _grid(scan, scan.ledger.state) != PortState.UNTRIED
        for term in terms:
            found = self.one(term)
            chosen = chosen & (~found if term.negated else found)
        return chosen

    def one(self, term: Term) -> "Mask":
        """Cells that a term names, negated or not; broadcasts to (hosts, columns)."""
        if term.key:
            return (
                self._lasting(term.key, term.value) if term.key in LASTING else LIVING[term.key](self.scan, term.value)
            )
        found = self._lasting("", term.value) | _by_reason(self.scan, term.value)
        if any(state.label == term.value for state in PortState if state):
            found = found | _by_state(self.scan, term.value)
        return found

    def _lasting(self, key: str, value: str) -> "Mask":
        """A mask that holds until another host's name is known."""
        named = len(self.scan.hosts.names)
        known = self._kept.get((key, value))
        if known is None or known[0] != named:
            known = self._kept[key, value] = (named, (LASTING[key] if key else _by_text)(self.scan, value))
        return known[1]


def _grid(scan: "Scan", cells: "npt.NDArray[np.uint8]") -> "npt.NDArray[np.uint8]":
    return cells.reshape(scan.hosts.count, scan.columns.count)


def _ports(value: str) -> list[int]:
    from tui_scan.scope.ports import parse_ports

    return list(parse_ports(value).tcp)


def state_names(value: str) -> frozenset[str]:
    """The labels of the states that a value means. Raises UsageError for none."""
    return names_meant(value, (state.label for state in PortState if state), NO_STATE)


def protocol_names(value: str) -> frozenset[str]:
    """The protocols of ports that a value means. Raises UsageError for none."""
    return names_meant(value, (one.value for one in Protocol), NO_PROTOCOL)


def reasons(value: str) -> list[Reason]:
    """The reasons that have a value in their labels. Raises UsageError for none."""
    found = [reason for reason in Reason if value in reason.label]
    if not found:
        raise UsageError(NO_REASON, value=value, known=", ".join(reason.label for reason in Reason if reason))
    return found


def _by_port(scan: "Scan", value: str) -> "Mask":
    import numpy as np

    return np.isin(scan.columns.port, _ports(value))[None, :]


def _by_state(scan: "Scan", value: str) -> "Mask":
    import numpy as np

    names = state_names(value)
    return np.isin(_grid(scan, scan.ledger.state), [int(state) for state in PortState if state.label in names])


def _by_reason(scan: "Scan", value: str) -> "Mask":
    import numpy as np

    return np.isin(_grid(scan, scan.ledger.reason), [int(reason) for reason in Reason if value in reason.label])


def _by_protocol(scan: "Scan", value: str) -> "Mask":
    names = protocol_names(value)
    return _columns(scan, lambda column: scan.columns.protocol(column).value in names)


def _by_service(scan: "Scan", value: str) -> "Mask":
    from tui_scan.services.names import service_name

    columns, directory = scan.columns, scan.request.datadir
    return _columns(
        scan,
        lambda column: value in (service_name(columns.protocol(column), int(columns.port[column]), directory) or ""),
    )


def _by_host(scan: "Scan", value: str) -> "Mask":
    import numpy as np

    hosts = scan.hosts
    hit = [value in hosts.address(n) or value in hosts.names.get(n, "").lower() for n in range(hosts.count)]
    return np.array(hit, np.bool_)[:, None]


def _by_text(scan: "Scan", value: str) -> "Mask":
    found = _by_service(scan, value) | _by_host(scan, value)
    if any(one.value == value for one in Protocol):
        found = found | _by_protocol(scan, value)
    if value.isdigit() and int(value) <= 65535:
        found = found | _by_port(scan, value)
    return found


def _columns(scan: "Scan", chosen: Callable[[int], bool]) -> "Mask":
    import numpy as np

    return np.array([chosen(column) for column in range(scan.columns.count)], np.bool_)[None, :]


LASTING: dict[str, Callable[["Scan", str], "Mask"]] = {
    "port": _by_port,
    "proto": _by_protocol,
    "host": _by_host,
    "service": _by_service,
}
"""What each key of a term looks at that stays as it is; a mask broadcasts to (hosts, columns)."""

LIVING: dict[str, Callable[["Scan", str], "Mask"]] = {"state": _by_state, "reason": _by_reason}
"""What each key of a term looks at that a verdict changes."""

EXAMPLES = {
    "port": "port:443",
    "state": "state:open",
    "proto": "proto:udp",
    "host": "host:10.0",
    "service": "service:http",
    "reason": "reason:reset",
}

CHECKS: dict[str, Callable[[str], object]] = {
    "port": _ports,
    "state": state_names,
    "proto": protocol_names,
    "reason": reasons,
}
"""What raises UsageError for a wrong value, by the key."""
