"""A real host: a Linux stack in its own namespace, with services, firewall rules and a router's duties."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tui_scan.lab import datagrams, nftables
from tui_scan.lab.answers import ACCEPT, CLOSED, DROP, RESET, Answer
from tui_scan.lab.links import Interface, Links
from tui_scan.lab.listeners import ANYWHERE, Endpoint, Listeners
from tui_scan.lab.matching import Which
from tui_scan.lab.nftables import FilterRule, Hook, Match, Plain, Reject
from tui_scan.lab.routes import Route
from tui_scan.lab.topology import HostSpec
from tui_scan.lab.watching import Witness
from tui_scan.model.errors import LocalError
from tui_scan.model.techniques import TCP_AND_UDP, Protocol

OUTER, INNER = "eth0", "eth1"
"""The names of a host's interfaces; only a router has the inner one."""

_ENDS: dict[str, Plain | Reject] = {
    DROP.name: Plain.DROP,
    ACCEPT.name: Plain.ACCEPT,
    RESET.name: Plain.RESET,
    "no-route": Reject.NO_ROUTE,
    "port-unreachable": Reject.PORT_UNREACHABLE,
    "host-unreachable": Reject.HOST_UNREACHABLE,
    "admin-prohibited": Reject.ADMIN_PROHIBITED,
}
_MATCHES = {
    Which.ALL: (Match.ALL,),
    Which.SYN: (Match.SYN,),
    Which.NEW: (Match.NEW,),
    Which.STRAY: (Match.NEW_NOT_SYN, Match.INVALID),
}
_QUIET_START = {
    "ipv6/conf/all/disable_ipv6": "0",
    "ipv6/conf/default/disable_ipv6": "0",
    "ipv6/conf/default/accept_dad": "0",
    "ipv6/conf/default/router_solicitations": "0",
}
_NO_PING = {"ipv4/icmp_echo_ignore_all": "1", "ipv6/icmp/echo_ignore_all": "1"}
_NO_LIMITS = {
    "ipv4/icmp_ratelimit": "0",
    "ipv4/icmp_ratemask": "0",
    "ipv6/icmp/ratelimit": "0",
    "ipv6/icmp/ratemask": "",
}
_FORWARD = {"ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"}


def set_kernel(values: dict[str, str]) -> None:
    """Write ``/proc/sys/net`` entries of this namespace; raises LocalError with what is not allowed."""
    for name, value in values.items():
        try:
            (Path("/proc/sys/net") / name).write_text(f"{value}\n")
        except FileNotFoundError as error:
            raise LocalError(
                "the kernel has no setting net/{name}; the lab needs IPv6, so boot without ipv6.disable=1", name=name
            ) from error
        except OSError as error:
            raise LocalError(
                "the kernel's setting net/{name} cannot be written ({strerror}); in a container, start it with "
                "--security-opt systempaths=unconfined",
                name=name,
                strerror=error.strerror,
            ) from error


def prepare_quiet() -> None:
    """Have IPv6, let its addresses count at once, and send no router solicitations."""
    set_kernel(_QUIET_START)


def configure(links: Links, interfaces: Sequence[tuple[str, tuple[Interface, ...]]], routes: Sequence[Route]) -> None:
    """Bring the loopback and the interfaces up with their addresses, then make the routes."""
    links.up("lo")
    for name, addresses in interfaces:
        links.whole_checksums(name)
        links.up(name)
        for address in addresses:
            links.address(name, address)
    for route in routes:
        links.route(route.network, route.gateway)


@dataclass
class RealHost:
    """The inhabitant of a real host's namespace; ``guarded`` are the hosts behind it, if it is a router."""

    spec: HostSpec
    routes: Sequence[Route]
    names: datagrams.Names
    guarded: Sequence[HostSpec] = ()

    @property
    def name(self) -> str:
        """The host's name."""
        return self.spec.name

    def announce(self) -> None:
        """Open the channel for those who ask what the host saw."""
        self._witness = Witness(self.spec)
        self._witness.announce()

    def prepare(self) -> None:
        """Set what new links take over."""
        prepare_quiet()

    def settle(self) -> None:
        """Addresses, kernel settings, firewall rules, services."""
        interfaces = [(OUTER, self.spec.addresses)]
        if self.spec.inside:
            interfaces.append((INNER, self.spec.inside))
            set_kernel(_FORWARD)
        if not self.spec.ping:
            set_kernel(_NO_PING)
        if self.spec.icmp_unlimited:
            set_kernel(_NO_LIMITS)
        rules = [*_input_rules(self.spec), *_forward_rules(self.guarded)]
        if rules:
            nftables.install(rules)
        self._listeners = Listeners(_endpoints(self.spec), partial(datagrams.answer, self.names), self.spec.ftp)
        configure(Links(), interfaces, self.routes)

    def serve(self, parent: int) -> None:
        """Answer until the parent ends."""
        self._witness.serve(self._listeners.noticed)
        self._listeners.serve(parent)


def _endpoints(spec: HostSpec) -> Iterator[Endpoint]:
    for protocol in TCP_AND_UDP:
        for address in ANYWHERE:
            for port in spec.service(protocol).open:
                yield Endpoint(protocol, address, port)


def _input_rules(spec: HostSpec) -> Iterator[FilterRule]:
    for rule in spec.rules:
        if not rule.at_router:
            for first, last in rule.ports.ranges:
                for match in _MATCHES[rule.which]:
                    yield replace(_filter(rule.protocol, first, last, rule.answer), match=match)
    for protocol in TCP_AND_UDP:
        service = spec.service(protocol)
        if service.default is not CLOSED:
            for first, last in service.open.ranges:
                yield _filter(protocol, first, last, ACCEPT)
            yield _filter(protocol, 0, 65535, service.default)


def _filter(protocol: Protocol, first: int, last: int, answer: Answer) -> FilterRule:
    return FilterRule(Hook.INPUT, protocol.number, first, last, _ENDS[answer.name])


def _forward_rules(guarded: Sequence[HostSpec]) -> Iterator[FilterRule]:
    for spec in guarded:
        for rule in spec.rules:
            if rule.at_router:
                for first, last in rule.ports.ranges:
                    for interface in spec.addresses:
                        yield FilterRule(
                            Hook.FORWARD,
                            rule.protocol.number,
                            first,
                            last,
                            _ENDS[rule.answer.name],
                            interface.ip,
                        )
