"""What a port is, once its listener and its verdict stand side by side."""

from enum import StrEnum


class PortClass(StrEnum):
    """The classes by their ids, in the order in which they are told: what needs a look first."""

    ALARM = "alarm"
    NO_LOCAL_LISTENER = "no-local-listener"
    PUBLISHED = "published"
    OTHER_NAMESPACE = "other-namespace"
    EXPOSED = "exposed"
    RESET_ELSEWHERE = "reset-elsewhere"
    FIREWALLED = "firewalled"
    UNPROVEN = "unproven"
    LOOPBACK_ONLY = "loopback-only"

    @property
    def rank(self) -> int:
        """Its place in the order, 0 for the first."""
        return _RANKS[self]


_RANKS = {one: rank for rank, one in enumerate(PortClass)}

CLASS_MEANINGS = {
    PortClass.ALARM: "It listens on loopback only, and yet the port is open from outside.",
    PortClass.NO_LOCAL_LISTENER: "The port is open, and nothing on the host listens there.",
    PortClass.PUBLISHED: "The port is open, and a container's proxy listens there.",
    PortClass.OTHER_NAMESPACE: "The port is open, and only a container, or another network namespace, listens there.",
    PortClass.EXPOSED: "It listens, and the port is open from outside.",
    PortClass.RESET_ELSEWHERE: "It listens, and yet the port is refused.",
    PortClass.FIREWALLED: "It listens, and a filter keeps others away.",
    PortClass.UNPROVEN: "What was seen fits, and proves nothing.",
    PortClass.LOOPBACK_ONLY: "It listens on loopback only, and nobody else reaches it.",
}
"""A line for each class, for legends."""
