"""Reads the sockets of this host, or of another network namespace of it."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tui_scan.local.inet_messages import Remembered
from tui_scan.local.namespaces import Namespace, inside
from tui_scan.local.packet_table import read_packet
from tui_scan.local.proc_net import PROC_NET, read_table
from tui_scan.local.records import PACKET, PROTOCOLS, UNIX, LocalSocket
from tui_scan.local.sock_diag import EVERYTHING, read_diag
from tui_scan.local.unix_diag import read_proc_unix, read_unix
from tui_scan.model.errors import LocalError

_BY_SOCK_DIAG = frozenset(("tcp", "tcp6", "udp", "udp6", "raw", "raw6"))


def read_sockets(
    proc: str | Path | None = None,
    kinds: Iterable[str] = PROTOCOLS,
    everything: bool = False,
    remembered: Remembered | None = None,
) -> list[LocalSocket]:
    """All sockets of the ``kinds`` (of KINDS), in their order, without owners (see ``Owners.name``).

    Without ``proc``: those of the calling thread's network namespace, by sock_diag where the kernel has it,
    else from /proc. ``proc`` is the ``net`` directory of a process in another namespace, ``/proc/4711/net``; what only
    sock_diag tells is then unknown. ``everything`` also has TCP_INFO and what else the kernel can tell read into
    ``message``. ``remembered`` spares making sockets anew that did not change since it was told to keep them.
    Raises LocalError where neither can be read.
    """
    extensions = EVERYTHING if everything else 0
    try:
        with _without_collector():
            if proc is not None:
                return [found for kind in kinds for found in _told(_read_listed(kind, proc), remembered)]
            return [found for kind in kinds for found in _read_own(kind, extensions, remembered)]
    except OSError as error:
        raise LocalError(
            "The socket tables in {proc} cannot be read ({strerror}). Is /proc mounted, and does the process "
            "still live?",
            proc=proc or "/proc",
            strerror=error.strerror,
        ) from error


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing that is read becomes garbage meanwhile, and looking for it takes an eighth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def read_namespace(
    namespace: Namespace,
    kinds: Iterable[str] = PROTOCOLS,
    everything: bool = False,
    remembered: Remembered | None = None,
) -> list[LocalSocket]:
    """``read_sockets`` for a network namespace: inside it where this process may go there, else by what /proc tells.

    Raises LocalError where it is gone or may not be read.
    """
    wanted = tuple(kinds)
    try:
        return inside(namespace, lambda: read_sockets(None, wanted, everything, remembered))
    except PermissionError as error:
        if namespace.pid is None:
            raise LocalError(
                "The network namespace {title} may not be entered (that takes CAP_SYS_ADMIN: sudo), and no "
                "process that may be read lives in it.",
                title=namespace.title,
            ) from error
        return read_sockets(f"/proc/{namespace.pid}/net", wanted, False, remembered)


def _read_own(kind: str, extensions: int, remembered: Remembered | None) -> list[LocalSocket]:
    if kind == UNIX:
        return _told(read_unix(PROC_NET), remembered)
    if kind in _BY_SOCK_DIAG:
        begun = len(remembered.order) if remembered is not None else 0
        try:
            return read_diag(kind, extensions, remembered)
        except OSError:
            if remembered is not None:
                del remembered.order[begun:]
    return _told(_read_listed(kind, PROC_NET), remembered)


def _told(found: list[LocalSocket], remembered: Remembered | None) -> list[LocalSocket]:
    """Sockets that are made anew at every reading."""
    if remembered is not None:
        remembered.order += [b""] * len(found)
    return found


def _read_listed(kind: str, directory: str | Path) -> list[LocalSocket]:
    if kind == UNIX:
        return read_proc_unix(directory)
    if kind == PACKET:
        return read_packet(directory)
    return read_table(kind, directory)
