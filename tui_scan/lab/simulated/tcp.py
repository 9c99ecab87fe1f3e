"""A simulated host's TCP: enough of RFC 9293 to be opened, closed, reset and half-opened."""

import hashlib
import struct
from dataclasses import dataclass, replace
from enum import Enum, auto

from tui_scan.lab.simulated import tcp_options
from tui_scan.lab.tcp_stacks import TcpStack

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

_MOST_CONNECTIONS = 4096
_WRAP = 1 << 32

Peer = tuple[bytes, bytes, int, int]
"""Remote address, own address, remote port, own port."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment without its ports; ``offered`` are its options by kind."""

    flags: int
    sequence: int
    acknowledgement: int
    window: int
    length: int
    offered: dict[int, bytes]

    @property
    def space(self) -> int:
        """SEG.LEN: the sequence numbers that it takes (RFC 9293 §3.4)."""
        return self.length + bool(self.flags & SYN) + bool(self.flags & FIN)


@dataclass(frozen=True, slots=True)
class Reply:
    """A segment to send; ``options`` are bytes, padded to four."""

    flags: int
    sequence: int
    acknowledgement: int
    window: int = 0
    options: bytes = b""


class _State(Enum):
    SYN_RECEIVED = auto()
    ESTABLISHED = auto()
    LAST_ACK = auto()


@dataclass(slots=True)
class _Connection:
    state: _State
    iss: int
    send_next: int
    receive_next: int
    syn_ack: Reply


def read(payload: bytes) -> tuple[int, int, Segment] | None:
    """Source port, destination port and segment; None for what is no TCP header."""
    if len(payload) < 20:
        return None
    source, destination, sequence, acknowledgement, offset, flags, window = struct.unpack_from(">HHIIBBH", payload)
    header = (offset >> 4) * 4
    if not 20 <= header <= len(payload):
        return None
    offered = tcp_options.read(payload[20:header])
    return (
        source,
        destination,
        Segment(flags, sequence, acknowledgement, window, len(payload) - header, offered),
    )


def reset_for(segment: Segment) -> Reply | None:
    """What a closed port answers (RFC 9293 §3.10.7.1): a reset to all but a reset."""
    if segment.flags & RST:
        return None
    if segment.flags & ACK:
        return Reply(RST, segment.acknowledgement, 0)
    return Reply(RST | ACK, 0, (segment.sequence + segment.space) % _WRAP)


class OpenPorts:
    """The connections of all open ports; the oldest goes when there are too many."""

    def __init__(self, secret: bytes, window: int, options: tuple[str, ...], stack: TcpStack = TcpStack.RFC) -> None:
        self._secret = secret
        self._window = window
        self._options = options
        self._stack = stack
        self._connections: dict[Peer, _Connection] = {}

    def awaits(self, peer: Peer) -> Reply | None:
        """The SYN-ACK to send again while its acknowledgement has not come, else None."""
        connection = self._connections.get(peer)
        return connection.syn_ack if connection and connection.state is _State.SYN_RECEIVED else None

    def give_up(self, peer: Peer) -> None:
        """Forget a handshake that was never completed."""
        if self.awaits(peer):
            del self._connections[peer]

    def receive(self, peer: Peer, segment: Segment, milliseconds: int) -> Reply | None:
        """What an open port answers (RFC 9293 §3.10.7.2 to §3.10.7.4); ``milliseconds`` is the time."""
        connection = self._connections.get(peer)
        if connection is None:
            return self._listen(peer, segment, milliseconds)
        if segment.flags & RST:
            if segment.sequence == connection.receive_next:
                del self._connections[peer]
            return None
        if segment.flags & SYN:
            return self._again(connection, segment)
        if not segment.flags & ACK:
            return None
        if connection.state is _State.SYN_RECEIVED:
            if segment.acknowledgement != connection.send_next:
                return Reply(RST, segment.acknowledgement, 0)
            connection.state = _State.ESTABLISHED
        return self._established(peer, connection, segment)

    def _listen(self, peer: Peer, segment: Segment, milliseconds: int) -> Reply | None:
        if segment.flags & ACK or not segment.flags & SYN:
            return self._stray(segment)
        if segment.flags & RST:
            return None
        iss = self._initial(peer, milliseconds)
        following = (segment.sequence + 1) % _WRAP
        options = tcp_options.agreed(self._options, segment.offered, milliseconds)
        reply = Reply(SYN | ACK, iss, following, self._window, options)
        if len(self._connections) >= _MOST_CONNECTIONS:
            del self._connections[next(iter(self._connections))]
        self._connections[peer] = _Connection(_State.SYN_RECEIVED, iss, (iss + 1) % _WRAP, following, reply)
        return reply

    def _stray(self, segment: Segment) -> Reply | None:
        """What belongs to no connection and begins none: here stacks differ (see ``TcpStack``)."""
        reset = reset_for(segment)
        if not segment.flags & ACK:
            return reset if self._stack is TcpStack.WINDOWS else None
        if self._stack is not TcpStack.BSD or reset is None:
            return reset
        return None if segment.flags & FIN else replace(reset, window=self._window)

    def _initial(self, peer: Peer, milliseconds: int) -> int:
        """The initial sequence number: a clock of 4 us and a keyed hash (RFC 9293 §3.4.1)."""
        remote, own, remote_port, own_port = peer
        key = remote + own + struct.pack(">HH", remote_port, own_port)
        digest = hashlib.blake2b(key, digest_size=4, key=self._secret).digest()
        return (int.from_bytes(digest, "big") + milliseconds * 250) % _WRAP

    def _again(self, connection: _Connection, segment: Segment) -> Reply:
        """A SYN for a known connection: its SYN-ACK again, else a challenge (RFC 5961 §4)."""
        same = (segment.sequence + 1) % _WRAP == connection.receive_next
        if connection.state is _State.SYN_RECEIVED and same:
            return connection.syn_ack
        return self._acknowledge(connection)

    def _acknowledge(self, connection: _Connection, flags: int = ACK) -> Reply:
        return Reply(flags, connection.send_next, connection.receive_next, self._window)

    def _established(self, peer: Peer, connection: _Connection, segment: Segment) -> Reply | None:
        if connection.state is _State.LAST_ACK:
            if segment.acknowledgement == connection.send_next:
                del self._connections[peer]
            return None
        if not segment.space:
            return None
        if segment.sequence != connection.receive_next:
            return self._acknowledge(connection)
        connection.receive_next = (connection.receive_next + segment.space) % _WRAP
        if not segment.flags & FIN:
            return self._acknowledge(connection)
        last = self._acknowledge(connection, FIN | ACK)
        connection.state = _State.LAST_ACK
        connection.send_next = (connection.send_next + 1) % _WRAP
        return last


def build(source_port: int, destination_port: int, reply: Reply) -> bytes:
    """The segment as bytes, its checksum (at offset 16) still zero."""
    header = 20 + len(reply.options)
    return (
        struct.pack(
            ">HHIIBBHHH",
            source_port,
            destination_port,
            reply.sequence,
            reply.acknowledgement,
            header // 4 << 4,
            reply.flags,
            reply.window,
            0,
            0,
        )
        + reply.options
    )
