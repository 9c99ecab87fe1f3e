"""Reads listeners alone: of 50,000 sockets the kernel then tells the few that are wanted."""

from tui_scan.local.namespaces import Namespace, inside
from tui_scan.local.proc_net import read_table
from tui_scan.local.records import PROTOCOLS, LocalSocket
from tui_scan.local.sock_diag import read_diag
from tui_scan.local.sockets import read_sockets
from tui_scan.local.states import SocketState

_WITHOUT_PEER = 1 << SocketState.LISTEN.value | 1 << SocketState.CLOSE.value
"""TCP listeners, and UDP sockets that are not connected."""


def read_listeners() -> list[LocalSocket]:
    """The TCP and UDP sockets of the thread's namespace that take what comes from anybody.

    Raises OSError as /proc gives it, where that has to be read.
    """
    return [one for protocol in PROTOCOLS for one in _read(protocol) if one.listening]


def listeners_in(namespace: Namespace) -> list[LocalSocket]:
    """The same of a namespace. Raises LocalError where it is gone, PermissionError where it may not be read."""
    try:
        return inside(namespace, read_listeners)
    except PermissionError:
        if namespace.pid is None:
            raise
        return [one for one in read_sockets(f"/proc/{namespace.pid}/net") if one.listening]


def _read(protocol: str) -> list[LocalSocket]:
    try:
        return read_diag(protocol, states=_WITHOUT_PEER)
    except OSError:
        return read_table(protocol)
