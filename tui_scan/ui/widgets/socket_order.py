"""The order of sockets by each column."""

import socket
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tui_scan.local.cgroups import unit
from tui_scan.local.processes import Processes
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
}
"""How rows are ordered by a column that the socket itself tells; queues the fullest first, timers the soonest first."""

TEXTS: dict[str, Callable[[Processes, int | None], str]] = {
    "unit": lambda processes, pid: unit(processes.group(pid)),
    "command": Processes.command,
}
"""The texts of the columns that tell of the process."""


def sort_key(column: str, processes: Processes) -> Callable[[LocalSocket], Any]:
    """The key by which a column orders sockets; empty texts come last."""
    if column in SORT_KEYS:
        return SORT_KEYS[column]
    text = TEXTS[column]

    def key(one: LocalSocket) -> tuple[bool, str, int]:
        found = text(processes, one.pid)
        return not found, found, one.pid or 0

    return key
