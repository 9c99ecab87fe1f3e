"""The order of sockets by each column."""

import socket
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tui_scan.local.attributes import cgroup_of
from tui_scan.local.records import KINDS, LocalSocket
from tui_scan.local.states import SocketState


@lru_cache(maxsize=1 << 16)
def _address_rank(address: str) -> bytes:
    """IPv4 before IPv6, each in the order of the numbers; what is no address comes last, by its letters."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        packed = socket.inet_pton(family, address)
    except OSError:
        return b"\xff" + address.encode()
    return len(packed).to_bytes(1, "big") + packed


_FIRST = (SocketState.LISTEN, SocketState.CLOSE, SocketState.ESTABLISHED, SocketState.SYN_SENT, SocketState.SYN_RECV)
_STATE_RANK = {state: number for number, state in enumerate(dict.fromkeys((*_FIRST, *SocketState)))}
_KIND_RANK = {kind: number for number, kind in enumerate(sorted(KINDS))}

SORT_KEYS: dict[str, Callable[[LocalSocket], Any]] = {
    "proto": lambda one: one.protocol,
    "recv": lambda one: -one.recv_q,
    "send": lambda one: -one.send_q,
    "local": lambda one: (_address_rank(one.local_address), one.local_port),
    "remote": lambda one: (_address_rank(one.remote_address), one.remote_port),
    # One number: of 50,000 rows, tuples take three times as long.
    "state": lambda one: _STATE_RANK[one[5]] << 24 | _KIND_RANK[one[0]] << 16 | one[2],
    "user": lambda one: one.user,
    "inode": lambda one: one.inode,
    "program": lambda one: (one.program is None, one.program or "", one.pid or 0),
    "timer": lambda one: (not one.running.timer, one.running.expires),
    "unit": lambda one: (cgroup_of(one) or 0, one.pid or 0),
    "command": lambda one: (one.program is None, one.program or "", one.pid or 0),
}
"""How rows are ordered by each column; queues the fullest first, timers the soonest first."""
