"""The listeners of this host's other network namespaces: containers, and whatever else lives apart."""

from tui_scan.local.listeners import listeners_in
from tui_scan.local.namespaces import namespaces
from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import LocalError


def elsewhere() -> list[LocalSocket]:
    """The TCP and UDP sockets that listen in namespaces other than the calling thread's, without owners.

    ``note`` of each names its namespace. Namespaces that may not be seen or read are left out.
    """
    found: list[LocalSocket] = []
    for space in namespaces():
        if space.own:
            continue
        try:
            sockets = listeners_in(space)
        except (LocalError, OSError):
            continue
        process = "" if space.pid is None else f", process {space.pid}"
        note = f"network namespace {space.title if space.names or space.unit else space.number}{process}"
        found += [one._replace(note=note) for one in sockets]
    return found
