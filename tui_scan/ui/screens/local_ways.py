"""Where a local socket leads: a listener to what a scan says of its port, a connection to its other end."""

from typing import TYPE_CHECKING, NamedTuple

from tui_scan.language import translate
from tui_scan.local.addresses import own_addresses
from tui_scan.local.records import PROTOCOLS, UNIX, LocalSocket, shown_address
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

if TYPE_CHECKING:
    from tui_scan.engine.scan import Scan

_WILDCARDS = frozenset(("0.0.0.0", "::"))
NO_PORT = "No scan reaches this socket: it has no TCP or UDP port."
ON_LOOPBACK = (
    "Port {port} was not scanned. It listens on {address} alone: only this machine itself reaches it. From here: "
    "tui-scan scan{options} -p {port} {address}"
)
FROM_ELSEWHERE = (
    "Port {port} of this machine was not scanned. What others see of it only another machine can tell: "
    "tui-scan scan{options} -p {port} {address}"
)
NO_UNIX_PEER = "The other end of this UNIX socket has not accepted it yet, is gone, or there is none."
PEER_ELSEWHERE = (
    "The other end, {peer}, is no socket that is seen here: it is on another machine, or in another network namespace "
    "of this one (n)."
)

MOST_HOSTS = 4096
"""Hosts of a scan that are looked through for this machine."""


class Cell(NamedTuple):
    """One port of one host of a scan, by their numbers."""

    host: int
    column: int


def scanned(one: LocalSocket, scan: "Scan | None", own: frozenset[str] | None = None) -> Cell | None:
    """The cell of a scan that holds the verdict on a listener's port; None where there is none yet.

    A listener on all addresses is met at any of this machine's ``own`` (asked for where None).
    """
    kind = one.protocol.rstrip("6")
    if scan is None or not one.local_port or kind not in (Protocol.TCP.value, Protocol.UDP.value):
        return None
    import numpy as np

    column = int(scan.columns.find(Protocol(kind), np.array([one.local_port]))[0])
    if column < 0:
        return None
    mine = own_addresses() if own is None else own
    for host in range(min(scan.hosts.count, MOST_HOSTS)):
        address = scan.hosts.address(host)
        if _meets(one, address, mine) and scan.ledger.state[scan.ledger.row(host)][column] != PortState.UNTRIED:
            return Cell(host, column)
    return None


def _meets(one: LocalSocket, address: str, own: frozenset[str]) -> bool:
    """Whether packets to an address reach the listener, as far as its family and bound address tell."""
    if one.local_address not in _WILDCARDS:
        return shown_address(one.local_address) == shown_address(address)
    if (":" in address) != (one.family == 6) and (one.family == 4 or one.v6only):
        return False
    return address in own or address == "::1" or address.startswith("127.")


def how_to_scan(one: LocalSocket) -> str:
    """What to do to get a verdict on a listener."""
    if one.protocol not in PROTOCOLS or not one.local_port:
        return translate(NO_PORT)
    at, everywhere = one.local_address, one.local_address in _WILDCARDS
    options = (" -sU" if one.protocol.startswith("udp") else "") + (" -6" if one.family == 6 and not everywhere else "")
    sentence = ON_LOOPBACK if at == "::1" or at.startswith("127.") else FROM_ELSEWHERE
    return translate(sentence, port=one.local_port, options=options, address="ADDRESS" if everywhere else at)


def no_peer(one: LocalSocket) -> str:
    """Why a connection's other end has no row."""
    return translate(NO_UNIX_PEER) if one.protocol == UNIX else translate(PEER_ELSEWHERE, peer=one.remote)
