"""The listeners of this host's other network namespaces: containers, and whatever else lives apart."""

from tui_scan.language import translate
from tui_scan.local.addresses import own_addresses
from tui_scan.local.listeners import listeners_in
from tui_scan.local.namespaces import Namespace, namespaces
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
        note = _note(space)
        found += [one._replace(note=note) for one in sockets]
    return found


def addresses_elsewhere() -> dict[str, frozenset[str]]:
    """The addresses of those namespaces by the ``note`` of their listeners, where a process in one tells them."""
    spaces = (space for space in namespaces() if not space.own and space.pid is not None)
    return {_note(space): own_addresses(f"/proc/{space.pid}/net") for space in spaces}


def _note(space: Namespace) -> str:
    name = space.title if space.names or space.unit else space.number
    if space.pid is None:
        return translate("network namespace {name}", name=name)
    return translate("network namespace {name}, process {pid}", name=name, pid=space.pid)
