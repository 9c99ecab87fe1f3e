"""The comparison: each port's listener beside its verdict, the class they make, and why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tui_scan.compare.answers import answer_of
from tui_scan.compare.classes import PortClass
from tui_scan.compare.rules import Rule, is_proxy, rule_of
from tui_scan.compare.seen import Seen
from tui_scan.compare.standing import Index, Local, index
from tui_scan.local.listing import Listing
from tui_scan.local.records import LocalSocket
from tui_scan.model.techniques import Protocol
from tui_scan.scope.ranges import address_value


@dataclass(frozen=True)
class Finding:
    """One port of one address: what the host says of it, what was seen of it, and the rule that decided."""

    listing: Listing
    local: Local
    seen: Seen
    rule: Rule

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


def compared(listing: Listing, seen: Iterable[Seen]) -> Comparison:
    """Set a host's list beside what was seen of it: of its open ports, and of those on which it listens."""
    known = index(listing)
    findings = (finding(known, one) for one in seen)
    return Comparison(listing, tuple(sorted((one for one in findings if one is not None), key=lambda one: one.order)))


def finding(known: Index, seen: Seen) -> Finding | None:
    """One port's finding; None where there is nothing to tell."""
    verdict = seen.verdict
    local = known.local(verdict.address, verdict.protocol, verdict.port)
    proxy = any(is_proxy(one.program) for one in local.listeners)
    rule = rule_of(local.standing, answer_of(verdict), verdict.protocol, proxy, seen.vantage.own)
    return None if rule.class_ is None else Finding(known.listing, local, seen, rule)
