"""What the states of local sockets mean, as netstat and the local view show them."""

from tui_scan.exchange.explain_entries import Entry, Text
from tui_scan.local.states import STATE_MEANINGS, SocketState

KIND = "state of a local socket"

_REACHED = "It does not prove that others reach the port: a firewall may stand before it, or it listens on loopback."
_PEER = "It does not prove that the other side still lives: it may be gone without a word."

UNPROVEN = {
    SocketState.LISTEN: _REACHED,
    SocketState.SYN_SENT: "It does not prove that the other side is there.",
    SocketState.SYN_RECV: "It does not prove who sent the SYN: its source address may be forged.",
    SocketState.ESTABLISHED: _PEER,
    SocketState.FIN_WAIT1: _PEER,
    SocketState.FIN_WAIT2: _PEER,
    SocketState.CLOSE_WAIT: "It does not prove a fault: a program may still have something to send.",
    SocketState.LAST_ACK: _PEER,
    SocketState.CLOSING: _PEER,
    SocketState.TIME_WAIT: "It does not prove a fault: many of them are usual where many short connections end.",
    SocketState.CLOSE: _REACHED,
}
"""What each state leaves open."""

SOURCES = {
    SocketState.ESTABLISHED: "RFC 9293 §3.3.2; connect(2)",
    SocketState.TIME_WAIT: "RFC 9293 §3.3.2 and §3.6.1",
    SocketState.CLOSE: "netstat(8); udp(7)",
}
_USUAL = "RFC 9293 §3.3.2; netstat(8)"


def entries() -> list[Entry]:
    """The states by their names."""
    return [
        Entry(state.name, KIND, Text(STATE_MEANINGS[state], UNPROVEN[state], SOURCES.get(state, _USUAL)))
        for state in SocketState
    ]
