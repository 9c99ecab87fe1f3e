"""The states a local socket can be in, and what each one means to somebody who reads the table."""

from enum import Enum


class SocketState(Enum):
    """A socket's state under netstat's name; the values are Linux's (``include/net/tcp_states.h``).

    RFC 9293 section 3.3.2 defines the TCP states; it writes them with a hyphen (SYN-SENT). NEW_SYN_RECV is
    the kernel's own word for a half-open request and is read as SYN_RECV. CLOSE on UDP means: not connected.
    """

    ESTABLISHED = 1
    SYN_SENT = 2
    SYN_RECV = 3
    FIN_WAIT1 = 4
    FIN_WAIT2 = 5
    TIME_WAIT = 6
    CLOSE = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    LISTEN = 10
    CLOSING = 11

    __hash__ = object.__hash__  # Enum's own is Python code, and states are looked up 50,000 times a second.


STATES_BY_NUMBER = {state.value: state for state in SocketState} | {12: SocketState.SYN_RECV}
"""Linux's state number to the state, NEW_SYN_RECV (12) included."""

STATE_NAMES = {state: state.name for state in SocketState}
"""netstat's names; Enum's own attribute is ten times as slow."""

STATE_MEANINGS = {
    SocketState.LISTEN: (
        "A program waits here for others to connect. Recv-Q counts the connections that it has not accepted yet."
    ),
    SocketState.SYN_SENT: (
        "This side sent a SYN and waits for the answer. If it stays so, the SYN or its answer is dropped on the way."
    ),
    SocketState.SYN_RECV: (
        "A SYN came and this side answered SYN-ACK; the last ACK of the handshake is still missing. Many of"
        " these at once may be a SYN flood."
    ),
    SocketState.ESTABLISHED: (
        "The handshake is complete and data may flow both ways. A UDP socket is shown so when connect() fixed its peer."
    ),
    SocketState.FIN_WAIT1: (
        "This side closed first: its FIN is sent, or still waits behind data in Send-Q, and no ACK has come for it."
    ),
    SocketState.FIN_WAIT2: (
        "This side's FIN was acknowledged, and it waits for the FIN of the other side, which may still send data."
    ),
    SocketState.CLOSE_WAIT: (
        "The other side closed, and the program here has not closed yet. If such sockets pile up, the "
        "program forgets to close them."
    ),
    SocketState.LAST_ACK: ("The other side closed first, then this side. Only the ACK of this side's FIN is missing."),
    SocketState.CLOSING: (
        "Both sides closed at the same moment: the two FINs crossed, and this side waits for the ACK of its own."
    ),
    SocketState.TIME_WAIT: (
        "The connection is over. The side that closed first keeps the address pair for a while (60 s on "
        "Linux), so that late segments do not enter a new connection. No program owns it."
    ),
    SocketState.CLOSE: (
        "The socket has no connection. A UDP socket in this state takes datagrams from anybody: UDP has no handshake."
    ),
}
"""One or two sentences a state, for a learner."""

KIND_MEANINGS = {
    ("raw", SocketState.CLOSE): (
        "A raw socket without a fixed peer: its program gets a copy of every packet of this IP protocol, whose "
        "number stands in place of a port. No port is open by that."
    ),
    ("raw", SocketState.ESTABLISHED): (
        "A raw socket whose peer was fixed by connect(): its program gets the packets of this IP protocol that "
        "come from that address."
    ),
    ("icmp", SocketState.CLOSE): (
        "A ping socket: its program sends ICMP echo requests and gets the replies, without any privilege. The "
        "number in place of a port is the identifier of its requests."
    ),
    ("icmp", SocketState.ESTABLISHED): (
        "A ping socket whose peer was fixed by connect(). The number in place of a port is the identifier of its "
        "requests."
    ),
    ("packet", SocketState.CLOSE): (
        "A packet socket: its program sees whole frames of this protocol as they pass an interface, before the "
        "firewall and past every port."
    ),
    ("unix", SocketState.LISTEN): (
        "A program waits here for others on this machine to connect. Recv-Q counts the connections that it has not "
        "accepted yet. No network leads here."
    ),
    ("unix", SocketState.ESTABLISHED): (
        "Two sockets of this machine are joined, or a datagram socket has a fixed peer. No network leads here."
    ),
    ("unix", SocketState.SYN_SENT): "The program here waits until the listener of this machine has room for it.",
    ("unix", SocketState.CLOSE): (
        "The socket has no peer. A datagram socket with a name takes what any program of this machine sends to it."
    ),
}
"""What a state means for sockets that are neither TCP nor UDP, by the kind and the state."""

IN_ACCEPT_QUEUE = "in accept queue"
CLOSED_BY_PROGRAM = "closed by its program, the kernel finishes"

UNOWNED_NOTES = {
    SocketState.ESTABLISHED: IN_ACCEPT_QUEUE,
    SocketState.CLOSE_WAIT: IN_ACCEPT_QUEUE,
    SocketState.SYN_RECV: "handshake not finished",
    SocketState.FIN_WAIT1: CLOSED_BY_PROGRAM,
    SocketState.FIN_WAIT2: CLOSED_BY_PROGRAM,
    SocketState.CLOSING: CLOSED_BY_PROGRAM,
    SocketState.LAST_ACK: CLOSED_BY_PROGRAM,
    SocketState.TIME_WAIT: "over, held by the kernel",
}
"""Why a TCP socket has inode 0, by its state.

A program's close() takes a socket out of ESTABLISHED and CLOSE_WAIT at once, so one without an inode there
was never accepted.
"""
