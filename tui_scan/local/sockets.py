"""Reads the sockets of this host, or of another network namespace of it."""

from pathlib import Path

from tui_scan.local.proc_net import read_proc_net, read_table
from tui_scan.local.records import PROTOCOLS, LocalSocket
from tui_scan.local.sock_diag import read_diag
from tui_scan.model.errors import LocalError


def read_sockets(proc: str | Path | None = None) -> list[LocalSocket]:
    """All TCP and UDP sockets, IPv4 and IPv6, in netstat's order, without owners (see ``Owners.name``).

    Without ``proc``: those of the calling thread's network namespace, by sock_diag where the kernel has it,
    else from /proc. ``proc`` is the ``net`` directory of a process in another namespace, ``/proc/4711/net``;
    ``backlog`` and ``v6only`` are then unknown. Raises LocalError where neither can be read.
    """
    try:
        if proc is not None:
            return read_proc_net(proc)
        return [found for protocol in PROTOCOLS for found in _read_own(protocol)]
    except OSError as error:
        raise LocalError(
            f"The socket tables in {proc or '/proc'} cannot be read ({error.strerror}). Is /proc mounted, "
            "and does the process still live?"
        ) from error


def _read_own(protocol: str) -> list[LocalSocket]:
    try:
        return read_diag(protocol)
    except OSError:
        return read_table(protocol)
