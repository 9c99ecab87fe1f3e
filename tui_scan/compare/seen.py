"""What was seen of ports, from where and when: the scan's side of the comparison."""

import math
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tui_scan.compare.standing import plain
from tui_scan.engine.routing import Destinations
from tui_scan.engine.scan import Scan
from tui_scan.model.states import HostState, PortState
from tui_scan.model.techniques import Protocol
from tui_scan.model.verdict import Verdict

UNKNOWN_TIME = math.nan


@dataclass(frozen=True, slots=True)
class Vantage:
    """From where a target was looked at: the machine's name and the address that it asked from, "" where unknown.

    ``own``: the target is that machine itself, so the packets went over its loopback interface.
    """

    host: str
    address: str
    own: bool = False

    @property
    def text(self) -> str:
        """``laptop (192.0.2.7)``, or the one of both that is known; a host that is called by its address is that."""
        if self.host and self.address and self.host != self.address:
            return f"{self.host} ({self.address})"
        return self.host or self.address


@dataclass(frozen=True, slots=True)
class Seen:
    """A verdict, from where, and when the port was last asked (Unix time in seconds, nan where unknown)."""

    verdict: Verdict
    vantage: Vantage
    at: float = UNKNOWN_TIME


Asked = Iterable[tuple[Protocol, int]]
"""Ports that are to be told whatever their verdict."""


def seen_by(scan: Scan, asked: Asked) -> Iterator[Seen]:
    """Of each host that is not down: the open ports, and those of ``asked`` that the scan has, in the scan's order.

    May be called while the scan runs, in the network namespace that it runs in.
    """
    columns = _columns(scan, asked)
    for host, vantage in vantages(scan).items():
        row = scan.ledger.row(host)
        opened = np.flatnonzero(scan.ledger.state[row] == PortState.OPEN)
        for column in np.union1d(opened, columns).astype(int).tolist():
            cell = scan.ledger.cell(host, column)
            at = (scan.started_ns / 1e9 + int(scan.ledger.sent_us[cell]) / 1e6) if scan.ledger.tries[cell] else math.nan
            yield Seen(scan.verdict(host, column), vantage, at)


def _columns(scan: Scan, asked: Asked) -> list[int]:
    found = []
    for protocol, port in asked:
        try:
            found.append(scan.columns.index(protocol, port))
        except KeyError:
            continue
    return sorted(found)


def vantages(scan: Scan) -> dict[int, Vantage]:
    """From where each host that is not down is looked at, by its number; own address "" where there is no route."""
    ways = Destinations(scan.hosts, scan.request.interface)
    name = socket.gethostname()
    try:
        return {
            host: _vantage(ways, host, name) for host in np.flatnonzero(scan.hosts.state != HostState.DOWN).tolist()
        }
    finally:
        ways.close()


def _vantage(ways: Destinations, host: int, name: str) -> Vantage:
    try:
        source = ways.source(host)
        own = ways.is_local(host)
    except OSError:
        return Vantage(name, "")
    family = socket.AF_INET if len(source) == 4 else socket.AF_INET6
    return Vantage(name, plain(socket.inet_ntop(family, source)), own)
