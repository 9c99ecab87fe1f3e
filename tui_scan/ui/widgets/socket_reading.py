"""One reading of this machine's sockets with their owners, and what two readings differ in."""

from collections.abc import Hashable
from dataclasses import dataclass

from tui_scan.local.owners import Owners
from tui_scan.local.records import LocalSocket
from tui_scan.local.sockets import read_sockets


@dataclass(frozen=True, slots=True)
class Reading:
    """All sockets at one moment. ``hidden`` counts those whose owner cannot be seen, ``reason`` says why.

    ``appeared`` are the keys of the sockets that the reading before did not have; ``gone`` counts those
    that it had and this one has not.
    """

    sockets: tuple[LocalSocket, ...] = ()
    hidden: int = 0
    reason: str = ""
    appeared: frozenset[Hashable] = frozenset()
    gone: int = 0


class SocketReader:
    """Reads again and again; call it from one thread at a time, not from the event loop."""

    def __init__(self) -> None:
        self._owners = Owners()
        self._keys: frozenset[Hashable] | None = None

    def __call__(self) -> Reading:
        """Read now. Raises LocalError where the kernel's tables cannot be read."""
        sockets = tuple(self._owners.name(read_sockets()))
        keys: frozenset[Hashable] = frozenset(one.key for one in sockets)
        before, self._keys = keys if self._keys is None else self._keys, keys
        return Reading(sockets, self._owners.hidden, self._owners.reason, keys - before, len(before - keys))
