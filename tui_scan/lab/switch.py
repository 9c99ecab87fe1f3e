"""The switch: the namespace with a bridge for each segment, and the plan of the cables."""

from collections.abc import Iterable
from dataclasses import dataclass

from tui_scan.lab.children import wait_for_end
from tui_scan.lab.links import Links
from tui_scan.lab.real_host import INNER, OUTER, set_kernel
from tui_scan.lab.topology import Kind, Topology

SCANNER_INTERFACE = "lab0"
"""The scanner's interface on the practice network."""

SWITCH = "(switch)"
"""The switch's name among the lab's processes; no host can have it."""


@dataclass(frozen=True, slots=True)
class Cable:
    """One cable: the host that it goes to (None is the scanner), the interface there, the switch's port."""

    host: str | None
    interface: str
    port: str
    segment: str
    mac: bytes


def plan(topology: Topology) -> tuple[Cable, ...]:
    """A cable for each interface; segment ``lan`` is the scanner's, each router's inside is one more."""
    wanted: list[tuple[str | None, str, str]] = [(None, SCANNER_INTERFACE, "lan")]
    inside = {host.name: f"in{n}" for n, host in enumerate(topology.hosts) if host.kind is Kind.ROUTER}
    for host in topology.hosts:
        wanted.append((host.name, OUTER, inside[host.behind] if host.behind else "lan"))
        if host.kind is Kind.ROUTER:
            wanted.append((host.name, INNER, inside[host.name]))
    return tuple(
        Cable(host, interface, f"port{n}", segment, b"\x02lab" + n.to_bytes(2, "big"))
        for n, (host, interface, segment) in enumerate(wanted, 1)
    )


@dataclass(frozen=True, slots=True)
class Switch:
    """The inhabitant of the switch's namespace."""

    cables: Iterable[Cable]

    @property
    def name(self) -> str:
        """A name that no host has."""
        return SWITCH

    def announce(self) -> None:
        """Nothing: no probe is meant for it."""

    def prepare(self) -> None:
        """Keep IPv6 off: a switch has no address, and says nothing of its own."""
        set_kernel({"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1"})

    def settle(self) -> None:
        """Make the bridges and plug every cable in."""
        links = Links()
        for segment in sorted({cable.segment for cable in self.cables}):
            links.bridge(segment)
            links.up(segment)
        for cable in self.cables:
            links.up(cable.port, cable.segment)

    def serve(self, parent: int) -> None:
        """Hold the namespace; the kernel does the work."""
        wait_for_end(parent)
