"""How a host's own listeners stand to one address of it: which of them would take what comes for that address."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from tui_scan.local.listing import THIS_HOST, Listing
from tui_scan.local.records import LocalSocket
from tui_scan.model.techniques import Protocol


class Standing(IntEnum):
    """How the nearest listener of a port stands to the scanned address, the nearest first.

    HERE: bound to that address. LOOPBACK_HERE: the same, and the address is a loopback one. EVERYWHERE: bound to the
    wildcard of the family, or to a dual-stack ``[::]``. TRANSLATED: bound to another address, while the scanned one is
    none of the host's own, so that a translation on the way may lead there. LOOPBACK: bound to 127/8 or ::1.
    OTHER_LOOPBACK: the same, and the scanned address is another loopback one. ANOTHER: bound to another address.
    OTHER_FAMILY: takes IPv6 only, or IPv4 only. OWNER_NAMESPACE: listens in the network namespace of this machine that
    has the scanned address. UNRELATED: listens, but the list is this machine's own and the scanned address is another
    machine's, as far as is known. DOUBTFUL: bound to the wildcard, but the list shows other addresses than the scanned
    one, so it may be another host's. UNRELATED_NAMESPACE: UNRELATED of a listener in another network namespace.
    OTHER_NAMESPACE: listens in another network namespace of the host. NOBODY: nothing listens at that port.
    """

    HERE = 0
    LOOPBACK_HERE = 1
    EVERYWHERE = 2
    TRANSLATED = 3
    LOOPBACK = 4
    OTHER_LOOPBACK = 5
    ANOTHER = 6
    OTHER_FAMILY = 7
    OWNER_NAMESPACE = 8
    UNRELATED = 9
    DOUBTFUL = 10
    UNRELATED_NAMESPACE = 11
    OTHER_NAMESPACE = 12
    NOBODY = 13

    @property
    def apart(self) -> bool:
        """Whether the listener is in another network namespace of the host."""
        return self in (Standing.OWNER_NAMESPACE, Standing.UNRELATED_NAMESPACE, Standing.OTHER_NAMESPACE)


_TAKES = (Standing.HERE, Standing.EVERYWHERE)


@dataclass(frozen=True, slots=True)
class Local:
    """What the host itself says of a port: the standing of the nearest listeners, and these, the nearest first."""

    standing: Standing
    listeners: tuple[LocalSocket, ...] = ()


NOBODY = Local(Standing.NOBODY)


@dataclass(frozen=True)
class Index:
    """A listing's listeners by protocol and port, and those of the host's other network namespaces."""

    listing: Listing
    by_port: dict[tuple[Protocol, int], list[LocalSocket]] = field(default_factory=dict)
    elsewhere: dict[tuple[Protocol, int], list[LocalSocket]] = field(default_factory=dict)

    def local(self, address: str, protocol: Protocol, port: int) -> Local:
        """What listens for ``address`` (text, its zone is not looked at) at a port."""
        address = address.partition("%")[0]
        foreign = bool(self.listing.addresses) and not is_loopback(address) and address not in self.listing.addresses
        listening = self.by_port.get((protocol, port), ())
        others = self.elsewhere.get((protocol, port), ())
        if foreign and self.listing.source == THIS_HOST:
            return self._of_no_own(address, listening, others)
        ranked = sorted(
            ((standing_of(one, address, foreign), one) for one in listening),
            key=lambda pair: (pair[0], not _same_family(pair[1], address)),
        )
        if ranked:
            nearest = ranked[0][0]
            nearer = tuple(one for standing, one in ranked if standing is nearest)
            doubtful = nearest is Standing.EVERYWHERE and not is_loopback(address) and self.listing.doubtful(address)
            return Local(Standing.DOUBTFUL if doubtful else nearest, nearer)
        return Local(Standing.OTHER_NAMESPACE, tuple(others)) if others else NOBODY

    def _of_no_own(self, address: str, listening: Sequence[LocalSocket], others: Sequence[LocalSocket]) -> Local:
        """What listens for an address that this machine's own namespace does not have; another one may."""
        spaces = self.listing.namespaces
        takers = (one for one in others if address in spaces.get(one.note, ()))
        if owner := tuple(one for one in takers if standing_of(one, address, False) in _TAKES):
            return Local(Standing.OWNER_NAMESPACE, owner)
        if listening:
            return Local(Standing.UNRELATED, tuple(listening))
        return Local(Standing.UNRELATED_NAMESPACE, tuple(others)) if others else NOBODY


def index(listing: Listing) -> Index:
    """A listing by protocol and port."""
    others = (one for one in listing.elsewhere if not is_loopback(plain(one.local_address)))
    return Index(listing, _by_port(listing.sockets), _by_port(others))


def _by_port(sockets: Iterable[LocalSocket]) -> dict[tuple[Protocol, int], list[LocalSocket]]:
    found: dict[tuple[Protocol, int], list[LocalSocket]] = defaultdict(list)
    for one in sockets:
        if one.listening and one.protocol.rstrip("6") in ("tcp", "udp"):
            found[Protocol(one.protocol.rstrip("6")), one.local_port].append(one)
    return dict(found)


def standing_of(one: LocalSocket, address: str, foreign: bool) -> Standing:
    """How one listener stands to an address; ``foreign``: the address is none of the host's own."""
    bound = plain(one.local_address)
    six = ":" in address
    if bound == "::":
        takes = six or one.v6only is not True
        return Standing.EVERYWHERE if takes else Standing.OTHER_FAMILY
    if six != (":" in bound):
        return _apart_from(address) if is_loopback(bound) else Standing.OTHER_FAMILY
    if bound == "0.0.0.0":
        return Standing.EVERYWHERE
    if bound == address:
        return Standing.LOOPBACK_HERE if is_loopback(bound) else Standing.HERE
    if is_loopback(bound):
        return _apart_from(address)
    return Standing.TRANSLATED if foreign else Standing.ANOTHER


def _same_family(one: LocalSocket, address: str) -> bool:
    """Whether a listener is of the address's IP version: the kernel prefers it to one that takes both."""
    return (":" in plain(one.local_address)) == (":" in address)


def _apart_from(address: str) -> Standing:
    """How a listener at a loopback address stands to another address."""
    return Standing.OTHER_LOOPBACK if is_loopback(address) else Standing.LOOPBACK


def plain(address: str) -> str:
    """An address without zone, and as IPv4 where it is IPv4-mapped (RFC 4291 section 2.5.5.2)."""
    address = address.partition("%")[0]
    return address.removeprefix("::ffff:") if address.startswith("::ffff:") and "." in address else address


def is_loopback(address: str) -> bool:
    """Whether packets to this address never leave a host (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3)."""
    return address == "::1" or address.startswith("127.")
