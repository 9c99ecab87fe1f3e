"""What a comparison asks a target: the listeners' own ports beside the usual ones, and UDP where a socket waits."""

from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from tui_scan.engine.scan import default_techniques
from tui_scan.engine.transport.rtnetlink import RouteTable
from tui_scan.local.listing import Listing
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import UsageError
from tui_scan.model.packet_form import AS_USUAL
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TCP_AND_UDP, TECHNIQUES, Protocol, Technique
from tui_scan.scope.plan import ScanPlan, plan
from tui_scan.scope.port_choice import ServiceNames
from tui_scan.scope.ports import PREFIXES, PortSelection, parse_ports
from tui_scan.scope.targets import Block6, parse_target

Ports = frozenset[tuple[Protocol, int]]

_UDP_ASKED = next(f"{letter}:" for letter, protocol in PREFIXES.items() if protocol is Protocol.UDP)
"""What stands in ports that were written for UDP alone."""


@dataclass(frozen=True)
class Question:
    """What is asked, by which techniques; one family of addresses."""

    plan: ScanPlan
    techniques: tuple[Technique, ...]


def by_family(request: ScanRequest) -> tuple[ScanRequest, ...]:
    """One request for the targets of each family, since one scan speaks one of them; names go with the first."""
    six = tuple(text for text in request.targets if isinstance(parse_target(text), Block6))
    rest = tuple(text for text in request.targets if text not in six)
    if not (six and rest) or request.family is not None:
        return (request,)
    return replace(request, targets=rest, family=4), replace(request, targets=six, family=6)


def listening_ports(listing: Listing) -> Ports:
    """The ports on which the host itself listens."""
    return frozenset(
        (Protocol(one.protocol.rstrip("6")), one.local_port)
        for one in listing.sockets
        if one.listening and one.local_port and one.protocol.rstrip("6") in TCP_AND_UDP
    )


def question(request: ScanRequest, wanted: Ports, raw: bool, names: ServiceNames) -> Question:
    """The plan of one scan. Raises UsageError or PrivilegeError with a sentence for the person.

    ``wanted`` are the ports on which the host listens, or is expected to. Where no ports were given they are asked
    beside the usual ones. Where no technique was given TCP is asked, and UDP at wanted ports alone, since it takes
    long, or at those that were written for it (``U:``).
    """
    _check(request)
    request = _taken_as_up(request)
    extra: tuple[int, ...] = ()
    plain = not request.techniques and request.packets == AS_USUAL and request.scan_flags is None
    if not request.techniques:
        written = parse_ports(request.ports, names.ports_of, TCP_AND_UDP) if request.ports is not None else None
        if written is not None and not written.tcp:
            request = replace(request, techniques=(Technique.UDP,))
        elif written is not None and _UDP_ASKED in str(request.ports):
            request = replace(request, techniques=(*default_techniques(request, raw), Technique.UDP))
        else:
            extra = _udp_ports(request, wanted, written, names)
    techniques = default_techniques(request, raw)
    made = plan(replace(request, techniques=techniques), names=names)
    if plain and Technique.SYN in techniques and _is_own(made):
        techniques = tuple(Technique.CONNECT if one is Technique.SYN else one for one in techniques)
        made = plan(replace(request, techniques=techniques), names=names)
    ports = made.ports if _chosen(request) else _with(made.ports, wanted, made.protocols, request, names)
    if extra:
        techniques, ports = (*techniques, Technique.UDP), ports._replace(udp=extra)
    return Question(replace(made, request=replace(request, techniques=techniques), ports=ports), techniques)


def _is_own(made: ScanPlan) -> bool:
    """Whether all targets are this machine's own addresses.

    What leaves for those passes the own kernel's address translation, by which Docker and others publish ports: the
    answer bears another address then, and only the kernel's own connect knows it.
    """
    addresses = [one.first for one in made.ranges if one.first == one.last]
    if len(addresses) < len(made.ranges):
        return False
    with closing(RouteTable()) as table, suppress(OSError):
        return all(table.route(one.to_bytes(4 if made.family == 4 else 16, "big")).local for one in addresses)
    return False


def _check(request: ScanRequest) -> None:
    if request.aim is not Aim.PORTS:
        raise UsageError("A comparison is of ports, so -sn and -sL have nothing to do in it. Leave them out.")
    for technique in request.techniques:
        info = TECHNIQUES[technique]
        if info.protocol not in TCP_AND_UDP:
            raise UsageError(
                "A comparison is of TCP and UDP, since a host lists the listeners of these; the {title} scan "
                "({option}) asks for something else. Leave it out.",
                title=info.title,
                option=info.option,
            )


def _taken_as_up(request: ScanRequest) -> ScanRequest:
    """A host whose list is there is up; a filter that keeps it from answering pings must not end the comparison."""
    if request.discovery.asked:
        return request
    return replace(request, discovery=replace(request.discovery, skip=True))


def _chosen(request: ScanRequest) -> bool:
    """Whether ports were chosen by hand, or are shared among several scans."""
    given = (request.ports, request.top_ports, request.port_ratio)
    return any(one is not None for one in given) or request.shard != (1, 1)


def _holes(request: ScanRequest, names: ServiceNames) -> PortSelection:
    if request.exclude_ports is None:
        return PortSelection()
    return parse_ports(request.exclude_ports, names.ports_of, TCP_AND_UDP)


def _with(
    ports: PortSelection, wanted: Ports, protocols: Iterable[Protocol], request: ScanRequest, names: ServiceNames
) -> PortSelection:
    """The selection and the wanted ports of these protocols, less those that are excluded."""
    holes = _holes(request, names)
    united = {
        protocol.value: tuple(
            sorted({*ports.for_protocol(protocol), *_of(wanted, protocol)} - set(holes.for_protocol(protocol)))
        )
        for protocol in protocols
    }
    return ports._replace(**united)


def _udp_ports(
    request: ScanRequest, wanted: Ports, written: PortSelection | None, names: ServiceNames
) -> tuple[int, ...]:
    ports = _of(wanted, Protocol.UDP) - set(_holes(request, names).udp)
    return tuple(sorted(ports if written is None else ports & set(written.udp)))


def _of(wanted: Ports, protocol: Protocol) -> set[int]:
    return {port for one, port in wanted if one is protocol}
