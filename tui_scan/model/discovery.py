"""Which hosts are up: what a scan asks before it looks at ports, as nmap's options name it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Aim(StrEnum):
    """How far a scan goes: to the ports, to the hosts that are up (``-sn``), or to the list of targets (``-sL``)."""

    PORTS = "ports"
    HOSTS = "hosts"
    LIST = "list"


class Ping(StrEnum):
    """A kind of discovery probe; the value is the letter after nmap's ``-P``."""

    ECHO = "E"
    SYN = "S"
    ACK = "A"
    TIMESTAMP = "P"
    UDP = "U"
    SCTP = "Y"
    PROTOCOL = "O"
    MASK = "M"


class PingInfo(NamedTuple):
    """What the help and the command line need to know of a kind of probe.

    ``usual`` are the ports (of PROTOCOL: IP protocol numbers) probed where none are given, empty where the kind has
    none. ``needs_raw``: it cannot be sent without CAP_NET_RAW.
    """

    ping: Ping
    title: str
    needs_raw: bool
    usual: tuple[int, ...] = ()
    only_ipv4: bool = False

    @property
    def option(self) -> str:
        """nmap's option, such as ``-PE``."""
        return f"-P{self.ping}"


PINGS = {
    info.ping: info
    for info in (
        PingInfo(Ping.ECHO, "ICMP echo", False),
        PingInfo(Ping.SYN, "TCP SYN", False, (80,)),
        PingInfo(Ping.ACK, "TCP ACK", False, (80,)),
        PingInfo(Ping.TIMESTAMP, "ICMP timestamp", True, only_ipv4=True),
        PingInfo(Ping.UDP, "UDP", False, (40125,)),
        PingInfo(Ping.SCTP, "SCTP INIT", True, (80,)),
        PingInfo(Ping.PROTOCOL, "IP protocol", True, (1, 2, 4)),
        PingInfo(Ping.MASK, "ICMP address mask", True, only_ipv4=True),
    )
}
"""In the order in which they are sent to a host."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One probe a host: a kind, and the port or protocol number where the kind has one, else 0."""

    ping: Ping
    port: int = 0


USUAL = (Asked(Ping.ECHO), Asked(Ping.SYN, 443), Asked(Ping.ACK, 80), Asked(Ping.TIMESTAMP))
"""What is asked where nothing is chosen and packets can be written (nmap's reference guide, "Host Discovery")."""
USUAL_BY_SOCKETS = (Asked(Ping.SYN, 80), Asked(Ping.SYN, 443))
"""The same without that privilege: by connect()."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """How hosts are found. ``skip`` takes every one for up (``-Pn``).

    ``asked`` are the probes that were chosen, none for the usual ones. ``link``: hosts on the link are asked by ARP or
    neighbour discovery instead.
    """

    skip: bool = False
    asked: tuple[Asked, ...] = ()
    link: bool = True


USUAL_DISCOVERY = Discovery()
NO_DISCOVERY = Discovery(skip=True)
