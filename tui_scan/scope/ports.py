"""Port expressions with nmap's meaning, and the sorted ports they select."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import Protocol

PortNames = Callable[[str, Protocol], Iterable[int]]
"""Gives the ports of a service name or glob for a protocol; empty where nothing has that name."""

HIGHEST = 65535
HIGHEST_PROTOCOL = 255
"""Of the IP header's field of eight bits (RFC 791 §3.1, RFC 8200 §3)."""
WITH_PORTS = (Protocol.TCP, Protocol.UDP, Protocol.SCTP)

_RANGE = re.compile(r"(\d+)|(\d*)-(\d*)", re.ASCII)
_TOKEN = re.compile(r"\s*(?:([A-Za-z]):|([\[\],])|([^\[\],\s][^\[\],]*))")
"""A prefix, a bracket or comma, or a range or name."""
PREFIXES = {"T": Protocol.TCP, "U": Protocol.UDP, "S": Protocol.SCTP, "P": Protocol.IP}
"""What stands before the ports of one protocol, or before IP protocols."""
_EXAMPLE = Sentence("Write ports such as 22, 1-100, 60000-, T:80,U:53 or http*.")
_BRACKETS = Sentence("Write one or more ranges in a pair of brackets, such as [1-1024].")


class PortSelection(NamedTuple):
    """The ports to probe, sorted and without duplicates, by protocol; ``ip`` holds protocol numbers.

    What was written as one range is that ``range``: to number 65,535 ports one by one takes milliseconds.
    """

    tcp: Sequence[int] = ()
    udp: Sequence[int] = ()
    sctp: Sequence[int] = ()
    ip: Sequence[int] = ()

    def for_protocol(self, protocol: Protocol) -> Sequence[int]:
        """The ports of one protocol."""
        ports: Sequence[int] = getattr(self, protocol.value)
        return ports

    def text(self, protocol: Protocol) -> str:
        """The ports as ``22,80-90``, the form of ``scaninfo/@services``."""
        return ports_text(self.for_protocol(protocol))


def parse_ports(
    text: str, names: PortNames | None = None, unprefixed: tuple[Protocol, ...] = WITH_PORTS
) -> PortSelection:
    """The ports that ``text`` selects; UsageError says what is wrong and what to write instead.

    ``T:``, ``U:``, ``S:`` and ``P:`` hold until the next prefix, in brackets until these end; what stands before
    the first is for all protocols of ``unprefixed``. An open range begins at 1 and ends at 65535; port 0 is
    selected only where it is written. IP protocols (``P:``) are 0 to 255, and an open range has them all. A name
    or glob (``http*``) is looked up by ``names``; ``[1-1024,8000-]`` keeps the ports that have a name. A comma at
    the end is let be.
    """
    chosen: dict[Protocol, list[Iterable[int]]] = {protocol: [] for protocol in Protocol}
    for word, protocols, named_only in _words(text, unprefixed):
        for protocol, ports in _select(word, protocols, named_only, names).items():
            chosen[protocol].append(ports)
    return PortSelection(**{protocol.value: _united(parts) for protocol, parts in chosen.items()})


def _words(text: str, unprefixed: tuple[Protocol, ...]) -> Iterator[tuple[str, tuple[Protocol, ...], bool]]:
    """Each range or name, the protocols it is for, and whether it stands in brackets."""
    if not text.strip():
        raise UsageError("The list of ports is empty. {example}", example=_EXAMPLE)
    protocols = outside = unprefixed
    nested, wanted = False, True
    for token in _TOKEN.finditer(text):
        prefix, sign, word = token.groups()
        if sign == "]":
            if wanted or not nested:
                raise UsageError("The brackets in “{given}” do not fit. {brackets}", given=text, brackets=_BRACKETS)
            nested, protocols = False, outside
        elif wanted is (sign == ","):
            raise UsageError(
                "A port is missing in “{given}”. {example}" if wanted else "A comma is missing in “{given}”. {example}",
                given=text,
                example=_EXAMPLE,
            )
        elif sign == "[":
            if nested:
                raise UsageError("The brackets in “{given}” do not fit. {brackets}", given=text, brackets=_BRACKETS)
            nested, outside = True, protocols
        elif prefix:
            protocols = (_protocol(prefix, text),)
        elif word:
            yield word.strip(), protocols, nested
            wanted = False
        else:
            wanted = True
    if nested:
        raise UsageError("A bracket is missing in “{given}”. {brackets}", given=text, brackets=_BRACKETS)
    if wanted and not text.rstrip().endswith(","):
        raise UsageError("A port is missing in “{given}”. {example}", given=text, example=_EXAMPLE)


def _united(parts: list[Iterable[int]]) -> Sequence[int]:
    """Sorted and without duplicates; a single range is both already."""
    if len(parts) == 1 and isinstance(parts[0], range):
        return parts[0]
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


def _protocol(letter: str, text: str) -> Protocol:
    protocol = PREFIXES.get(letter)
    if protocol is None:
        raise UsageError(
            "“{letter}:” in the ports “{given}” is not known. Write T: for TCP, U: for UDP, S: for SCTP or "
            "P: for IP protocols.",
            letter=letter,
            given=text,
        )
    return protocol


def _select(
    word: str, protocols: tuple[Protocol, ...], named_only: bool, names: PortNames | None
) -> dict[Protocol, Iterable[int]]:
    """What one range or name selects, by protocol."""
    found: dict[Protocol, Iterable[int]]
    match = _RANGE.fullmatch(word)
    if match:
        ranges = {protocol: _numbers(match, word, protocol) for protocol in protocols}
        if not named_only:
            return dict(ranges)
        return {p: [port for port in (names("*", p) if names else ()) if port in ranges[p]] for p in protocols}
    found = {protocol: tuple(names(word, protocol)) if names else () for protocol in protocols}
    if not any(found.values()):
        raise UsageError("“{word}” is neither a port nor a known service name. {example}", word=word, example=_EXAMPLE)
    return found


def _numbers(match: re.Match[str], piece: str, protocol: Protocol) -> range:
    single, low_text, high_text = match.groups()
    ip = protocol is Protocol.IP
    most = HIGHEST_PROTOCOL if ip else HIGHEST
    low = int(single or low_text or (0 if ip else 1))
    high = low if single else int(high_text or most)
    if max(low, high) > most:
        raise UsageError(
            "IP protocol {low} in “{piece}” is too high. IP protocols are 0 to {most}."
            if ip
            else "Port {low} in “{piece}” is too high. Ports are 0 to {most}.",
            low=max(low, high),
            piece=piece,
            most=most,
        )
    if low > high:
        raise UsageError("The port range {piece} is backwards. Write {high}-{low}.", piece=piece, high=high, low=low)
    return range(low, high + 1)
