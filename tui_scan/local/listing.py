"""What listens on a host, by its own word: read here, told over ssh, or brought by hand."""

import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tui_scan.language import Sentence
from tui_scan.local.addresses import own_addresses
from tui_scan.local.elsewhere import addresses_elsewhere, elsewhere
from tui_scan.local.listeners import read_listeners
from tui_scan.local.owners import Owners
from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import LocalError

THIS_HOST = "this host"
"""The source of a list that was read here."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The listeners of one host at one time: TCP in LISTEN, and UDP sockets without a fixed peer.

    ``source`` says in a few words where the list is from (``this host``, ``ssh web1``, ``import ss.txt``).
    ``taken_at`` is Unix time in seconds by this machine's clock, nan where an import does not tell it. ``host`` is
    the host's own name, empty where unknown. ``complete`` is False where listeners may be missing (unreadable
    lines, only one of several tables). ``notes`` are sentences for a person. ``addresses`` are the host's own
    addresses, RFC 5952 text without a zone, empty where unknown. ``elsewhere`` are the listeners of the host's other
    network namespaces (containers), as far as they are known, and ``namespaces`` the addresses of such a namespace by
    what ``note`` of its listeners says. ``shown`` are addresses of the host's that its sockets have, where the list is
    all that is known of it: those of every interface it may have are not among them.
    """

    sockets: tuple[LocalSocket, ...]
    source: str
    taken_at: float
    host: str
    complete: bool
    notes: tuple[str, ...]
    addresses: frozenset[str]
    elsewhere: tuple[LocalSocket, ...] = ()
    namespaces: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()

    def shown_of(self, address: str) -> list[str]:
        """The addresses that are shown of the same IP version, sorted."""
        return sorted(one for one in self.shown if (":" in one) == (":" in address))

    def doubtful(self, address: str) -> bool:
        """Whether all that the list shows are other addresses than this one, so that it may be another host's."""
        return bool(self.shown_of(address)) and address not in self.shown


def own_listing() -> Listing:
    """What listens in the calling thread's network namespace, owners included; raises LocalError."""
    taken_at, owners = time.time(), Owners()
    try:
        own = read_listeners()
    except OSError as error:
        raise LocalError(
            "The socket tables in /proc cannot be read ({strerror}). Is /proc mounted?", strerror=error.strerror
        ) from error
    apart = elsewhere()
    named = owners.name([*own, *apart])
    found, others = tuple(named[: len(own)]), tuple(named[len(own) :])
    hidden = sum(one.pid is None for one in found)
    spaces = addresses_elsewhere() if apart else {}
    told = Sentence(
        "Owners that are hidden: {count}. The reason: {reason}.", count=hidden, reason=Sentence(owners.reason)
    )
    notes = (told,) if hidden else ()
    return Listing(found, THIS_HOST, taken_at, socket.gethostname(), True, notes, own_addresses(), others, spaces)


def listeners(sockets: Iterable[LocalSocket]) -> list[LocalSocket]:
    """The TCP and UDP sockets that take what comes from anybody."""
    return [one for one in sockets if one.listening and one.protocol.startswith(("tcp", "udp"))]
