"""From the answers of nine scan types to the kind of filter that they prove; the rules stand in ``filter_rules``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from tui_scan.model.reasons import ICMP_REASONS, Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.verdict import Verdict


class Kind(StrEnum):
    """What stands between the scanner and a port, as far as its answers prove it.

    ``none``: nothing is turned away. ``stateless``: judges each packet by itself, so that a stray ACK passes where a
    SYN does not. ``stateful``: knows connections, and lets some packets pass that belong to none. ``strict``: knows
    connections, and drops all that belong to none but a SYN. ``REJECT``: refuses with an answer. ``DROP``: is silent
    to every packet. Two kinds with a stroke between them look the same.
    """

    NONE = "none"
    STATELESS = "stateless"
    STATEFUL = "stateful"
    STRICT = "strict"
    REJECT = "REJECT"
    DROP = "DROP"
    NONE_OR_REJECT = "none|REJECT"
    STRICT_OR_REJECT = "strict|REJECT"
    UNPROVEN = "unproven"


class Answer(Enum):
    """What came back to one type of probe, as far as filters differ by it."""

    ACCEPTED = auto()
    RESET = auto()
    RESET_WITH_WINDOW = auto()
    UNREACHED = auto()
    SILENCE = auto()
    FORBIDDEN = auto()
    NO_WAY = auto()
    MISSING = auto()


class Fact(Enum):
    """What the other answers of a host tell of it."""

    ALIVE = auto()
    SPEAKS_TCP = auto()
    FREE_ICMP = auto()


_BY_REASON = {
    Reason.SYN_ACK: Answer.ACCEPTED,
    Reason.SPLIT_HANDSHAKE_SYN: Answer.ACCEPTED,
    Reason.UDP_RESPONSE: Answer.ACCEPTED,
    Reason.RESET: Answer.RESET,
    Reason.CONN_REFUSED: Answer.RESET,
    Reason.NO_RESPONSE: Answer.SILENCE,
    Reason.PORT_UNREACH: Answer.FORBIDDEN,
    Reason.NET_PROHIBITED: Answer.FORBIDDEN,
    Reason.HOST_PROHIBITED: Answer.FORBIDDEN,
    Reason.ADMIN_PROHIBITED: Answer.FORBIDDEN,
    Reason.REJECT_ROUTE: Answer.FORBIDDEN,
}
"""Answers by the reason of a verdict. The other ICMP errors are also sent where a way is broken."""


def answer_of(technique: Technique, verdict: Verdict | None) -> Answer:
    """The answer behind a verdict; MISSING where there is none, or only a guess."""
    if verdict is None or verdict.state is PortState.UNTRIED:
        return Answer.MISSING
    if technique is Technique.WINDOW and verdict.state is PortState.OPEN:
        return Answer.RESET_WITH_WINDOW
    if verdict.state is PortState.CLOSED and verdict.reason is Reason.PORT_UNREACH:
        return Answer.UNREACHED
    rest = Answer.NO_WAY if verdict.reason in ICMP_REASONS else Answer.MISSING
    return _BY_REASON.get(verdict.reason, rest)


@dataclass(frozen=True, slots=True)
class Cells:
    """``types`` of which each gave one of ``answers``."""

    types: tuple[Technique, ...]
    answers: tuple[Answer, ...]

    def every(self, row: Mapping[Technique, Answer]) -> bool:
        """Whether all of these types answered so."""
        return all(row[technique] in self.answers for technique in self.types)

    def among(self, row: Mapping[Technique, Answer]) -> tuple[Technique, ...]:
        """The types that answered so."""
        return tuple(technique for technique in self.types if row[technique] in self.answers)


@dataclass(frozen=True, slots=True)
class FilterRule:
    """A pattern of answers and what it means. All of ``cells`` must fit, and ``some`` of its types at least.

    ``facts`` must be known of the host. ``unproven`` is what the pattern leaves open, ``source`` where it stands.
    """

    kind: Kind
    meaning: str
    unproven: str
    source: str
    cells: tuple[Cells, ...] = ()
    some: Cells | None = None
    facts: frozenset[Fact] = frozenset()

    def fits(self, row: Mapping[Technique, Answer], facts: frozenset[Fact]) -> bool:
        """Whether these answers of a port of a host are of this pattern."""
        some = self.some is None or bool(self.some.among(row))
        return some and self.facts <= facts and all(cells.every(row) for cells in self.cells)

    def deciding(self, row: Mapping[Technique, Answer]) -> tuple[Technique, ...]:
        """The types whose answers the rule looked at, in the order of the columns."""
        looked = {technique for cells in self.cells for technique in cells.types}
        looked |= set(self.some.among(row) if self.some else ())
        return tuple(technique for technique in row if technique in looked)


Row = Mapping[Technique, Verdict | None]
"""The verdicts of one port by type; None where the type could not be run."""


def answers_of(row: Row) -> dict[Technique, Answer]:
    """The answers of one port by type."""
    return {technique: answer_of(technique, verdict) for technique, verdict in row.items()}


def facts_of(rows: Iterable[Row], found: bool) -> frozenset[Fact]:
    """What the rows of one host tell of it; ``found`` says that discovery had an answer from it.

    ALIVE: something came from the host itself. SPEAKS_TCP: it answered a TCP probe in its own name. FREE_ICMP: of the
    probes to ports that are refused by ICMP, silence swallowed less than half, so that a limit of ICMP errors
    (RFC 1812 §4.3.2.8) cannot make a port that is refused look like one that is dropped.
    """
    known = [(answers_of(row), row) for row in rows]
    facts = {Fact.FREE_ICMP} if _icmp_is_free(answers for answers, _ in known) else set()
    spoken = {Answer.ACCEPTED, Answer.RESET, Answer.RESET_WITH_WINDOW}
    if any(answers[technique] in spoken for answers, _ in known for technique in answers if _is_tcp(technique)):
        facts.add(Fact.SPEAKS_TCP)
    if found or any(_own(answers[t], verdict) for answers, row in known for t, verdict in row.items()):
        facts.add(Fact.ALIVE)
    return frozenset(facts)


def _own(answer: Answer, verdict: Verdict | None) -> bool:
    """Whether the answer came from the host itself and not from a router."""
    nothing = answer in (Answer.SILENCE, Answer.MISSING)
    return verdict is not None and not nothing and verdict.sender is None


def _icmp_is_free(rows: Iterable[Mapping[Technique, Answer]]) -> bool:
    refused = silent = 0
    for row in rows:
        answers = [answer for technique, answer in row.items() if _is_tcp(technique)]
        errors = sum(answer in (Answer.FORBIDDEN, Answer.NO_WAY) for answer in answers)
        refused += errors
        silent += answers.count(Answer.SILENCE) if errors else 0
    return refused >= silent


def _is_tcp(technique: Technique) -> bool:
    return TECHNIQUES[technique].protocol is Protocol.TCP
