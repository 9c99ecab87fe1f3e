"""Port expressions with nmap's meaning, and the sorted ports they select."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import Protocol

PortNames = Callable[[str, Protocol], Iterable[int]]
"""Gives the ports of a service name or glob for a protocol; empty where nothing has that name."""

HIGHEST = 65535
HIGHEST_PROTOCOL = 255
"""Of the IP header's field of eight bits (RFC 791 §3.1, RFC 8200 §3)."""
WITH_PORTS = (Protocol.TCP, Protocol.UDP, Protocol.SCTP)

_RANGE = re.compile(r"(\d+)|(\d*)-(\d*)", re.ASCII)
_PREFIX = re.compile(r"\s*([A-Za-z]):(.*)", re.DOTALL)
PREFIXES = {"T": Protocol.TCP, "U": Protocol.UDP, "S": Protocol.SCTP, "P": Protocol.IP}
"""What stands before the ports of one protocol, or before IP protocols."""
_EXAMPLE = "Write ports such as 22, 1-100, 60000-, T:80,U:53 or http*."


@dataclass(frozen=True, slots=True)
class PortSelection:
    """The ports to probe, sorted and without duplicates, by protocol; ``ip`` holds protocol numbers."""

    tcp: tuple[int, ...] = ()
    udp: tuple[int, ...] = ()
    sctp: tuple[int, ...] = ()
    ip: tuple[int, ...] = ()

    def for_protocol(self, protocol: Protocol) -> tuple[int, ...]:
        """The ports of one protocol."""
        ports: tuple[int, ...] = getattr(self, protocol.value)
        return ports

    def text(self, protocol: Protocol) -> str:
        """The ports as ``22,80-90``, the form of ``scaninfo/@services``."""
        return ports_text(self.for_protocol(protocol))


def parse_ports(
    text: str, names: PortNames | None = None, unprefixed: tuple[Protocol, ...] = WITH_PORTS
) -> PortSelection:
    """The ports that ``text`` selects; UsageError says what is wrong and what to write instead.

    ``T:``, ``U:``, ``S:`` and ``P:`` hold until the next prefix; what stands before the first is for all
    protocols of ``unprefixed``. An open range begins at 1 and ends at 65535; port 0 is selected only where it
    is written. IP protocols (``P:``) are 0 to 255, and an open range has them all. A name or glob (``http*``)
    is looked up by ``names``; ``[1-1024]`` keeps the ports that have a name. A comma at the end is let be.
    """
    chosen: dict[Protocol, list[Iterable[int]]] = {protocol: [] for protocol in Protocol}
    protocols = unprefixed
    for piece in _pieces(text):
        while match := _PREFIX.fullmatch(piece):
            protocols = (_protocol(match[1], text),)
            piece = match[2]
        for protocol, ports in _select(piece.strip(), protocols, names, text).items():
            chosen[protocol].append(ports)
    return PortSelection(**{protocol.value: _united(parts) for protocol, parts in chosen.items()})


def _united(parts: list[Iterable[int]]) -> tuple[int, ...]:
    """Sorted and without duplicates; a single range is both already."""
    if len(parts) == 1 and isinstance(parts[0], range):
        return tuple(parts[0])
    return tuple(sorted(set().union(*parts)))


def ports_text(ports: Iterable[int]) -> str:
    """Sorted ports as ``22,80-90``."""
    runs: list[list[int]] = []
    for port in ports:
        if runs and port == runs[-1][1] + 1:
            runs[-1][1] = port
        else:
            runs.append([port, port])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def _pieces(text: str) -> Iterator[str]:
    if not text.strip():
        raise UsageError(f"The list of ports is empty. {_EXAMPLE}")
    pieces = text.split(",")
    if len(pieces) > 1 and not pieces[-1].strip():
        pieces.pop()
    yield from pieces


def _protocol(letter: str, text: str) -> Protocol:
    protocol = PREFIXES.get(letter)
    if protocol is None:
        raise UsageError(
            f"“{letter}:” in the ports “{text}” is not known. Write T: for TCP, U: for UDP, S: for SCTP or P: for IP "
            "protocols."
        )
    return protocol


def _select(
    piece: str, protocols: tuple[Protocol, ...], names: PortNames | None, text: str
) -> dict[Protocol, Iterable[int]]:
    """What one piece without its prefix selects, by protocol."""
    if not piece:
        raise UsageError(f"A port is missing in “{text}”. {_EXAMPLE}")
    match = _RANGE.fullmatch(piece)
    if match:
        return {protocol: _numbers(match, piece, protocol) for protocol in protocols}
    if piece.startswith("[") and piece.endswith("]"):
        return _named_within(piece, protocols, names)
    found = {protocol: tuple(names(piece, protocol)) if names else () for protocol in protocols}
    if not any(found.values()):
        raise UsageError(f"“{piece}” is neither a port nor a known service name. {_EXAMPLE}")
    return dict(found)


def _named_within(
    piece: str, protocols: tuple[Protocol, ...], names: PortNames | None
) -> dict[Protocol, Iterable[int]]:
    match = _RANGE.fullmatch(piece[1:-1].strip())
    if match is None:
        raise UsageError(f"“{piece}” holds no range of ports. Write a range in the brackets, such as [1-1024].")
    ranges = {protocol: _numbers(match, piece, protocol) for protocol in protocols}
    return {p: [port for port in (names("*", p) if names else ()) if port in ranges[p]] for p in protocols}


def _numbers(match: re.Match[str], piece: str, protocol: Protocol) -> range:
    single, low_text, high_text = match.groups()
    ip = protocol is Protocol.IP
    most = HIGHEST_PROTOCOL if ip else HIGHEST
    low = int(single or low_text or (0 if ip else 1))
    high = low if single else int(high_text or most)
    if max(low, high) > most:
        noun = "IP protocol" if ip else "Port"
        raise UsageError(f"{noun} {max(low, high)} in “{piece}” is too high. {noun}s are 0 to {most}.")
    if low > high:
        raise UsageError(f"The port range {piece} is backwards. Write {high}-{low}.")
    return range(low, high + 1)
