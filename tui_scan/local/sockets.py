"""Reads the sockets of this host, or of another network namespace of it."""

from pathlib import Path

from tui_scan.local.proc_net import PROC_NET, read_proc_net
from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import LocalError


def read_sockets(proc: str | Path = PROC_NET) -> list[LocalSocket]:
    """All TCP and UDP sockets, IPv4 and IPv6, without their owners (see ``owners.Owners.name``).

    ``proc`` is the ``net`` directory of a process in the wanted namespace, ``/proc/4711/net``. Raises
    LocalError where it cannot be read.
    """
    try:
        return read_proc_net(proc)
    except OSError as error:
        raise LocalError(
            f"The socket tables in {proc} cannot be read ({error.strerror}). Is /proc mounted, "
            "and does the process still live?"
        ) from error
