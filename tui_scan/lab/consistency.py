"""Whether the parts of a topology fit together; what does not is told as a UsageError."""

from collections import Counter

from tui_scan.lab.topology import HostSpec, Kind, Topology
from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError


def check(topology: Topology) -> None:
    """Raise UsageError for names or addresses given twice, and for hosts that no link reaches."""
    if not topology.hosts:
        raise UsageError("it has no [[host]]; describe at least one")
    _unique("name", [host.name for host in topology.hosts])
    interfaces = [*topology.scanner]
    for host in topology.hosts:
        interfaces += [*host.addresses, *host.inside]
    _unique("address", [str(interface.ip) for interface in interfaces])
    for host in topology.hosts:
        _check_place(topology, host)
    names = {host.name for host in topology.hosts}
    for connection in topology.connections:
        if connection.host not in names:
            raise UsageError(
                '[scanner]: connections name "{host}", which is no host of this topology', host=connection.host
            )


def _unique(what: str, values: list[str]) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise UsageError(
                "the {what} {value} is given {count} times; it must be one host's own",
                what=Sentence(what),
                value=value,
                count=count,
            )


def _check_place(topology: Topology, host: HostSpec) -> None:
    if host.behind is None:
        links = topology.scanner
        where = Sentence("the scanner's link")
    else:
        if host.kind is Kind.ROUTER:
            raise UsageError("{name}: a router cannot stand behind another one", name=host.name)
        routers = [other for other in topology.hosts if other.name == host.behind]
        if not routers or routers[0].kind is not Kind.ROUTER:
            raise UsageError('{name}: "{behind}" is no router of this topology', name=host.name, behind=host.behind)
        links = routers[0].inside
        where = Sentence("the inside of {router}", router=host.behind)
    for interface in host.addresses:
        if interface.network not in {link.network for link in links}:
            raise UsageError(
                "{name}: {interface} is not in a network of {where}", name=host.name, interface=interface, where=where
            )
    if host.behind is None and any(rule.at_router for rule in host.rules):
        raise UsageError("{name}: a rule is at the router, but the host stands behind none", name=host.name)
