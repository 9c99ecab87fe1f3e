"""Target expressions with nmap's meaning: what one word of the target list names."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tui_scan.model.errors import UsageError
from tui_scan.scope.octets import HIGHEST, Octets, parse_octets
from tui_scan.scope.ranges import BITS, AddressRange

_OCTETS_ONLY = re.compile(r"[\d.,*-]+", re.ASCII)
_ENDS_IN_NUMBER = r"(.*\.)?(0[xX][0-9a-fA-F]+|\d+)\.?"
_NAME = r"(?!-)[\w-]+(\.[\w-]+)*\.?"
_JOINS_THE_LIST = r"[\d*-]+"


class Block4(NamedTuple):
    """An IPv4 literal, network or octet expression."""

    text: str
    octets: Octets

    @property
    def family(self) -> int:
        """4."""
        return 4

    @property
    def count(self) -> int:  # type: ignore[override]
        """How many addresses this is."""
        return self.octets.count

    @property
    def range_count(self) -> int:
        """How many ranges ``ranges`` yields."""
        return self.octets.range_count

    def ranges(self, first: int = 0, last: int = HIGHEST) -> Iterator[AddressRange]:
        """The disjoint ranges that reach into ``first`` to ``last``, rising, made one at a time."""
        return self.octets.ranges(first, last)


class Block6(NamedTuple):
    """An IPv6 literal or network, with its zone where one was written."""

    text: str
    block: AddressRange

    @property
    def family(self) -> int:
        """6."""
        return 6

    @property
    def count(self) -> int:  # type: ignore[override]
        """How many addresses this is."""
        return self.block.count

    @property
    def range_count(self) -> int:
        """1."""
        return 1

    def ranges(self, first: int = 0, last: int = (1 << BITS[6]) - 1) -> Iterator[AddressRange]:
        """The one range, where it reaches into ``first`` to ``last``."""
        if self.block.first <= last and self.block.last >= first:
            yield self.block


class HostName(NamedTuple):
    """A name to resolve; ``prefix`` is the length after the slash, None where there is none."""

    text: str
    name: str
    prefix: int | None


Target = Block4 | Block6 | HostName


def parse_target(text: str) -> Target:
    """One target expression; UsageError says what is wrong and what to write instead.

    Octets are decimal, also with leading zeros, as nmap reads them. What ends in a number is an address
    and never a name (WHATWG URL, "ends in a number"): ``10.1`` is refused and not read as 10.0.0.1.
    """
    if "://" in text:
        raise UsageError(
            "“{given}” is a URL. Write the host alone, such as {host}.", given=text, host=_host_of_url(text)
        )
    body, slash, length = text.partition("/")
    prefix = _parse_prefix(text, body, length) if slash else None
    if body.startswith("[") and body.endswith("]"):
        body = body[1:-1]
    if ":" in body:
        return Block6(text, network6(body, prefix))
    if _looks_like_4(body):
        octets = parse_octets(body)
        return Block4(text, octets if prefix is None else octets.masked(prefix))
    if not re.fullmatch(_NAME, body):
        raise UsageError(
            "“{given}” is neither a name nor an address. Write a host name, 10.0.0.1, 10.0.0.0/24, "
            "10.0.0.1-20 or 2001:db8::1.",
            given=text,
        )
    return HostName(text, body, prefix)


def network6(literal: str, prefix: int | None = None) -> AddressRange:
    """The network of ``prefix`` bits around an IPv6 literal (alone without one); the zone is kept."""
    import netaddr  # type: ignore[import-untyped]  # 45 ms to load, and only IPv6 needs it

    address, percent, zone = literal.partition("%")
    if percent and not zone:
        raise UsageError(
            "“{literal}” has no zone after the %. Write an interface, such as {address}%eth0.",
            literal=literal,
            address=address,
        )
    try:
        value = netaddr.IPAddress(address, 6, flags=netaddr.INET_PTON)
    except (netaddr.AddrFormatError, ValueError) as error:
        raise UsageError(_not_ipv6(literal)) from error
    network = netaddr.IPNetwork(value)
    network.prefixlen = BITS[6] if prefix is None else prefix
    return AddressRange(network.first, network.last, zone or None)


def split_list(text: str) -> tuple[str, ...]:
    """The expressions of a comma list such as ``--exclude`` takes.

    A bare number or range belongs to the octet list before it: ``10.0.0.1,3,localhost`` is ``10.0.0.1,3``
    and ``localhost``. A text that is one octet expression as a whole stays one.
    """
    if _OCTETS_ONLY.fullmatch(text) and text.count(".") == 3:
        return (text,)
    result: list[str] = []
    for piece in (piece.strip() for piece in text.split(",")):
        if result and re.fullmatch(_JOINS_THE_LIST, piece, re.ASCII) and _OCTETS_ONLY.fullmatch(result[-1]):
            result[-1] += f",{piece}"
        elif piece:
            result.append(piece)
    return tuple(result)


def _parse_prefix(text: str, body: str, length: str) -> int:
    # A name may become an IPv6 address, so its length is judged again when its family is known.
    longest = BITS[4] if _looks_like_4(body) else BITS[6]
    if not (length.isascii() and length.isdigit()):
        raise UsageError(
            "“{given}” has no prefix length after the slash. Write a number of bits, such as {body}/24.",
            given=text,
            body=body,
        )
    if int(length) > longest:
        raise UsageError(
            "The prefix length in “{given}” is more than {longest}. Write /0 to /{longest}.",
            given=text,
            longest=longest,
        )
    return int(length)


def _looks_like_4(body: str) -> bool:
    return ":" not in body and bool(_OCTETS_ONLY.fullmatch(body) or re.fullmatch(_ENDS_IN_NUMBER, body, re.ASCII))


def _host_of_url(text: str) -> str:
    return re.split(r"[/?#]", text.split("://", 1)[1])[0].rsplit("@", 1)[-1].split(":")[0] or "example.org"


def _not_ipv6(literal: str) -> str:
    host, _, port = literal.rpartition(":")
    if port.isdigit() and ":" not in host:
        return f"“{literal}” has a port in it. Write the target {host}, and the port with -p {port}."
    return f"“{literal}” is not an IPv6 address. Write one such as 2001:db8::1, 2001:db8::/120 or fe80::1%eth0."
