"""The comparison: each port's listener beside its verdict, the class they make, and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tui_scan.compare.answers import answer_of
from tui_scan.compare.classes import PortClass
from tui_scan.compare.rules import CHANGED, Rule, is_proxy, rule_of
from tui_scan.compare.seen import Seen
from tui_scan.compare.standing import Index, Local, index
from tui_scan.local.listing import Listing
from tui_scan.local.records import LocalSocket
from tui_scan.model.techniques import Protocol
from tui_scan.scope.ranges import address_value


@dataclass(frozen=True, slots=True)
class Change:
    """What the host said of a port after it was looked at, where that makes another class.

    ``before`` and ``after`` are the classes by either list; None: there would be nothing to tell.
    """

    local: Local
    before: PortClass | None
    after: PortClass | None


@dataclass(frozen=True)
class Finding:
    """One port of one address: what the host says of it, what was seen of it, and the rule that decided.

    ``change`` is there where what listens changed meanwhile; then no class is asserted.
    """

    listing: Listing
    local: Local
    seen: Seen
    rule: Rule
    change: Change | None = None

    @property
    def address(self) -> str:
        """The address that was scanned."""
        return self.seen.verdict.address

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.address else 4

    @property
    def protocol(self) -> Protocol:
        """TCP or UDP."""
        return self.seen.verdict.protocol

    @property
    def port(self) -> int:
        """The port's number."""
        return self.seen.verdict.port

    @property
    def class_(self) -> PortClass:
        """What the two sides make together."""
        assert self.rule.class_ is not None
        return self.rule.class_

    @property
    def possible(self) -> frozenset[PortClass | None]:
        """Its class, and where what listens changed those that either list would make."""
        return frozenset((self.class_, *((self.change.before, self.change.after) if self.change else ())))

    @property
    def listener(self) -> LocalSocket | None:
        """The nearest listener."""
        return self.local.listeners[0] if self.local.listeners else None

    @cached_property
    def order(self) -> tuple[int, int, int, str, int]:
        """Where it stands among others: alarms first, then by address, protocol and port."""
        value = address_value(self.address.partition("%")[0], self.family)
        return self.class_.rank, self.family, value, self.protocol.value, self.port


@dataclass(frozen=True)
class Comparison:
    """All findings, alarms first."""

    listing: Listing
    findings: tuple[Finding, ...]

    @cached_property
    def counts(self) -> Counter[PortClass]:
        """How many ports are of each class."""
        return Counter(one.class_ for one in self.findings)


def compared(listing: Listing, seen: Iterable[Seen], afterwards: Listing | None = None) -> Comparison:
    """Set a host's list beside what was seen of it: of its open ports, and of those on which it listens.

    ``afterwards`` is its list from after the look, where that was read: it tells which ports changed meanwhile.
    """
    known, later = index(listing), index(afterwards) if afterwards is not None else None
    findings = (finding(known, one, later) for one in seen)
    return Comparison(listing, tuple(sorted((one for one in findings if one is not None), key=lambda one: one.order)))


def finding(known: Index, seen: Seen, later: Index | None = None) -> Finding | None:
    """One port's finding; None where there is nothing to tell."""
    local, rule = _judged(known, seen)
    if later is not None:
        afterwards, other = _judged(later, seen)
        if other.class_ is not rule.class_:
            return Finding(known.listing, local, seen, CHANGED, Change(afterwards, rule.class_, other.class_))
    return None if rule.class_ is None else Finding(known.listing, local, seen, rule)


def _judged(known: Index, seen: Seen) -> tuple[Local, Rule]:
    verdict = seen.verdict
    local = known.local(verdict.address, verdict.protocol, verdict.port)
    proxy = any(is_proxy(one.program) for one in local.listeners)
    return local, rule_of(local.standing, answer_of(verdict), verdict.protocol, proxy, seen.vantage.own)
