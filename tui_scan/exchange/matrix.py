"""What a matrix of scan types found: the rows of each host, the kind of filter of each, and why it is that one."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_scan.engine.matrix import TYPES, Matrix
from tui_scan.exchange.filter_rules import DATAGRAMS, HOST_MEANINGS, HOST_MIXED, OWN_WAYS, RULES
from tui_scan.exchange.filters import Fact, FilterRule, Kind, Row, answers_of, facts_of
from tui_scan.language import translate
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.model.verdict import Verdict

NO_SOCKETS = "needs raw sockets"
"""Stands where the verdict of a type would that this process may not run."""


@dataclass(frozen=True, slots=True)
class PortFinding:
    """One row: the verdicts of a port by type, and the rule that decided. A type that could not be run has None."""

    port: int
    row: Row
    rule: FilterRule

    @property
    def kind(self) -> Kind:
        """What the row proves."""
        return self.rule.kind

    @property
    def explanation(self) -> str:
        """Which cells decided, what they mean, what they leave open, and where that stands."""
        answers = answers_of(self.row)
        deciding = self.rule.deciding(answers)
        source = translate("Source: {source}.", source=translate(self.rule.source)) if self.rule.source else ""
        datagrams = "" if Technique.UDP in deciding else DATAGRAMS.get(answers[Technique.UDP], "")
        sentences = map(translate, (self.rule.meaning, self.rule.unproven, datagrams))
        return " ".join(filter(None, (told_cells(self.row, deciding), *sentences, source)))


@dataclass(frozen=True, slots=True)
class HostFinding:
    """One host: its address, the name that was typed for it (else ""), its rows, and what they mean together."""

    host: int
    address: str
    name: str
    ports: tuple[PortFinding, ...]

    @property
    def kind(self) -> Kind:
        """The first kind of ``HOST_MEANINGS`` that a port has."""
        kinds = {port.kind for port in self.ports}
        return next(kind for kind in HOST_MEANINGS if kind in kinds)

    @property
    def explanation(self) -> str:
        """What the host's kind means, and the ports of each kind."""
        parts = []
        for kind in HOST_MEANINGS:
            ports = [str(finding.port) for finding in self.ports if finding.kind is kind]
            if ports:
                parts.append(translate("{kind} on {ports}", kind=kind.value, ports=", ".join(ports)))
        ways = {finding.kind for finding in self.ports} & OWN_WAYS
        meaning = translate(HOST_MIXED if len(ways) > 1 else HOST_MEANINGS[self.kind])
        kinds = translate("By port: {kinds}.", kinds="; ".join(parts))
        return f"{meaning} {kinds}"


def findings(matrix: Matrix) -> list[HostFinding]:
    """The hosts of a matrix that are not down, as far as it has come."""
    hosts = matrix.first.hosts
    return [finding(matrix, host) for host in range(hosts.count) if hosts.state[host] != HostState.DOWN]


def finding(matrix: Matrix, host: int) -> HostFinding:
    """The rows of one host, as far as the matrix has come; may be called from any thread."""
    rows = [row_of(matrix, host, column) for column in range(len(matrix.ports))]
    hosts = matrix.first.hosts
    found = hosts.state[host] == HostState.UP and Reason(hosts.reason[host]) not in (Reason.NONE, Reason.USER_SET)
    facts = facts_of(rows, bool(found))
    ports = tuple(
        PortFinding(port, row, deciding_rule(row, facts)) for port, row in zip(matrix.ports, rows, strict=True)
    )
    return HostFinding(host, hosts.address(host), hosts.names.get(host, ""), ports)


def row_of(matrix: Matrix, host: int, column: int) -> dict[Technique, Verdict | None]:
    """The verdicts of one port by type."""
    scans = matrix.scans
    return {t: scans[t].verdict(host, column) if t in scans else None for t in TYPES}


def deciding_rule(row: Row, facts: frozenset[Fact]) -> FilterRule:
    """The first rule that fits a row of a host of which these facts are known."""
    answers = answers_of(row)
    return next(rule for rule in RULES if rule.fits(answers, facts))


def title(technique: Technique) -> str:
    """A column's heading, such as ``SYN``."""
    return TECHNIQUES[technique].title.removeprefix("TCP ")


def told_cells(row: Row, types: Sequence[Technique]) -> str:
    """``SYN, connect: open (syn-ack); ACK: unfiltered (reset).`` The types of equal verdicts stand together."""
    groups: dict[str, list[str]] = {}
    for technique in types:
        groups.setdefault(_told(row[technique]), []).append(title(technique))
    cells = (translate("{types}: {told}", types=", ".join(titles), told=told) for told, titles in groups.items())
    return "; ".join(cells) + "." if groups else ""


def _told(verdict: Verdict | None) -> str:
    if verdict is None:
        return translate(NO_SOCKETS)
    if verdict.reason is Reason.NONE:
        return verdict.state.label
    return f"{verdict.state.label} ({verdict.reason.label})"
