"""Which ports may be open from where, and how a comparison differs from that."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from tui_scan.compare.answers import Answer, answer_of
from tui_scan.compare.join import Comparison, Finding
from tui_scan.compare.planning import Ports
from tui_scan.compare.seen import Seen, Vantage
from tui_scan.compare.standing import plain
from tui_scan.model.techniques import Protocol

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Allowed:
    """One table of the file. ``sources`` and ``targets`` empty: all. ``names`` are vantage points by host name."""

    sources: tuple[Network, ...]
    names: frozenset[str]
    targets: tuple[Network, ...]
    ports: Ports
    required: bool

    def holds(self, vantage: Vantage, target: str) -> bool:
        """Whether the table is about a target as seen from there."""
        anywhere = not (self.sources or self.names)
        from_there = anywhere or vantage.host in self.names or _within(vantage.address, self.sources)
        return from_there and (not self.targets or _within(target, self.targets))


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a file says: ports that no table allows are not to be open."""

    path: str
    allowed: tuple[Allowed, ...]

    @property
    def ports(self) -> Ports:
        """All ports that are named, so that they are asked too."""
        return frozenset().union(*(one.ports for one in self.allowed))


@dataclass(frozen=True, slots=True)
class Difference:
    """``new``: an open port that nothing allows (``finding`` tells of it). ``missing``: an allowed one that is shut.

    A missing port ``counts`` only where the file says that it is required.
    """

    address: str
    protocol: Protocol
    port: int
    seen: Seen
    finding: Finding | None
    new: bool
    counts: bool


def _within(address: str, networks: Iterable[Network]) -> bool:
    try:
        value = ipaddress.ip_address(plain(address))
    except ValueError:
        return False
    return any(value.version == network.version and value in network for network in networks)


def differences(expected: Expectations, comparison: Comparison, seen: Iterable[Seen]) -> list[Difference]:
    """New open ports first, then missing ones. ``seen`` holds all open ports and those that the file names."""
    told = {(one.address, one.protocol, one.port): one for one in comparison.findings}
    found = [one for one in (_difference(expected, seen_one, told) for seen_one in seen) if one is not None]
    return sorted(found, key=lambda one: (not one.new, one.address, one.protocol.value, one.port))


def _difference(
    expected: Expectations, seen: Seen, told: dict[tuple[str, Protocol, int], Finding]
) -> Difference | None:
    verdict, answer = seen.verdict, answer_of(seen.verdict)
    key = (verdict.address, verdict.protocol, verdict.port)
    tables = [one for one in expected.allowed if key[1:] in one.ports and one.holds(seen.vantage, verdict.address)]
    if answer is Answer.OPEN:
        return None if tables else Difference(*key, seen, told.get(key), True, True)
    if not tables or answer is Answer.OPEN_FILTERED:
        return None
    return Difference(*key, seen, told.get(key), False, any(one.required for one in tables))
