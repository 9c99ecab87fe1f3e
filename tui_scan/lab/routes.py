"""Which networks are reached by which router, for the scanner and for every host."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui_scan.lab.links import Address, Network
from tui_scan.lab.topology import HostSpec, Interface, Kind, Topology


@dataclass(frozen=True, slots=True)
class Route:
    """What goes to ``network`` goes by ``gateway``."""

    network: Network
    gateway: Address


def outer_routes(topology: Topology, host: HostSpec | None = None) -> tuple[Route, ...]:
    """The routes of ``host`` (None: the scanner) on the scanner's link: by the routers to what is inside."""
    return tuple(
        route
        for router in topology.hosts
        if router.kind is Kind.ROUTER and router is not host
        for route in _routes(router.inside, router.addresses)
    )


def inner_routes(topology: Topology, host: HostSpec) -> tuple[Route, ...]:
    """The routes of a host behind a router: by the router to the scanner's link."""
    router = topology.host(host.behind or "")
    return tuple(_routes(topology.scanner, router.inside))


def _routes(networks: tuple[Interface, ...], gateways: tuple[Interface, ...]) -> Iterator[Route]:
    for interface in networks:
        for gateway in gateways:
            if gateway.version == interface.version:
                yield Route(interface.network, gateway.ip)
                break
