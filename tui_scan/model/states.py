"""The states a port can be in, as nmap's reference guide names them."""

from enum import IntEnum


class PortState(IntEnum):
    """A port's verdict; the value is what the ledger stores (uint8).

    The six states are those of nmap's "Port Scanning Basics"; UNTRIED means no verdict yet: nothing was
    sent, or a probe is still in flight (the ledger's ``tries`` tells which).
    """

    UNTRIED = 0
    OPEN = 1
    CLOSED = 2
    FILTERED = 3
    UNFILTERED = 4
    OPEN_FILTERED = 5
    CLOSED_FILTERED = 6

    @property
    def label(self) -> str:
        """The name in reports, such as ``open|filtered``."""
        return _LABELS[self]


_LABELS = {
    PortState.UNTRIED: "untried",
    PortState.OPEN: "open",
    PortState.CLOSED: "closed",
    PortState.FILTERED: "filtered",
    PortState.UNFILTERED: "unfiltered",
    PortState.OPEN_FILTERED: "open|filtered",
    PortState.CLOSED_FILTERED: "closed|filtered",
}


class HostState(IntEnum):
    """Whether a host answers at all."""

    UNKNOWN = 0
    UP = 1
    DOWN = 2

    @property
    def label(self) -> str:
        """The name in reports."""
        return self.name.lower()
