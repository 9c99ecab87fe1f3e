"""From a request to a plan: which addresses and which ports, before one packet is sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from tui_scan.language import Sentence
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Protocol
from tui_scan.scope.broadcasts import own_broadcasts
from tui_scan.scope.family import choose_family
from tui_scan.scope.port_choice import ServiceNames, choose_ports
from tui_scan.scope.ports import PortSelection
from tui_scan.scope.ranges import AddressRange, address_value, addresses, membership, subtracted
from tui_scan.scope.resolving import Resolver, system_resolver
from tui_scan.scope.shards import shard
from tui_scan.scope.spread import Spread, spread_excludes, spread_targets
from tui_scan.scope.targets import parse_target, split_list
from tui_scan.scope.third_party import NO_PARTIES, Parties, parties_of


@dataclass(frozen=True)
class ScanPlan:
    """What will be scanned.

    ``family`` is 4 or 6; ``ranges`` are disjoint and sorted (by zone, then address). ``names`` gives the
    name that was typed for an address (as an integer); ``notes`` are sentences for the person, such as
    addresses of a name that are not scanned. ``typed`` are ranges in the order of the targets: they may overlap and
    hold what is left out. ``third`` are the others that take part.
    """

    request: ScanRequest
    family: int
    ranges: tuple[AddressRange, ...]
    names: dict[int, str]
    ports: PortSelection
    notes: tuple[str, ...] = ()
    typed: tuple[AddressRange, ...] = ()
    third: Parties = NO_PARTIES

    @cached_property
    def host_count(self) -> int:
        """How many addresses the plan holds."""
        return sum(item.count for item in self.ranges)

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """The protocols that the request's techniques probe."""
        return protocols_of(self.request)

    @property
    def noun(self) -> str:
        """What the probed numbers are called: ``port``, or ``protocol`` where IP protocols are scanned."""
        return next((protocol.noun for protocol in self.protocols), Protocol.TCP.noun)

    @property
    def port_count(self) -> int:
        """How many ports of one host are probed, over all protocols."""
        return sum(len(self.ports.for_protocol(protocol)) for protocol in self.protocols)

    def addresses(self) -> Iterator[str]:
        """Every address as text, one at a time, in rising order."""
        return addresses(self.ranges, self.family)


def plan(
    request: ScanRequest,
    *,
    names: ServiceNames,
    resolver: Resolver = system_resolver,
    broadcasts: Iterable[str] | None = None,
) -> ScanPlan:
    """Resolve and subtract: the plan of ``request``; UsageError says what cannot be understood.

    ``broadcasts`` are the broadcast addresses of this machine's networks; None asks the kernel for them. They are
    left out of networks and ranges with a note; one that was typed alone stays, for the guard to refuse.
    """
    if not request.targets:
        raise UsageError("No target. Write a host name, an address or a network, such as 192.168.1.0/24.")
    used = protocols_of(request)
    if Protocol.IP in used and len(used) > 1:
        raise UsageError("An IP protocol scan (-sO) asks for no ports, so it goes with no other scan type. Scan twice.")
    ports, port_notes = choose_ports(request, used, names) if used else (PortSelection(), ())
    targets = [parse_target(text) for text in request.targets]
    excludes = [parse_target(text) for entry in request.excludes for text in split_list(entry)]
    family = choose_family(request.family, targets)
    spread = spread_targets(targets, family, resolver, request.interface)
    holes = spread_excludes(excludes, family, resolver, spread.ranges)
    left = subtracted(spread.ranges, holes)
    if not left:
        raise UsageError("No target is left: the excluded addresses cover them all. Exclude less.")
    known = own_broadcasts() if broadcasts is None else broadcasts
    left, broadcast_notes = _without_broadcasts(left, spread, family, known if request.aim is not Aim.LIST else ())
    left, ports = shard(left, ports, request.shard)
    if not left or (used and not any(ports.for_protocol(protocol) for protocol in used)):
        number, of = request.shard
        raise UsageError(
            "Nothing is left for part {number} of {of}: there are fewer hosts and ports than parts.",
            number=number,
            of=of,
        )
    return ScanPlan(
        request,
        family,
        left,
        _names_left(spread.names, left),
        ports,
        (*port_notes, *spread.notes, *broadcast_notes),
        spread.typed,
        parties_of(request.third, family, resolver),
    )


def protocols_of(request: ScanRequest) -> tuple[Protocol, ...]:
    """The protocols that the request probes, each once; TCP where no technique is chosen, none without ports."""
    if request.aim is not Aim.PORTS:
        return ()
    chosen = dict.fromkeys(TECHNIQUES[technique].protocol for technique in request.techniques)
    return tuple(chosen) or (Protocol.TCP,)


LEFT_OUT = "{address} is left out: it is a broadcast address."


def _without_broadcasts(
    ranges: tuple[AddressRange, ...], spread: Spread, family: int, broadcasts: Iterable[str]
) -> tuple[tuple[AddressRange, ...], tuple[str, ...]]:
    if family != 4:
        return ranges, ()
    holds = membership(ranges)
    values = {address_value(text, 4): text for text in broadcasts}
    hit = [value for value in values if value not in spread.alone and holds(value)]
    left = subtracted(ranges, [AddressRange(value, value) for value in hit])
    if not left:
        return ranges, ()
    return left, tuple(
        Sentence("{address} is left out: it is a broadcast address.", address=values[value]) for value in hit
    )


def _names_left(names: dict[int, str], ranges: tuple[AddressRange, ...]) -> dict[int, str]:
    holds = membership(ranges)
    return {value: name for value, name in names.items() if holds(value)}
