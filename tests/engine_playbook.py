"""Hosts, columns, probe keys and batches of packets, as the engine's unit tests need them."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scapy.compat import raw
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.packet import Packet

from tui_scan.engine.columns import Columns
from tui_scan.engine.hosts import Hosts
from tui_scan.engine.needs import NEEDS
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.techniques import registry
from tui_scan.engine.techniques.matching import Answers, Matcher
from tui_scan.engine.wire.parse import parse
from tui_scan.model.reasons import Reason
from tui_scan.model.request import ScanRequest
from tui_scan.model.states import PortState
from tui_scan.model.techniques import TECHNIQUES, Technique

WIDTH = 176
SOURCE = {4: "192.0.2.1", 6: "2001:db8::1"}
TARGET = {4: "192.0.2.9", 6: "2001:db8::9"}
OTHER = {4: "192.0.2.8", 6: "2001:db8::8"}
ROUTER = {4: "198.51.100.1", 6: "2001:db8:1::1"}
PORTS = (22, 53, 80, 443)
FIRST_PORT = 61_500
Verdict = tuple[int, int, str, str]


@dataclass(frozen=True)
class Run:
    """A range of addresses."""

    first: int
    last: int
    zone: str | None = None


def hosts_of(*addresses: str) -> Hosts:
    """Hosts of single addresses."""
    values = [ipaddress.ip_address(address) for address in addresses]
    return Hosts(values[0].version, [Run(int(value), int(value)) for value in values])


def wire(*addresses: str) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Addresses in network byte order, a row each."""
    return np.stack([np.frombuffer(ipaddress.ip_address(a).packed, np.uint8) for a in addresses])


def rows(packets: Iterable[bytes], width: int = WIDTH) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Packets as the ring hands them over: a row each, zeros behind, cut at ``width``."""
    cut = [packet[:width].ljust(width, b"\0") for packet in packets]
    return np.frombuffer(b"".join(cut), np.uint8).reshape(len(cut), width)


def ip(family: int, source: str, target: str, ttl: int = 57) -> Packet:
    """An IP header."""
    return IP(src=source, dst=target, ttl=ttl) if family == 4 else IPv6(src=source, dst=target, hlim=ttl)


class Playbook:
    """One technique's probes of a few ports of two hosts, judged packet by packet."""

    def __init__(
        self,
        technique: Technique,
        family: int,
        rng: np.random.Generator,
        loopback: bool = False,
        keys: type[ProbeKeys] = ProbeKeys,
        scan_flags: int | None = None,
    ) -> None:
        self.family = family
        self.target = TARGET[family]
        self.source = self.target if loopback else SOURCE[family]
        self.hosts = hosts_of(OTHER[family], TARGET[family])
        self.columns = Columns([(technique, PORTS)])
        self.keys = keys(int(rng.integers(1 << 63)), FIRST_PORT, NEEDS[TECHNIQUES[technique].protocol].numbers)
        sources = wire(SOURCE[family], self.source)
        matcher = Matcher(self.hosts, self.columns, self.keys, sources)
        self.technique = registry.probes(technique, matcher, ScanRequest(scan_flags=scan_flags))
        self.host = self.hosts.index(self.target)

    def cell(self, port: int) -> int:
        """The cell of a port of the target."""
        return self.host * self.columns.count + PORTS.index(port)

    def probe(self, port: int, tries: int = 1) -> Packet:
        """The probe that leaves, as scapy reads it."""
        (_, packets), *_ = self.technique.build(np.array([self.cell(port)]), tries)
        return (IP if self.family == 4 else IPv6)(packets[0].tobytes())

    def judged(self, packets: Sequence[Packet | bytes], outgoing: bool = False) -> Answers:
        """The answers that the technique sees in these packets."""
        data = rows(raw(packet) for packet in packets)
        return self.technique.judge(parse(data, self.family), np.full(len(data), outgoing))

    def verdicts(self, *packets: Packet | bytes, outgoing: bool = False) -> list[Verdict]:
        """(port, try, state, reason) of every answer, in order."""
        found = self.judged(packets, outgoing)
        return [
            (PORTS[cell - self.cell(PORTS[0])], int(tries), PortState(state).label, Reason(reason).label)
            for cell, tries, state, reason in zip(found.cells, found.tries, found.states, found.reasons, strict=True)
        ]
