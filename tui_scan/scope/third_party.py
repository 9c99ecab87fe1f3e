"""The others in a scan, resolved, and the guard's word on them."""

import re
import socket
from typing import NamedTuple

from tui_scan.language import Sentence
from tui_scan.model.errors import RefusedError, UsageError
from tui_scan.model.third_party import OURSELVES, ThirdParties
from tui_scan.scope.ranges import AddressRange, address_value, addresses
from tui_scan.scope.resolving import Resolver, resolve

_FTP, _WEB = 21, 80
_HOST_PORT = r"\[?(?P<host>[^\[\]@]+?)\]?(?::(?P<port>\d{1,5}))?"


class Party(NamedTuple):
    """A host that takes part: what was typed of it, its address, its port, and for FTP who logs in."""

    text: str
    address: str
    port: int
    user: str = "anonymous"
    password: str = "guest@example.org"


class Parties(NamedTuple):
    """``decoys`` are addresses in the order in which they send, "" for the own place; without that it is drawn."""

    zombie: Party | None = None
    relay: Party | None = None
    decoys: tuple[str, ...] = ()
    source: str | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """The addresses of everybody else, each once."""
        hosts = [party.address for party in (self.zombie, self.relay) if party]
        hosts += [*self.decoys, *([self.source] if self.source else [])]
        return tuple(dict.fromkeys(host for host in hosts if host))


_IDLE_BY_IPV4 = (
    "-sI reads the identification of IPv4 headers, which IPv6 has not (RFC 8200). Give an IPv4 target, and leave out "
    "-6."
)
_BOUNCE_BY_IPV4 = (
    "-b speaks FTP's PORT, which knows IPv4 addresses only (RFC 959). Give an IPv4 target, and leave out -6."
)

NO_PARTIES = Parties()


def parties_of(third: ThirdParties, family: int, resolver: Resolver) -> Parties:
    """Resolve everybody; UsageError says what cannot be."""
    if not third.options:
        return NO_PARTIES
    if family != 4 and (third.zombie or third.relay):
        raise UsageError(_BOUNCE_BY_IPV4 if third.relay else _IDLE_BY_IPV4)
    if third.source and (":" in third.source) != (family == 6):
        raise UsageError("-S {source} is not of the targets' IP version. Give a source of theirs.", source=third.source)
    zombie = _party("-sI", third.zombie, _WEB, family, resolver) if third.zombie else None
    relay = _relay(third.relay, family, resolver) if third.relay else None
    return Parties(zombie, relay, _decoys(third.decoys, family, resolver), third.source)


NOT_OURS = "-S {source} is no address of this machine; say by -e which interface is to send from it."
OTHERS = (
    "{option} makes packets of others, and {address} is neither in the lab nor on loopback nor in your scope file. Try "
    "it in the practice network (tui-scan lab), or, if both target and third party are your own, write own = "
    '["{address}/{bits}"] into {file}.'
)
NOT_OF_LAB = (
    "{option} makes packets of others, and {address} is not in this practice network. Name hosts of it; “tui-scan lab "
    "--list” lists them."
)


def refusal(
    third: ThirdParties, parties: Parties, ranges: tuple[AddressRange, ...], family: int, interface: str | None
) -> str | None:
    """Why these parties and targets may not be brought together here; None where they may.

    ``interface`` is the one that packets are to leave by, if one is given. An own address is nobody else's.
    """
    if not third.options:
        return None
    if third.source and not _is_ours(third.source):
        if not interface:
            return Sentence(NOT_OURS, source=third.source)
    elif third.options == ("-S",):
        return None
    from tui_scan.scope.own import is_own, lab_networks, own_networks, scope_file

    lab = lab_networks()
    networks = (*lab, *own_networks(third.scope))
    others = [AddressRange(address_value(text, family), address_value(text, family)) for text in parties.others]
    wrong = next((item for item in (*others, *ranges) if not is_own(item, family, networks)), None)
    if wrong is None:
        return None
    first = next(iter(addresses((wrong,), family)))
    if lab:
        return Sentence(NOT_OF_LAB, option=third.options[0], address=first)
    return Sentence(
        OTHERS,
        option=third.options[0],
        address=first,
        bits=128 if family == 6 else 32,
        file=scope_file(third.scope),
    )


def _is_ours(address: str) -> bool:
    """Whether an address is this machine's."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((address, 0))
        except OSError:
            return False
        return True


def _relay(text: str, family: int, resolver: Resolver) -> Party:
    login, at, host = text.rpartition("@")
    party = _party("-b", host, _FTP, family, resolver)
    if not at:
        return party
    user, colon, password = login.partition(":")
    return Party(host, party.address, party.port, user, password if colon else party.password)


def _party(option: str, text: str, port: int, family: int, resolver: Resolver) -> Party:
    match = re.fullmatch(_HOST_PORT, text)
    number = int(match["port"] or port) if match else 0
    if match is None or not 1 <= number <= 65535:
        raise UsageError(
            "{option} wants a host and perhaps a port, such as zombie.lab:80, not “{given}”.", option=option, given=text
        )
    return Party(text, _resolved(option, match["host"], family, resolver), number)


def _resolved(option: str, name: str, family: int, resolver: Resolver) -> str:
    found = resolve(name, family, resolver)
    if not found:
        raise UsageError(
            "{option}: “{name}” has no IPv{family} address. Give a host that has one.",
            option=option,
            name=name,
            family=family,
        )
    return next(iter(addresses(found[:1], family)))


def _decoys(words: tuple[str, ...], family: int, resolver: Resolver) -> tuple[str, ...]:
    made = []
    for word in words:
        if word == "RND":
            made.append(_drawn(family))
        else:
            made.append("" if word == OURSELVES else _resolved("-D", word, family, resolver))
    return tuple(made)


def _drawn(family: int) -> str:
    """An address of the practice network's link, by lot."""
    from tui_scan.scope.own import lab_network

    network = lab_network() if family == 4 else None
    if network is None:
        raise RefusedError(
            "-D RND draws addresses, and outside the practice network they would be somebody's. Name decoys of your "
            "own, or try it there by IPv4: tui-scan lab."
        )
    from random import randrange

    return str(network[randrange(2, network.num_addresses - 1)])
