"""Which ports a request means: what was written, less what is excluded, or the most frequent of that."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Protocol as Interface

from tui_scan.language import Sentence, translate
from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol
from tui_scan.scope.ports import PREFIXES, PortSelection, parse_ports

USUAL = 1000
"""How many of the most frequent ports of a protocol are scanned where nothing else is said."""


class ServiceNames(Interface):
    """What is known of ports; the module ``tui_scan.services.names`` is one."""

    def ports_of(self, name: str, protocol: Protocol) -> Iterable[int]:
        """The ports of a name or glob."""

    def ranking(self, protocol: Protocol) -> Mapping[int, float]:
        """Ports and the share of hosts on which they are open, the most frequent first."""


_OPTIONS = {Protocol.TCP: "-sS", Protocol.UDP: "-sU", Protocol.SCTP: "-sY", Protocol.IP: "-sO"}
"""The scan type that is usual for the ports of a protocol."""


def choose_ports(
    request: ScanRequest, used: tuple[Protocol, ...], names: ServiceNames
) -> tuple[PortSelection, tuple[str, ...]]:
    """The ports of ``request`` for the protocols ``used``, and sentences on what of it is not scanned.

    As nmap has it: the exclusion comes before the choice of the most frequent, which is made among the ports that
    were written, or among all. Of IP all protocols are scanned where nothing is said. UsageError where none is left.
    """
    written = None if request.ports is None else parse_ports(request.ports, names.ports_of, used)
    _refuse_other(request, written, used)
    excluded = PortSelection()
    if request.exclude_ports is not None:
        excluded = _excluded(request.exclude_ports, used, names)
    chosen = {p: _chosen(request, p, written, frozenset(excluded.for_protocol(p)), names) for p in used}
    if not any(chosen.values()):
        raise _nothing_left(request, used)
    selection = PortSelection(**{p.value: ports for p, ports in chosen.items()})
    return selection, tuple(_notes(request, written, used))


def _excluded(text: str, used: tuple[Protocol, ...], names: ServiceNames) -> PortSelection:
    try:
        return parse_ports(text, names.ports_of, used)
    except UsageError as error:
        raise UsageError("--exclude-ports: {error}", error=error) from error


def _chosen(
    request: ScanRequest, protocol: Protocol, written: PortSelection | None, holes: frozenset[int], names: ServiceNames
) -> Sequence[int]:
    among = None if written is None else written.for_protocol(protocol)
    if request.top_ports is None and request.port_ratio is None and among is not None:
        return tuple(port for port in among if port not in holes) if holes else among
    allowed = None if among is None else frozenset(among)
    ranked = (
        (port, share)
        for port, share in names.ranking(protocol).items()
        if port not in holes and (allowed is None or port in allowed)
    )
    if request.port_ratio is not None:
        return tuple(sorted(port for port, share in ranked if share >= request.port_ratio))
    return tuple(sorted(port for port, _ in islice(ranked, request.top_ports or USUAL)))


def _refuse_other(request: ScanRequest, written: PortSelection | None, used: tuple[Protocol, ...]) -> None:
    if written is not None and not any(written.for_protocol(p) for p in used):
        wanted = translate(" and ").join(p.value.upper() for p in used)
        raise UsageError(
            "The ports “{ports}” hold no {wanted} {noun}, and only {wanted} is scanned. For the others add {options}.",
            options=translate(" and ").join(_OPTIONS[p] for p in PREFIXES.values() if written.for_protocol(p)),
            ports=request.ports,
            wanted=wanted,
            noun=Sentence(used[0].noun),
        )


def _nothing_left(request: ScanRequest, used: tuple[Protocol, ...]) -> UsageError:
    limits = (
        ("-p", request.ports),
        ("--exclude-ports", request.exclude_ports),
        ("--top-ports", request.top_ports),
        ("--port-ratio", request.port_ratio),
    )
    parts = [f"{flag} “{value}”" for flag, value in limits if value is not None]
    return UsageError(
        "No {noun} is left to scan by {options}. Exclude less, or choose more.",
        noun=Sentence(used[0].noun),
        options=translate(" and ").join(parts),
    )


def _none_of(typed: str, protocol: Protocol) -> Sentence:
    kind, noun = protocol.value.upper(), Sentence(protocol.noun)
    return Sentence("“{ports}” holds no {protocol} {noun}.", ports=typed, protocol=kind, noun=noun)


def _notes(request: ScanRequest, written: PortSelection | None, used: tuple[Protocol, ...]) -> list[str]:
    if written is None:
        return []
    typed = request.ports or ""
    notes: list[str] = [_none_of(typed, p) for p in used if not written.for_protocol(p)]
    notes += [
        Sentence(
            "“{ports}” holds {protocol} {noun}, but no {protocol} scan was asked for. Add {option}.",
            option=_OPTIONS[p],
            ports=typed,
            protocol=p.value.upper(),
            noun=Sentence(f"{p.noun}s"),
        )
        for letter, p in PREFIXES.items()
        if p not in used and f"{letter}:" in typed and written.for_protocol(p)
    ]
    return notes
