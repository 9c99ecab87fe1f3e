"""Listeners, lists and views for the tests of the comparison."""

from typing import Any

from tui_scan.compare.seen import Seen, Vantage
from tui_scan.local.listing import Listing
from tui_scan.local.records import LocalSocket
from tui_scan.local.states import SocketState
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol
from tui_scan.model.verdict import Verdict

REASONS = {
    PortState.OPEN: Reason.SYN_ACK,
    PortState.CLOSED: Reason.RESET,
    PortState.FILTERED: Reason.NO_RESPONSE,
    PortState.OPEN_FILTERED: Reason.NO_RESPONSE,
}


def listener(address: str, port: int = 22, protocol: str = "", **more: Any) -> LocalSocket:
    """A listener as a reading gives it."""
    name = protocol or ("tcp6" if ":" in address else "tcp")
    state = SocketState.CLOSE if name.startswith("udp") else SocketState.LISTEN
    any_address = "::" if ":" in address else "0.0.0.0"
    return LocalSocket(name, address, port, any_address, 0, state, 0, 0, 0, "root", 4711)._replace(**more)


def listing(*sockets: LocalSocket, addresses: str = "10.0.0.5 fd00::5 127.0.0.1 ::1", **more: Any) -> Listing:
    """A host's list."""
    source, complete = more.pop("source", "ssh web1"), more.pop("complete", True)
    return Listing(sockets, source, 1e9, "web1", complete, (), frozenset(addresses.split()), **more)


def seen(
    port: int = 22,
    state: PortState = PortState.OPEN,
    protocol: Protocol = Protocol.TCP,
    vantage: Vantage | None = None,
    address: str = "10.0.0.5",
    reason: Reason | None = None,
    **more: Any,
) -> Seen:
    """A verdict as a scan from another machine gives it."""
    verdict = Verdict(address, protocol, port, state, REASONS.get(state, Reason.NONE), 1, 400, 64, **more)
    if reason is not None:
        verdict = Verdict(address, protocol, port, state, reason, 1, None, None, **more)
    return Seen(verdict, vantage or Vantage("laptop", "10.0.0.9"), 1e9 + 5)
