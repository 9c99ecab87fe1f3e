"""What is told about one local socket."""

from functools import lru_cache
from typing import NamedTuple

from tui_scan.local.states import STATE_MEANINGS, SocketState

PROTOCOLS = ("tcp", "tcp6", "udp", "udp6")
"""The kinds of sockets that are read, under netstat's names and in its order."""


class LocalSocket(NamedTuple):
    """One row of the local view. A tuple, because 50,000 frozen dataclasses take ten times as long to make.

    ``protocol`` is one of PROTOCOLS. Addresses are text (RFC 5952, ``::ffff:192.0.2.1`` for mapped ones),
    ports numbers, 0 for any. ``recv_q`` and ``send_q`` are bytes; for a listener ``recv_q`` counts the
    connections not yet accepted. ``inode`` is 0 where no program holds the socket; ``uid`` is then None if
    the kernel does not know it, and ``note`` says why. ``backlog`` (a listener's limit) and ``v6only`` are
    None where the source cannot tell them. ``pid`` and ``program`` are None until an owner is known.
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

    def owned_by(self, pid: int, program: str) -> "LocalSocket":
        """The same socket with its owner filled in."""
        return LocalSocket._make((*self[:-2], pid, program))

    @property
    def family(self) -> int:
        """4 or 6: the socket's own family, also where its addresses are IPv4-mapped."""
        return 6 if self.protocol.endswith("6") else 4

    @property
    def listening(self) -> bool:
        """Takes what comes from anybody: a TCP listener, or a UDP socket without a fixed peer."""
        return self.remote_port == 0

    @property
    def state_label(self) -> str:
        """The state as netstat shows it: empty for UDP without a peer."""
        return "" if self.state is SocketState.CLOSE and self.protocol.startswith("udp") else self.state.name

    @property
    def local(self) -> str:
        """The local address and port as the table shows them."""
        return endpoint(self.local_address, self.local_port)

    @property
    def remote(self) -> str:
        """The peer's address and port as the table shows them."""
        return endpoint(self.remote_address, self.remote_port)

    @property
    def meaning(self) -> str:
        """What the state means, in a sentence or two."""
        return STATE_MEANINGS[self.state]

    @property
    def key(self) -> tuple[str, str, int, str, int, int]:
        """What stays the same between two readings of one socket, to find what appeared and what went."""
        return (
            self.protocol,
            self.local_address,
            self.local_port,
            self.remote_address,
            self.remote_port,
            self.inode,
        )


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
