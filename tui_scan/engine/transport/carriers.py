"""Which interfaces lose their carrier meanwhile, as the kernel counts it (rtnetlink(7), IFLA_CARRIER_CHANGES)."""

import sys

from tui_scan.engine.transport.rtnetlink import RouteTable

_IFLA_CARRIER, _IFLA_CARRIER_CHANGES = 33, 35
_IFF_UP = 0x1


class Carriers:
    """Watches the calling thread's network namespace from now on.

    ``lost`` are the numbers of interfaces without carrier; ``changed`` those whose carrier went or came since that was
    last emptied. The kernel counts at once; what it tells listeners may be a second late, and nothing of what is over
    by then.
    """

    def __init__(self) -> None:
        self._table = RouteTable()
        self._counts = {index: count for index, (_, count) in self._read().items()}
        self.lost: set[int] = set()
        self.changed: set[int] = set()

    def close(self) -> None:
        """Watch no more."""
        self._table.close()

    def look(self) -> None:
        """Take note of what has happened since the last look."""
        now = self._read()
        self.lost = {index for index in self._counts if index not in now or not now[index][0]}
        for index, known in self._counts.items():
            if index in now and now[index][1] != known:
                self.changed.add(index)
        self.changed |= self.lost
        self._counts |= {index: count for index, (_, count) in now.items()}

    def _read(self) -> dict[int, tuple[bool, int]]:
        """By interface number: whether it is up and has a carrier, and how often that has changed."""
        found = {}
        for index, flags, told in self._table.links():
            carrier = told.get(_IFLA_CARRIER, b"\1") != b"\0"
            count = int.from_bytes(told.get(_IFLA_CARRIER_CHANGES, b""), sys.byteorder)
            found[index] = (bool(flags & _IFF_UP) and carrier, count)
        return found
