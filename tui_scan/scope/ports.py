"""Port expressions with nmap's meaning, and the sorted ports they select."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import Protocol

PortNames = Callable[[str, Protocol], Iterable[int]]
"""Gives the ports of a service name or glob for a protocol; empty where nothing has that name."""

HIGHEST = 65535

_RANGE = re.compile(r"(\d+)|(\d*)-(\d*)", re.ASCII)
_PREFIX = re.compile(r"\s*([A-Za-z]):(.*)", re.DOTALL)
_PREFIXES = {"T": (Protocol.TCP,), "U": (Protocol.UDP,)}
_EXAMPLE = "Write ports such as 22, 1-100, 60000-, T:80,U:53 or http*."


@dataclass(frozen=True, slots=True)
class PortSelection:
    """The ports to probe, sorted and without duplicates, by protocol."""

    tcp: tuple[int, ...] = ()
    udp: tuple[int, ...] = ()

    def for_protocol(self, protocol: Protocol) -> tuple[int, ...]:
        """The ports of one protocol."""
        return self.tcp if protocol is Protocol.TCP else self.udp

    def text(self, protocol: Protocol) -> str:
        """The ports as ``22,80-90``, the form of ``scaninfo/@services``."""
        return ports_text(self.for_protocol(protocol))


def parse_ports(text: str, names: PortNames | None = None) -> PortSelection:
    """The ports that ``text`` selects; UsageError says what is wrong and what to write instead.

    ``T:`` and ``U:`` hold until the next prefix; what stands before the first is for both protocols.
    An open range begins at 1 and ends at 65535; port 0 is selected only where it is written. A name or
    glob (``http*``) is looked up by ``names``; ``[1-1024]`` keeps the ports that have a name. A comma at
    the end is let be.
    """
    chosen: dict[Protocol, list[Iterable[int]]] = {protocol: [] for protocol in Protocol}
    protocols = tuple(Protocol)
    for piece in _pieces(text):
        while match := _PREFIX.fullmatch(piece):
            protocols = _protocols(match[1], text)
            piece = match[2]
        for protocol, ports in _select(piece.strip(), protocols, names, text).items():
            chosen[protocol].append(ports)
    return PortSelection(_united(chosen[Protocol.TCP]), _united(chosen[Protocol.UDP]))


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


def _protocols(letter: str, text: str) -> tuple[Protocol, ...]:
    protocols = _PREFIXES.get(letter)
    if protocols is None:
        raise UsageError(f"“{letter}:” in the ports “{text}” is not known. Write T: for TCP or U: for UDP.")
    return protocols


def _select(
    piece: str, protocols: tuple[Protocol, ...], names: PortNames | None, text: str
) -> dict[Protocol, Iterable[int]]:
    """What one piece without its prefix selects, by protocol."""
    if not piece:
        raise UsageError(f"A port is missing in “{text}”. {_EXAMPLE}")
    match = _RANGE.fullmatch(piece)
    if match:
        return dict.fromkeys(protocols, _numbers(match, piece))
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
    ports = _numbers(match, piece)
    return {p: [port for port in (names("*", p) if names else ()) if port in ports] for p in protocols}


def _numbers(match: re.Match[str], piece: str) -> range:
    single, low_text, high_text = match.groups()
    low = int(single or low_text or 1)
    high = low if single else int(high_text or HIGHEST)
    if max(low, high) > HIGHEST:
        raise UsageError(f"Port {max(low, high)} in “{piece}” is too high. Ports are 0 to {HIGHEST}.")
    if low > high:
        raise UsageError(f"The port range {piece} is backwards. Write {high}-{low}.")
    return range(low, high + 1)
