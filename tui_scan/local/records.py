"""What is told about one local socket."""

import struct
import sys
from functools import lru_cache
from typing import NamedTuple

from tui_scan.language import translate
from tui_scan.local.states import KIND_MEANINGS, STATE_MEANINGS, STATE_NAMES, SocketState

PROTOCOLS = ("tcp", "tcp6", "udp", "udp6")
"""The kinds of sockets with ports, under netstat's names and in its order."""

RAW = ("raw", "raw6")
PING = ("icmp", "icmp6")
UNIX, PACKET = "unix", "packet"

KINDS = (*PROTOCOLS, *RAW, *PING, UNIX, PACKET)
"""Every kind of sockets that is read."""

_WILDCARDS = frozenset(("0.0.0.0", "::"))


class Clock(NamedTuple):
    """The timer that runs on a socket: its number (see ``timers.py``, 0: none), milliseconds left, and how often it
    ended already.
    """

    timer: int = 0
    expires: int = 0
    ended: int = 0


_NO_CLOCK = Clock()
_TIMER = struct.Struct("=2xBB48xI")
_COOKIE = slice(44, 52)
"""Where ``inet_diag_msg`` has the timer with its count and milliseconds, and the cookie."""


class LocalSocket(NamedTuple):
    """One row of the local view. A tuple, because 50,000 frozen dataclasses take ten times as long to make.

    ``protocol`` is one of KINDS. Addresses are text (RFC 5952, ``::ffff:192.0.2.1`` for mapped ones),
    ports numbers, 0 for any. ``recv_q`` and ``send_q`` are bytes; for a listener ``recv_q`` counts the
    connections not yet accepted. ``inode`` is 0 where no program holds the socket; ``uid`` is then None if
    the kernel does not know it, and ``note`` says why. ``backlog`` (a listener's limit) and ``v6only`` are
    None where the source cannot tell them. ``pid`` and ``program`` are None until an owner is known.

    A raw socket has the number of its IP protocol as port, a ping socket the identifier of its echo requests. A
    UNIX socket's addresses are its own and its peer's path, with ``@`` for an abstract name, empty without a name;
    ``kind`` is ``stream``, ``dgram`` or ``seqpacket``, ``peer`` the peer's inode. A packet socket's address is the
    protocol that it takes, as ``all`` or ``0x0800``, and its ``kind`` ``raw`` or ``dgram``.

    ``device`` is the interface that the socket is bound to. ``message`` is all that the kernel told by sock_diag,
    from ``inet_diag_msg`` on (``attributes.py`` reads it); where it told by /proc alone, ``clock`` holds its timer.
    """

    protocol: str
    local_address: str
    local_port: int
    remote_address: str
    remote_port: int
    state: SocketState
    recv_q: int
    send_q: int
    uid: int | None
    user: str
    inode: int
    note: str = ""
    backlog: int | None = None
    v6only: bool | None = None
    pid: int | None = None
    program: str | None = None
    device: str = ""
    clock: Clock | None = None
    message: bytes = b""
    kind: str = ""
    peer: int = 0

    def owned_by(self, pid: int | None, program: str | None) -> "LocalSocket":
        """The same socket with its owner filled in, or with none."""
        return tuple.__new__(LocalSocket, (*self[:14], pid, program, *self[16:]))

    @property
    def family(self) -> int:
        """4 or 6: the socket's own family, also where its addresses are IPv4-mapped; 0 where it has none."""
        if self.protocol in (UNIX, PACKET):
            return 0
        return 6 if self.protocol.endswith("6") else 4

    @property
    def listening(self) -> bool:
        """Takes what comes from anybody: a listener, or a socket without handshake and without a fixed peer."""
        if self.protocol == UNIX:
            return self.state is SocketState.LISTEN
        if self.protocol.startswith("tcp"):
            return self.remote_port == 0
        return self.remote_port == 0 and (self.remote_address in _WILDCARDS or not self.remote_address)

    @property
    def running(self) -> Clock:
        """The timer that runs."""
        if not self.message:
            return self.clock or _NO_CLOCK
        timer, count, expires = _TIMER.unpack_from(self.message)
        return Clock(timer, expires, count)

    @property
    def cookie(self) -> int:
        """The kernel's name of the socket, 0 where it was not told by sock_diag."""
        return int.from_bytes(self.message[_COOKIE], sys.byteorder)

    @property
    def state_label(self) -> str:
        """The state as netstat shows it: empty for what has no handshake and no peer."""
        return (
            "" if self.state is SocketState.CLOSE and not self.protocol.startswith("tcp") else STATE_NAMES[self.state]
        )

    @property
    def local(self) -> str:
        """The local address and port as the table shows them."""
        if self.protocol in (UNIX, PACKET):
            return f"{self.local_address}:{self.device}" if self.device else self.local_address
        if self.device:
            shown = f"[{self.local_address}%{self.device}]" if ":" in self.local_address else None
            return f"{shown or f'{self.local_address}%{self.device}'}:{self.local_port or '*'}"
        return endpoint(self.local_address, self.local_port)

    @property
    def remote(self) -> str:
        """The peer's address and port as the table shows them."""
        if self.protocol in (UNIX, PACKET):
            return self.remote_address
        return endpoint(self.remote_address, self.remote_port)

    @property
    def meaning(self) -> str:
        """What the state means, in a sentence or two in the reader's language."""
        kind = self.protocol.rstrip("6")
        return translate(KIND_MEANINGS.get((kind, self.state)) or STATE_MEANINGS[self.state])

    @property
    def key(self) -> tuple[object, ...]:
        """What stays the same between two readings of one socket, to find what appeared and what went.

        A TCP connection is known by its two ends, whatever its state becomes; other sockets may share theirs.
        """
        return self[:5] if self[4] and self[0] in ("tcp", "tcp6") else (*self[:5], self[10])


def endpoint(address: str, port: int) -> str:
    """Write ``192.0.2.1:80``, ``[2001:db8::1]:80`` (RFC 5952 section 6) or ``0.0.0.0:*`` for port 0.

    An IPv4-mapped address is shown as netstat does, as the IPv4 address that it stands for.
    """
    return f"{shown_address(address)}:{port or '*'}"


@lru_cache(maxsize=1 << 16)
def shown_address(address: str) -> str:
    """The address as it stands before a colon and a port."""
    if address.startswith("::ffff:") and "." in address:
        return address.removeprefix("::ffff:")
    return f"[{address}]" if ":" in address else address
