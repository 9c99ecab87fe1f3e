"""The other end of a connection, where it is a socket of this machine too."""

from collections.abc import Iterable

from tui_scan.local.records import UNIX, LocalSocket, shown_address

_WILDCARDS = frozenset(("0.0.0.0", "[::]"))


def peer_of(one: LocalSocket, sockets: Iterable[LocalSocket]) -> LocalSocket | None:
    """The socket among ``sockets`` that this one talks to; None where it is elsewhere or has no peer.

    An unconnected UDP socket that has the address and port of a fixed peer counts as the peer.
    """
    if one.protocol == UNIX:
        return next((other for other in sockets if other.inode == one.peer), None) if one.peer else None
    if not one.remote_port:
        return None
    kind, here, there = one.protocol.rstrip("6"), shown_address(one.local_address), shown_address(one.remote_address)
    found: LocalSocket | None = None
    for other in sockets:
        if other.local_port != one.remote_port or other.protocol.rstrip("6") != kind:
            continue
        address = shown_address(other.local_address)
        if other.remote_port == one.local_port:
            if address == there and shown_address(other.remote_address) == here:
                return other
        elif kind == "udp" and not other.remote_port and address in (there, *_WILDCARDS):
            found = other
    return found
