"""A practice network as it is described: its hosts, what each answers, and so its truth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface

from tui_scan.lab.answers import ACCEPT, CLOSED, OPEN, Answer, verdict
from tui_scan.lab.identifications import Identifications
from tui_scan.lab.matching import MET, Which
from tui_scan.lab.port_ranges import PortRanges
from tui_scan.lab.tcp_stacks import TcpStack, seen_by
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique

Interface = IPv4Interface | IPv6Interface
Address = IPv4Address | IPv6Address


class Kind(StrEnum):
    """What stands behind a host's address."""

    REAL = "real"
    SIMULATED = "simulated"
    ROUTER = "router"


@dataclass(frozen=True, slots=True)
class Rule:
    """Probes of ``protocol`` to ``ports`` get ``answer``; ``at_router`` says that the router gives it.

    ``which`` says that the rule looks at some of them only.
    """

    protocol: Protocol
    ports: PortRanges
    answer: Answer
    at_router: bool = False
    which: Which = Which.ALL


@dataclass(frozen=True, slots=True)
class Service:
    """The open ports of one protocol, and the answer of all others that no rule names."""

    open: PortRanges = field(default_factory=PortRanges)
    default: Answer = CLOSED


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket: ``burst`` answers at once, then ``per_second``."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a simulated host's stack and the way to it behave.

    ``latency_ms`` is added to each answer, plus up to ``jitter_ms``; ``loss`` is the share of frames lost on
    the way in, and again on the way out; ``duplicates`` the share of answers that come twice. Limits of None
    mean no limit. ``options`` are the SYN-ACK's, in order: ``mss=1460``, ``sack``, ``timestamp``, ``nop``,
    ``wscale=7``. ``stack`` says how open TCP ports answer what is no SYN, ``identifications`` how IPv4
    packets are numbered.
    """

    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    duplicates: float = 0.0
    icmp_limit: RateLimit | None = None
    rst_limit: RateLimit | None = None
    ttl: int = 64
    window: int = 64240
    options: tuple[str, ...] = ("mss=1460",)
    stack: TcpStack = TcpStack.RFC
    identifications: Identifications = Identifications.COUNTER


@dataclass(frozen=True, slots=True)
class HostSpec:
    """One host. The first rule that names a port decides, then the open ports, then the default.

    ``inside`` are a router's addresses towards the hosts whose ``behind`` is its name. ``icmp_unlimited``
    takes the kernel's limits off a real host. ``ftp`` are ports of a real host with an FTP server, and whether it lets
    clients have it connect to others.
    """

    name: str
    kind: Kind
    addresses: tuple[Interface, ...]
    about: str = ""
    services: Mapping[Protocol, Service] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    ping: bool = True
    icmp_unlimited: bool = False
    behaviour: Behaviour = Behaviour()
    behind: str | None = None
    inside: tuple[Interface, ...] = ()
    ftp: Mapping[int, bool] = field(default_factory=dict)

    def service(self, protocol: Protocol) -> Service:
        """The service of a protocol, all ports closed where none is described."""
        return self.services.get(protocol, Service())

    def answer(self, protocol: Protocol, port: int, technique: Technique = Technique.SYN) -> tuple[Answer, bool]:
        """What a probe to that port gets, and whether the router gives it; ``technique`` matters to some rules."""
        service = self.service(protocol)
        for rule in sorted(self.rules, key=lambda rule: not rule.at_router):
            if rule.protocol is protocol and port in rule.ports and technique in MET[rule.which]:
                if rule.answer is ACCEPT:
                    if rule.at_router:
                        continue
                    return (OPEN if port in service.open else CLOSED), False
                return rule.answer, rule.at_router
        return (OPEN if port in service.open else service.default), False

    def expected(self, protocol: Protocol, port: int, family: int) -> tuple[PortState, Reason]:
        """What a SYN or UDP scan that loses nothing must say of the port, for family 4 or 6."""
        answer, from_router = self.answer(protocol, port)
        return verdict(answer, protocol, family, from_router=from_router)

    def seen_by(self, technique: Technique, port: int, family: int) -> tuple[PortState, Reason]:
        """What a scan by ``technique`` that loses nothing must say of the port, for family 4 or 6."""
        answer, from_router = self.answer(TECHNIQUES[technique].protocol, port, technique)
        return seen_by(technique, answer, self.behaviour.stack, family, from_router=from_router)

    def named_ports(self, protocol: Protocol) -> tuple[int, ...]:
        """The ports that the description names, ascending; all others have the default."""
        ports = set(self.service(protocol).open)
        for rule in self.rules:
            if rule.protocol is protocol:
                ports.update(rule.ports)
        return tuple(sorted(ports))


@dataclass(frozen=True, slots=True)
class OwnService:
    """An open port of the scanner's own machine, at ``address``; None means at every address it has."""

    protocol: Protocol
    ports: PortRanges
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class OwnConnection:
    """A TCP connection from the scanner's machine to a port of a host."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Topology:
    """A practice network: the scanner's own machine and the hosts.

    ``scanner`` are its addresses on the link ``lab0``; ``services`` and ``connections`` are there for the
    local view, and no scan of the hosts meets them.
    """

    title: str
    scanner: tuple[Interface, ...]
    hosts: tuple[HostSpec, ...]
    services: tuple[OwnService, ...] = ()
    connections: tuple[OwnConnection, ...] = ()

    def host(self, name: str) -> HostSpec:
        """The host of that name; raises KeyError."""
        for host in self.hosts:
            if host.name == name:
                return host
        raise KeyError(name)
